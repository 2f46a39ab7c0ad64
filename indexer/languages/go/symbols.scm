(function_declaration name: (_) @name body: (_) @body) @function
(function_declaration name: (_) @name !body) @function.declaration
(method_declaration receiver: (parameter_list (parameter_declaration type: (_) @scope))
  name: (_) @name body: (_) @body) @method

; Types; an interface's methods and a struct's fields belong to the type.
(type_spec name: (_) @name type: (struct_type (field_declaration_list) @container)) @type
(type_spec name: (_) @name type: (interface_type "{" @body) @container) @type
(type_spec name: (_) @name) @type
(type_alias name: (_) @name) @type
(field_declaration name: (_) @name) @field
(field_declaration !name type: (type_identifier) @name) @field
(field_declaration !name type: (qualified_type name: (_) @name)) @field
(field_declaration !name type: (generic_type type: (type_identifier) @name)) @field
(field_declaration name: (_) @name type: (struct_type (field_declaration_list) @container)) @field
(method_elem name: (_) @name) @method.declaration

(const_spec name: (identifier) @name value: (_)? @value) @constant
(const_spec (identifier) @name) @constant
(var_spec name: (identifier) @name value: (_)? @value) @variable

; Alone, a definition begins with its keyword; of a group in parentheses each begins by itself. The parenthesis
; comes first in the tree, so a group is taken as a container before it could be a wrapper.
(type_declaration "(") @container
(type_declaration [(type_spec) (type_alias)]) @wrapper
(const_declaration "(") @container
(const_declaration (const_spec)) @wrapper
(var_declaration (var_spec)) @wrapper
(var_declaration (var_spec_list) @container)
(ERROR) @container
