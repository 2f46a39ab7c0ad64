; The first of several joined by `and` begins with its keyword and counts as the whole, so these come first;
; the others are looked for in it (@container below).
(value_definition . (let_binding pattern: (value_name) @name . (parameter) body: (_) @body)) @function
(value_definition . (let_binding pattern: (value_name) @name body: (function_expression) @body)) @function
(value_definition . (let_binding pattern: (value_name) @name body: (fun_expression) @callable)) @function
(value_definition . (let_binding pattern: (parenthesized_operator (_) @name) body: (_) @body)) @function
(value_definition . (let_binding pattern: (value_name) @name body: (_) @value)) @variable
(let_binding pattern: (value_name) @name . (parameter) body: (_) @body) @function
(let_binding pattern: (value_name) @name body: (function_expression) @body) @function
(let_binding pattern: (value_name) @name body: (fun_expression) @callable) @function
(let_binding pattern: (parenthesized_operator (_) @name) body: (_) @body) @function
(let_binding pattern: (value_name) @name body: (_) @value) @variable
(let_binding pattern: (tuple_pattern (value_name) @name)) @variable
(let_binding pattern: (parenthesized_pattern (tuple_pattern (value_name) @name))) @variable

(value_specification (value_name) @name type: (function_type)) @function.declaration
(value_specification (parenthesized_operator (_) @name)) @function.declaration
(value_specification (value_name) @name) @variable.declaration
(external (value_name) @name) @function
(external (parenthesized_operator (_) @name)) @function

; Types; `type t += A` only adds constructors.
(type_definition . (type_binding name: (type_constructor) @name body: (_) @container)) @type
(type_definition . (type_binding name: (type_constructor) @name equation: (_) @value)) @type
(type_definition . (type_binding name: (type_constructor) @name)) @type
(type_binding name: (type_constructor) @name body: (_) @container) @type
(type_binding name: (type_constructor) @name equation: (_) @value) @type
(type_binding name: (type_constructor) @name) @type
(type_binding name: (type_constructor_path) @scope body: (_) @container)
(constructor_declaration (constructor_name) @name (record_declaration) @container) @constant
(constructor_declaration (constructor_name) @name) @constant
(field_declaration (field_name) @name) @field
(exception_definition (constructor_declaration (constructor_name) @name)) @type

; Modules, module types, classes.
(module_definition . (module_binding (module_name) @name
  module_type: (signature) @body body: (structure) @container)) @module
(module_definition . (module_binding (module_name) @name body: (structure) @container)) @module
(module_definition . (module_binding (module_name) @name module_type: (signature) @container)) @module
(module_definition . (module_binding (module_name) @name body: (functor body: (structure) @container))) @module
(module_definition . (module_binding (module_name) @name body: (_) @value)) @module
(module_definition . (module_binding (module_name) @name)) @module
(module_binding (module_name) @name body: (structure) @container) @module
(module_binding (module_name) @name module_type: (signature) @container) @module
(module_binding (module_name) @name) @module
(module_type_definition (module_type_name) @name body: (signature) @container) @type
(module_type_definition (module_type_name) @name) @type
(include_module module: (structure) @container)

(class_definition . (class_binding (class_name) @name body: (object_expression) @container)) @type
(class_definition . (class_binding (class_name) @name class_type: (class_body_type) @container)) @type
(class_definition . (class_binding (class_name) @name
  class_type: (class_function_type codomain: (class_body_type) @container))) @type
(class_definition . (class_binding (class_name) @name)) @type
(class_binding (class_name) @name body: (object_expression) @container) @type
(class_binding (class_name) @name) @type
(class_type_definition (class_type_binding (class_type_name) @name body: (class_body_type) @container)) @type
(method_definition (method_name) @name body: (_) @body) @method
(method_definition (method_name) @name) @method.declaration
(method_specification (method_name) @name) @method.declaration
(instance_variable_definition (instance_variable_name) @name body: (_) @value) @field
(instance_variable_specification (instance_variable_name) @name) @field

[(value_definition) (type_definition) (module_definition) (class_definition) (ERROR)] @container
