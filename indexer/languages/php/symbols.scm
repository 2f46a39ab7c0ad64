(function_definition name: (_) @name body: (_) @body) @function

; Types.
(class_declaration name: (_) @name body: (_) @container) @type
(interface_declaration name: (_) @name body: (_) @container) @type
(trait_declaration name: (_) @name body: (_) @container) @type
(enum_declaration name: (_) @name body: (_) @container) @type
(namespace_definition name: (_) @name body: (_) @container) @module
(namespace_definition name: (_) @name !body) @module
(namespace_definition !name body: (_) @container)

; Members. Names go without their dollar, as `$this->name` does.
(method_declaration name: (_) @name body: (_) @body) @method
(method_declaration name: (_) @name !body) @method.declaration
(method_declaration parameters: (formal_parameters
  (property_promotion_parameter name: (variable_name (name) @name) default_value: (_)? @value) @field))
(property_declaration (property_element name: (variable_name (name) @name)) (property_hook_list) @body) @field
(property_declaration (property_element name: (variable_name (name) @name) default_value: (_)? @value)) @field
(enum_case name: (_) @name value: (_)? @value) @constant

(const_declaration (const_element . (name) @name . (_) @value)) @constant
((expression_statement (function_call_expression function: (name) @_define
  arguments: (arguments . (argument [(string) (encapsed_string)] @name)))) @constant
  (#eq? @_define "define"))

(expression_statement (assignment_expression left: (variable_name (name) @name)
  right: [(anonymous_function) (arrow_function)] @callable)) @function
(expression_statement (assignment_expression left: (variable_name (name) @name) right: (_) @value)) @variable

; A class without a name lends its members to what surrounds it.
(expression_statement (assignment_expression left: (variable_name)
  right: (object_creation_expression (anonymous_class body: (_) @container))))
(return_statement (object_creation_expression (anonymous_class body: (_) @container)))

; A type that is being typed.
(ERROR ["class" "interface" "trait" "enum"] . (name) @name @type)
[
  (if_statement) (else_clause) (else_if_clause) (compound_statement) (colon_block) (declare_statement)
  (try_statement) (catch_clause) (finally_clause) (ERROR)
] @container
