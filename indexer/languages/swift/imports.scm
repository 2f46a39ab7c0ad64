(import_declaration (identifier) @target)
