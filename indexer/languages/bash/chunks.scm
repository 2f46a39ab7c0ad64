(comment) @comment
(function_definition) @function
(variable_assignment) @declaration
(variable_assignments) @declaration
(declaration_command) @declaration
