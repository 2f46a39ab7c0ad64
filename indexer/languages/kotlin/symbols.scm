; Functions. An extension belongs to the type that it extends; what stands in a body is a method even where no type
; is near (an enum's entry).
(function_declaration [(user_type) @scope (nullable_type (user_type) @scope)] . "." name: (_) @name (function_body) @body) @method
(function_declaration [(user_type) @scope (nullable_type (user_type) @scope)] . "." name: (_) @name) @method.declaration
(class_body (function_declaration name: (_) @name (function_body) @body) @method)
(class_body (function_declaration name: (_) @name) @method.declaration)
(function_declaration name: (_) @name (function_body) @body) @function
(function_declaration name: (_) @name) @function.declaration
(secondary_constructor "constructor" @name (block) @body) @method
(secondary_constructor "constructor" @name) @method

; Types, and the properties that their constructors declare.
(class_declaration name: (_) @name (class_body) @container) @type
(class_declaration name: (_) @name (enum_class_body) @container) @type
(class_declaration name: (_) @name) @type
(object_declaration name: (_) @name (class_body) @container) @type
(object_declaration name: (_) @name) @type
(companion_object name: (_) @name (class_body) @container) @type
(companion_object !name (class_body) @container)
(type_alias type: (_) @name "=" . (_) @value) @type
(enum_entry (identifier) @name (class_body) @container) @constant
(enum_entry (identifier) @name) @constant
(class_declaration name: (_) @scope (primary_constructor (class_parameters
  (class_parameter ["val" "var"] . (identifier) @name) @field)))

; Properties.
((property_declaration (modifiers (property_modifier) @_const) (variable_declaration (identifier) @name)
  "=" . (_) @value) @constant (#eq? @_const "const"))
(property_declaration [(user_type) @scope (nullable_type (user_type) @scope)] . "."
  (variable_declaration (identifier) @name) [(getter) (setter)] @body) @field
(property_declaration [(user_type) @scope (nullable_type (user_type) @scope)] . "."
  (variable_declaration (identifier) @name)) @field
(property_declaration (variable_declaration (identifier) @name) "=" . (object_literal (class_body) @container)) @variable
(property_declaration (variable_declaration (identifier) @name) "=" . (_) @value) @variable
(property_declaration (variable_declaration (identifier) @name) (property_delegate) @value) @variable
(property_declaration (variable_declaration (identifier) @name) . [(getter) (setter)] @body) @variable
(property_declaration (variable_declaration (identifier) @name)) @variable
(property_declaration (multi_variable_declaration (variable_declaration (identifier) @name)) "=" . (_) @value) @variable

; A class behind annotations with arguments may pass for an expression.
(annotated_expression) @wrapper
((infix_expression (identifier) @_class . (identifier) @name) @type (#eq? @_class "class"))
((infix_expression (identifier) @_class .
  (call_expression (identifier) @name (annotated_lambda (lambda_literal) @container))) @type (#eq? @_class "class"))

; A class that is being typed.
(ERROR ["class" "interface" "object"] . (identifier) @name @type)
(ERROR ["class" "interface" "object"] . (identifier) @scope (primary_constructor (class_parameters
  (class_parameter ["val" "var"] . (identifier) @name) @field)))
[(class_body) (enum_class_body) (ERROR)] @container
