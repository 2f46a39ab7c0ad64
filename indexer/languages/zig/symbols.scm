; A function that returns a type is one: `fn List(comptime T: type) type { return struct { ... }; }`
(function_declaration name: (_) @name body: (block "{" @body (expression_statement
  (return_expression [(struct_declaration) (union_declaration) (enum_declaration)] @container)))) @type
(function_declaration name: (_) @name body: (_) @body) @function
(function_declaration name: (_) @name) @function.declaration
(test_declaration [(string (string_content) @name) (identifier) @name] (block) @body) @function

(variable_declaration ["const" "var"] . (identifier) @name
  [(struct_declaration "{" @body) (union_declaration "{" @body) (enum_declaration "{" @body)
   (opaque_declaration "{" @body) (error_set_declaration "{" @body)] @container) @type
(variable_declaration "const" . (identifier) @name "=" . (_) @value) @constant
(variable_declaration "const" . (identifier) @name) @constant
(variable_declaration "var" . (identifier) @name "=" . (_) @value) @variable
(variable_declaration "var" . (identifier) @name) @variable

(enum_declaration (container_field name: (identifier) @name) @constant)
(error_set_declaration (identifier) @name @constant)
(container_field name: (identifier) @name) @field

(using_namespace_declaration (struct_declaration) @container)
(ERROR) @container
