; A function without a body is an empty one; its signature ends before `end`.
(function_declaration name: (identifier) @name body: (_) @body) @function
(function_declaration name: (identifier) @name "end" @body) @function
(function_declaration name: (dot_index_expression table: (_) @scope field: (_) @name) body: (_) @body) @function
(function_declaration name: (dot_index_expression table: (_) @scope field: (_) @name) "end" @body) @function
(function_declaration name: (method_index_expression table: (_) @scope method: (_) @name) body: (_) @body) @method
(function_declaration name: (method_index_expression table: (_) @scope method: (_) @name) "end" @body) @method

; f = function ...  M.f = function ...
(assignment_statement (variable_list . name: (identifier) @name .)
  (expression_list . value: (function_definition) @callable)) @function
(assignment_statement (variable_list . name: (dot_index_expression table: (_) @scope field: (_) @name) .)
  (expression_list . value: (function_definition) @callable)) @method
(assignment_statement (variable_list . name: (bracket_index_expression table: (_) @scope field: (string) @name) .)
  (expression_list . value: (function_definition) @callable)) @method

; A table's fields are looked for in it.
(assignment_statement (variable_list . name: (identifier) @name .)
  (expression_list . value: (table_constructor) @container)) @variable
(assignment_statement (variable_list . name: (dot_index_expression table: (_) @scope field: (_) @name) .)
  (expression_list . value: (table_constructor) @container)) @field
(assignment_statement (variable_list name: (identifier) @name) (expression_list) @value) @variable
(assignment_statement (variable_list . name: (dot_index_expression table: (_) @scope field: (_) @name) .)
  (expression_list) @value) @field
(variable_declaration (variable_list name: (identifier) @name)) @variable

(field name: [(identifier) (string)] @name value: (function_definition) @callable) @method
(field name: [(identifier) (string)] @name value: (table_constructor) @container) @field
(field name: [(identifier) (string)] @name value: (_) @value) @field

; `local` begins what it declares.
(variable_declaration (assignment_statement)) @wrapper
(return_statement (expression_list (table_constructor) @container))
[
  (if_statement) (else_statement) (elseif_statement) (do_statement) (block) (ERROR)
] @container
