(import_declaration . (_) @target (_) @target .)
