(function_call name: (identifier) @_require arguments: (arguments . (string content: (_) @target))
  (#any-of? @_require "require" "dofile" "loadfile"))
(function_call name: (_ table: (function_call
  name: (identifier) @_require arguments: (arguments . (string content: (_) @target))))
  (#any-of? @_require "require" "dofile" "loadfile"))
(assignment_statement (expression_list (function_call
  name: (identifier) @_require arguments: (arguments . (string content: (_) @target))))
  (#any-of? @_require "require" "dofile" "loadfile"))
(assignment_statement (expression_list (_ table: (function_call
  name: (identifier) @_require arguments: (arguments . (string content: (_) @target)))))
  (#any-of? @_require "require" "dofile" "loadfile"))
(field value: (function_call name: (identifier) @_require arguments: (arguments . (string content: (_) @target)))
  (#any-of? @_require "require" "dofile" "loadfile"))
