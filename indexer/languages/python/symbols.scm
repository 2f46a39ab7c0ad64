(function_definition name: (_) @name body: (_) @body) @function
(class_definition name: (_) @name body: (_) @container) @type
(decorated_definition) @wrapper

(expression_statement (assignment left: (identifier) @name right: (_)? @value)) @variable
(expression_statement (assignment left: (pattern_list (identifier) @name))) @variable

; The attributes that __init__ sets.
(function_definition name: (identifier) @_init body: (block (expression_statement (assignment
  left: (attribute object: (identifier) @_self attribute: (identifier) @name) right: (_)? @value) @field))
  (#eq? @_init "__init__") (#eq? @_self "self"))

(type_alias_statement left: (type) @name right: (_) @value) @type

[
  (if_statement) (elif_clause) (else_clause) (try_statement) (except_clause) (finally_clause)
  (with_statement) (block) (ERROR)
] @container
