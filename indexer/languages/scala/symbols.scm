(function_definition name: (_) @name body: (_) @body) @function
(function_declaration name: (_) @name) @function.declaration

; Types.
(class_definition name: (_) @name body: (_) @container) @type
(class_definition name: (_) @name) @type
(trait_definition name: (_) @name body: (_) @container) @type
(trait_definition name: (_) @name) @type
(object_definition name: (_) @name body: (_) @container) @type
(object_definition name: (_) @name) @type
(package_object name: (_) @name body: (_) @container) @type
(package_object name: (_) @name) @type
(enum_definition name: (_) @name body: (_) @container) @type
(type_definition name: (_) @name type: (_) @value) @type
(type_definition name: (_) @name) @type.declaration
(enum_case_definitions [(simple_enum_case name: (_) @name) (full_enum_case name: (_) @name)]) @constant

; Parameters of a class that are members: all of a case's, else those with val or var.
(class_definition "case" name: (_) @scope class_parameters: (class_parameters (class_parameter name: (_) @name) @field))
(enum_case_definitions (full_enum_case name: (_) @scope class_parameters: (class_parameters
  (class_parameter name: (_) @name) @field)))
(class_definition name: (_) @scope class_parameters: (class_parameters
  (class_parameter ["val" "var"] name: (_) @name) @field))
(enum_definition name: (_) @scope class_parameters: (class_parameters
  (class_parameter ["val" "var"] name: (_) @name) @field))
(trait_definition name: (_) @scope class_parameters: (class_parameters
  (class_parameter ["val" "var"] name: (_) @name) @field))

; Values.
(val_definition pattern: (identifier) @name value: (instance_expression (template_body) @container)) @variable
(val_definition pattern: (identifier) @name value: (_) @value) @variable
(val_definition pattern: (identifiers (identifier) @name) value: (_) @value) @variable
(val_definition pattern: (tuple_pattern (identifier) @name) value: (_) @value) @variable
(var_definition pattern: (identifier) @name value: (_) @value) @variable
(var_definition pattern: (identifiers (identifier) @name) value: (_) @value) @variable
(val_declaration name: (_) @name) @variable
(var_declaration name: (_) @name) @variable
(given_definition name: (_) @name body: (with_template_body) @container) @variable
(given_definition name: (_) @name body: (_) @value) @variable

; What has no name of its own belongs to the type it is for.
(given_definition !name return_type: (_) @scope body: (with_template_body) @container)
(extension_definition parameters: (parameters . (parameter type: (_) @scope))) @container

(package_clause name: (_) @name body: (_) @container) @module

; A type that is being typed.
(ERROR ["class" "trait" "object" "enum"] . (identifier) @name @type)
[(template_body) (ERROR)] @container
