(function_declaration name: (_) @name body: (_) @body) @function
(generator_function_declaration name: (_) @name body: (_) @body) @function
(class_declaration name: (_) @name body: (_) @container) @type

; Inside a class or an object.
(method_definition name: (_) @name body: (_) @body) @method
(method_definition name: (_) @_init body: (statement_block (expression_statement (assignment_expression
  left: (member_expression object: (this) property: (_) @name) right: (_) @value) @field))
  (#eq? @_init "constructor"))
(field_definition property: (_) @name value: [(arrow_function) (function_expression)] @callable) @method
(field_definition property: (_) @name value: (_)? @value) @field
(pair key: (_) @name value: [(arrow_function) (function_expression)] @callable) @method
(pair key: (_) @name value: (object) @container) @field
(pair key: (_) @name value: (_) @value) @field

; const f = () => ...;  const x = ...;  The declaration is a wrapper, so they begin with its keyword.
(variable_declarator name: (identifier) @name value: [(arrow_function) (function_expression) (generator_function)] @callable) @function
(variable_declarator name: (identifier) @name
  value: (parenthesized_expression (function_expression body: (_) @body))) @function
(variable_declarator name: (identifier) @name value: (class body: (_) @container)) @type
(variable_declarator name: (identifier) @name value: (object) @container) @variable
(variable_declarator name: (identifier) @name value: (_)? @value) @variable
(variable_declarator name: (object_pattern (shorthand_property_identifier_pattern) @name)) @variable
(variable_declarator name: (object_pattern (pair_pattern value: (identifier) @name))) @variable
(variable_declarator name: (array_pattern (identifier) @name)) @variable

; module.exports = class Name { ... };  Its members are of that name, so it is above the one that is called like the file.
(assignment_expression left: [(identifier) (member_expression)]
  right: (class name: (_) @name body: (_) @container)) @type

; export default () => ...;  module.exports = function ...;  They are called like the file.
(export_statement "default" @file value: [(arrow_function) (function_expression) (generator_function)] @callable) @function
(export_statement "default" @file value: (class body: (_) @container)) @type
((assignment_expression left: (member_expression object: (identifier) @_module property: (_) @file @_exports)
  right: [(arrow_function) (function_expression)] @callable) @function
  (#eq? @_module "module") (#eq? @_exports "exports"))
((assignment_expression left: (member_expression object: (identifier) @_module property: (_) @file @_exports)
  right: (class body: (_) @container)) @type
  (#eq? @_module "module") (#eq? @_exports "exports"))

; exports.f = ...;  Class.prototype.f = function ...;  module.exports = { ... };
(assignment_expression left: (member_expression property: (_) @name)
  right: [(arrow_function) (function_expression)] @callable) @function
(assignment_expression left: (identifier) @name right: [(arrow_function) (function_expression)] @callable) @function
(assignment_expression left: [(identifier) (member_expression)] right: (object) @container)
; on("event", function handler() { ... });
(call_expression arguments: (arguments (function_expression name: (_) @name body: (_) @body) @function))
(assignment_expression left: [(identifier) (member_expression)]
  right: (function_expression name: (_) @name body: (_) @body)) @function
(assignment_expression left: [(identifier) @name (member_expression property: (_) @name)]
  right: (class body: (_) @container)) @type

; A module wrapped in a function called at once.
(call_expression function: (parenthesized_expression
  [(function_expression body: (_) @container) (arrow_function body: (_) @container)]))
(parenthesized_expression (call_expression function: (member_expression
  object: (function_expression body: (_) @container))))
(call_expression function: (parenthesized_expression)
  arguments: (arguments [(function_expression body: (_) @container)
    (parenthesized_expression (function_expression body: (_) @container))]))
(parenthesized_expression (call_expression function: (function_expression body: (_) @container)))
(parenthesized_expression (call_expression function: (function_expression)
  arguments: (arguments (function_expression body: (_) @container))))
((call_expression function: (identifier) @_define
  arguments: (arguments [(function_expression body: (_) @container) (arrow_function body: (_) @container)]))
  (#eq? @_define "define"))
(export_statement value: (object) @container)

(export_statement) @wrapper
(lexical_declaration) @wrapper
(variable_declaration) @wrapper
[(expression_statement) (if_statement) (else_clause) (try_statement) (statement_block) (ERROR)] @container
