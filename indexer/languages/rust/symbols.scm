(function_item name: (_) @name body: (_) @body) @function
(function_signature_item name: (_) @name) @function.declaration

(struct_item name: (_) @name body: (field_declaration_list) @container) @type
(struct_item name: (_) @name) @type
(union_item name: (_) @name body: (_) @container) @type
(enum_item name: (_) @name body: (_) @container) @type
(trait_item name: (_) @name body: (_) @container) @type
(type_item name: (_) @name type: (_) @value) @type
(associated_type name: (_) @name) @type.declaration
(field_declaration name: (_) @name) @field
(enum_variant name: (_) @name body: (field_declaration_list) @container) @constant
(enum_variant name: (_) @name) @constant

; What an impl defines belongs to the type it is for.
(impl_item type: (_) @scope body: (_) @container)

(const_item name: (_) @name value: (_)? @value) @constant
(static_item name: (_) @name value: (_)? @value) @variable
(macro_definition name: (_) @name . (_) @body) @macro
(mod_item name: (_) @name body: (_) @container) @module
(mod_item name: (_) @name !body) @module.declaration

[(foreign_mod_item) (declaration_list) (ERROR)] @container
