(comment) @comment
(function_declaration) @function
(test_declaration) @function
(variable_declaration) @declaration
