(function_declaration name: (_) @name body: (_) @body) @function
(generator_function_declaration name: (_) @name body: (_) @body) @function
(class_declaration name: (_) @name body: (_) @container) @type

; Inside a class or an object.
(method_definition name: (_) @name body: (_) @body) @method
(method_definition name: (_) @_init body: (statement_block (expression_statement (assignment_expression
  left: (member_expression object: (this) property: (_) @name) right: (_) @value) @field))
  (#eq? @_init "constructor"))
(field_definition property: (_) @name value: [
  (arrow_function body: (_) @body) (function_expression body: (_) @body)]) @method
(field_definition property: (_) @name value: (_)? @value) @field
(pair key: (_) @name value: [
  (arrow_function body: (_) @body) (function_expression body: (_) @body)]) @method
(pair key: (_) @name value: (object) @container) @field
(pair key: (_) @name value: (_) @value) @field

; const f = () => ...;  const x = ...;
(lexical_declaration (variable_declarator name: (identifier) @name value: [
  (arrow_function body: (_) @body) (function_expression body: (_) @body)
  (generator_function body: (_) @body)])) @function
(variable_declaration (variable_declarator name: (identifier) @name value: [
  (arrow_function body: (_) @body) (function_expression body: (_) @body)
  (generator_function body: (_) @body)])) @function
(lexical_declaration (variable_declarator name: (identifier) @name value: (class body: (_) @container))) @type
(lexical_declaration (variable_declarator name: (identifier) @name value: (object) @container)) @variable
(variable_declaration (variable_declarator name: (identifier) @name value: (object) @container)) @variable
(lexical_declaration (variable_declarator name: (identifier) @name value: (_)? @value)) @variable
(variable_declaration (variable_declarator name: (identifier) @name value: (_)? @value)) @variable
(lexical_declaration (variable_declarator name: (object_pattern
  (shorthand_property_identifier_pattern) @name))) @variable
(lexical_declaration (variable_declarator name: (array_pattern (identifier) @name))) @variable

; exports.f = ...;  Class.prototype.f = function ...;  module.exports = { ... };
(expression_statement (assignment_expression
  left: (member_expression property: (_) @name)
  right: [(arrow_function body: (_) @body) (function_expression body: (_) @body)])) @function
(expression_statement (assignment_expression left: (member_expression) right: (object) @container))
(expression_statement (assignment_expression
  left: (member_expression property: (_) @name) right: (class body: (_) @container))) @type

; A module wrapped in a function called at once.
(expression_statement (call_expression function: (parenthesized_expression
  [(function_expression body: (_) @container) (arrow_function body: (_) @container)])))
(export_statement value: (object) @container)

(export_statement) @wrapper
[(if_statement) (else_clause) (try_statement) (statement_block) (ERROR)] @container
