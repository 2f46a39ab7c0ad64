(import_declaration (scoped_identifier) @target)
(import_declaration (identifier) @target)
