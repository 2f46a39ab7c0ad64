(comment) @comment
(decorator) @attribute
(import_statement) @import
(import_from_statement) @import
(future_import_statement) @import
(function_definition) @function
(decorated_definition) @function
(class_definition) @type
