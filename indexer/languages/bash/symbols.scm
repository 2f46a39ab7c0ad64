(function_definition name: (_) @name body: (_) @body) @function

; export, readonly and declare begin what they declare.
(variable_assignment name: (variable_name) @name value: (_)? @value) @variable
(declaration_command ["declare" "typeset"] (word) (variable_name) @name) @variable
(declaration_command) @wrapper

; What is defined on a condition, but not in a loop.
[
  (if_statement) (elif_clause) (else_clause) (case_statement) (case_item) (list) (negated_command)
  (compound_statement) (redirected_statement) (variable_assignments) (ERROR)
] @container
