(class_declaration name: (_) @name body: (_) @container) @type
(interface_declaration name: (_) @name body: (_) @container) @type
(enum_declaration name: (_) @name body: (_) @container) @type
(record_declaration name: (_) @name body: (_) @container) @type
(annotation_type_declaration name: (_) @name body: (_) @container) @type

(method_declaration name: (_) @name body: (_) @body) @method
(method_declaration name: (_) @name !body) @method.declaration
(constructor_declaration name: (_) @name body: (_) @body) @method
(compact_constructor_declaration name: (_) @name body: (_) @body) @method
(annotation_type_element_declaration name: (_) @name) @method.declaration

(field_declaration declarator: (variable_declarator name: (_) @name value: (_)? @value)) @field
(constant_declaration declarator: (variable_declarator name: (_) @name value: (_)? @value)) @constant
(enum_constant name: (_) @name body: (_) @container) @constant
(enum_constant name: (_) @name) @constant
(record_declaration parameters: (formal_parameters (formal_parameter name: (_) @name) @field))

[(enum_body_declarations) (ERROR)] @container
