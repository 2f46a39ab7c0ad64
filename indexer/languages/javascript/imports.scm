(import_statement source: (_) @target)
(export_statement source: (_) @target)
(variable_declarator value: (call_expression
  function: (identifier) @_require arguments: (arguments . (string) @target .))
  (#eq? @_require "require"))
(variable_declarator value: (member_expression object: (call_expression
  function: (identifier) @_require arguments: (arguments . (string) @target .)))
  (#eq? @_require "require"))
(expression_statement (call_expression
  function: (identifier) @_require arguments: (arguments . (string) @target .))
  (#eq? @_require "require"))
