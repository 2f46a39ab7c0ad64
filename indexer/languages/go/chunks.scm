(comment) @comment
(package_clause) @import
(import_declaration) @import
(function_declaration) @function
(method_declaration) @method
(type_declaration) @type
(const_declaration) @constant
(var_declaration) @declaration
