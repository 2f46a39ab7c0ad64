; Functions and methods, with a body, defaulted or deleted.
(function_definition declarator: (_) @declarator body: (_) @body) @function
(ERROR (function_declarator declarator: (_) @declarator) @function)
; SYSCALL_DEFINE2(name, int, argument) { ... }: a call to the parser, and a block behind it.
((expression_statement (call_expression arguments: (argument_list . (identifier) @name))) @function
  . (compound_statement) @block)
(compound_statement) @block
(function_definition declarator: (_) @declarator) @function
; T Class::method() { ... } where an #if lost the end of a class above: taken for a bit field.
(function_definition (ERROR (bitfield_clause (call_expression function: (identifier) @name))) body: (_) @body) @function

; Types. A nameless one lends its members to what surrounds it.
(class_specifier name: (_) @declarator body: (_) @container) @type
(struct_specifier name: (_) @declarator body: (_) @container) @type
(union_specifier name: (_) @declarator body: (_) @container) @type
(enum_specifier name: (_) @declarator body: (_) @container) @type
(class_specifier !name body: (_) @container)
(struct_specifier !name body: (_) @container)
(union_specifier !name body: (_) @container)
(enum_specifier !name body: (_) @container)
(concept_definition name: (_) @name) @type
(alias_declaration name: (_) @name type: (_) @value) @type

(type_definition type: (struct_specifier !name body: (_) @container) declarator: (_) @declarator) @type
(type_definition type: (union_specifier !name body: (_) @container) declarator: (_) @declarator) @type
(type_definition type: (enum_specifier !name body: (_) @container) declarator: (_) @declarator) @type
(type_definition type: (_ name: (_) body: (_) @body) declarator: (_) @declarator) @type
(type_definition declarator: (_) @declarator) @type
(type_definition type: (_ name: (_) body: (_))) @container

(enumerator name: (_) @name value: (_)? @value) @constant

; Members and variables; a prototype is a declaration with a function's declarator.
(field_declaration type: (struct_specifier !name body: (_) @container) declarator: (_) @declarator) @field
(field_declaration type: (union_specifier !name body: (_) @container) declarator: (_) @declarator) @field
(field_declaration declarator: (_) @declarator default_value: (_) @value) @field
(field_declaration declarator: (_) @declarator) @field
(field_declaration type: (_ body: (_))) @container
(declaration declarator: (init_declarator value: (_) @value) @declarator) @variable
(declaration declarator: (_) @declarator) @variable
(declaration type: (_ body: (_))) @container

(namespace_definition name: (_) @name body: (_) @container) @module
(namespace_definition !name body: (_) @container)

(preproc_def name: (_) @name value: (_)? @value) @macro
(preproc_function_def name: (_) @name value: (_)? @value) @macro

; The head of a template belongs to what it introduces.
(template_declaration) @wrapper

[
  (preproc_if) (preproc_ifdef) (preproc_else) (preproc_elif) (preproc_elifdef)
  (linkage_specification) (declaration_list) (field_declaration_list) (ERROR)
] @container
