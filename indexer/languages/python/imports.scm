(import_statement name: (dotted_name) @target)
(import_statement name: (aliased_import name: (_) @target))
(import_from_statement module_name: (_) @target)
