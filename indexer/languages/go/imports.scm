(import_declaration (import_spec path: (_) @target))
(import_declaration (import_spec_list (import_spec path: (_) @target)))
