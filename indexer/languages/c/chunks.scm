(comment) @comment
(preproc_include) @import
(function_definition) @function
(type_definition) @type
(struct_specifier) @type
(preproc_def) @macro
(preproc_function_def) @macro
(declaration) @declaration
