(comment) @comment
(function_declaration) @function
(variable_declaration) @declaration
(assignment_statement) @declaration
