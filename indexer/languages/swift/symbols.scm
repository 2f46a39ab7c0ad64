; Functions. A name may be an operator, which is no named node.
(function_declaration "func" . name: _ @name body: _ @body) @function
(protocol_function_declaration "func" . name: _ @name) @method.declaration
(init_declaration "init" @name body: (_) @body) @method
(init_declaration "init" @name !body) @method.declaration
(deinit_declaration "deinit" @name body: (_) @body) @method
(subscript_declaration "subscript" @name (computed_property) @body) @method
(macro_declaration "macro" . (simple_identifier) @name definition: (_) @body) @macro
(macro_declaration "macro" . (simple_identifier) @name) @macro

; Types. What an extension defines belongs to the type it is for.
(class_declaration name: (type_identifier) @name body: (_) @container) @type
(class_declaration name: (user_type) @scope body: (_) @container)
(protocol_declaration name: (_) @name body: (_) @container) @type
(associatedtype_declaration name: (type_identifier) @name) @type.declaration
(typealias_declaration name: (type_identifier) @name "=" . (_) @value) @type
(enum_entry name: (simple_identifier) @name) @constant

; Properties and variables.
(property_declaration name: (pattern bound_identifier: _ @name) value: _ @value) @variable
(property_declaration name: (pattern bound_identifier: _ @name) [(computed_property) (willset_didset_block)] @body) @variable
(property_declaration name: (pattern bound_identifier: _ @name)) @variable
(property_declaration name: (pattern (pattern (simple_identifier) @name))) @variable
(protocol_property_declaration name: (pattern bound_identifier: (_) @name)) @field

; A type that is being typed, or holds what the grammar does not know.
(ERROR ["class" "struct" "enum" "actor" "protocol"] . [(simple_identifier) (type_identifier)] @name (ERROR) @container) @type
(ERROR "extension" . (user_type) @scope (ERROR) @container)
(ERROR ["class" "struct" "enum" "actor" "protocol"] . [(simple_identifier) (type_identifier)] @name @type)
(function_declaration (ERROR) @container)
[(if_statement) (guard_statement) (do_statement) (statements) (class_body) (enum_class_body) (protocol_body) (ERROR)] @container
