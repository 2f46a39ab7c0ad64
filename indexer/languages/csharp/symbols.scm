; Types.
(class_declaration name: (_) @name body: (_) @container) @type
(class_declaration name: (_) @name) @type
(struct_declaration name: (_) @name body: (_) @container) @type
(struct_declaration name: (_) @name) @type
(record_declaration name: (_) @name body: (_) @container) @type
(record_declaration name: (_) @name) @type
(record_declaration name: (_) @scope (parameter_list (parameter name: (_) @name) @field))
(interface_declaration name: (_) @name body: (_) @container) @type
(interface_declaration name: (_) @name) @type
(enum_declaration name: (_) @name body: (_) @container) @type
(enum_member_declaration name: (_) @name value: (_)? @value) @constant
(delegate_declaration name: (_) @name) @type
(namespace_declaration name: (_) @name body: (_) @container) @module
(file_scoped_namespace_declaration name: (_) @name) @module

; Members. A property with short accessors keeps them in its signature. A conversion has no name.
(method_declaration name: (_) @name body: (_) @body) @method
(method_declaration name: (_) @name !body) @method.declaration
(constructor_declaration name: (_) @name body: (_) @body) @method
(constructor_declaration name: (_) @name !body) @method.declaration
(destructor_declaration name: (_) @name body: (_) @body) @method
(operator_declaration operator: _ @name body: (_) @body) @method
(operator_declaration operator: _ @name !body) @method.declaration
(indexer_declaration "this" @name accessors: (_) @value) @method
(indexer_declaration "this" @name value: (_) @body) @method
(local_function_statement name: (_) @name body: (_) @body) @function

(property_declaration name: (_) @name accessors: (_) @value) @field
(property_declaration name: (_) @name value: (arrow_expression_clause) @body) @field
(event_declaration name: (_) @name accessors: (_) @body) @field
(event_field_declaration (variable_declaration (variable_declarator name: (_) @name))) @field
(field_declaration (modifier "const") (variable_declaration
  (variable_declarator name: (_) @name "=" . (_) @value))) @constant
(field_declaration (variable_declaration (variable_declarator name: (_) @name "=" . (_) @value))) @field
(field_declaration (variable_declaration (variable_declarator name: (_) @name))) @field
(local_declaration_statement (variable_declaration (variable_declarator name: (_) @name "=" . (_) @value))) @variable

; A type that is being typed.
(ERROR ["class" "struct" "interface" "enum" "record"] . (identifier) @name @type)
[(global_statement) (preproc_if) (preproc_elif) (preproc_else) (declaration_list) (ERROR)] @container
