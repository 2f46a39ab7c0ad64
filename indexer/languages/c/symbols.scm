; Functions and prototypes.
(function_definition declarator: (_) @declarator body: (_) @body) @function
(ERROR (function_declarator declarator: (_) @declarator) @function)
; SYSCALL_DEFINE2(name, int, argument) { ... }: a call to the parser, and a block behind it.
((expression_statement (call_expression arguments: (argument_list . (identifier) @name))) @function
  . (compound_statement) @block)
(compound_statement) @block

; struct, union and enum with a body; a bare tag only when nothing else stands in the declaration.
(struct_specifier name: (_) @name body: (_) @container) @type
(union_specifier name: (_) @name body: (_) @container) @type
(enum_specifier name: (_) @name body: (_) @container) @type
(struct_specifier !name body: (_) @container)
(union_specifier !name body: (_) @container)
(enum_specifier !name body: (_) @container)

; typedef struct { ... } name;  its members belong to name.
(type_definition type: (struct_specifier !name body: (_) @container) declarator: (_) @declarator) @type
(type_definition type: (union_specifier !name body: (_) @container) declarator: (_) @declarator) @type
(type_definition type: (enum_specifier !name body: (_) @container) declarator: (_) @declarator) @type
(type_definition type: (_ name: (_) body: (_) @body) declarator: (_) @declarator) @type
(type_definition declarator: (_) @declarator) @type
(type_definition type: (_ name: (_) body: (_))) @container

(enumerator name: (_) @name value: (_)? @value) @constant

; struct { ... } member;
(field_declaration type: (struct_specifier !name body: (_) @container) declarator: (_) @declarator) @field
(field_declaration type: (union_specifier !name body: (_) @container) declarator: (_) @declarator) @field
(field_declaration declarator: (_) @declarator) @field
(field_declaration type: (_ body: (_))) @container

; Variables and prototypes of file scope.
(declaration declarator: (init_declarator value: (_) @value) @declarator) @variable
(declaration declarator: (_) @declarator) @variable
(declaration type: (_ body: (_))) @container

(preproc_def name: (_) @name value: (_)? @value) @macro
(preproc_function_def name: (_) @name value: (_)? @value) @macro

; Where more may stand.
[
  (preproc_if) (preproc_ifdef) (preproc_else) (preproc_elif) (preproc_elifdef)
  (linkage_specification) (declaration_list) (ERROR)
] @container
