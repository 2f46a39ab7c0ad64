; Methods; those of no class are methods of every object. An empty body has no node: the signature then ends before
; "end".
(method name: (_) @name body: (_) @body) @method
(method name: (_) @name "end" @body) @method
(singleton_method name: (_) @name body: (_) @body) @method
(singleton_method name: (_) @name "end" @body) @method
(alias name: (_) @name) @method
((call method: (identifier) @_call arguments: (argument_list . (simple_symbol) @name) block: (_)? @body) @method
  (#any-of? @_call "alias_method" "define_method"))

; Types. `class A::B` is B of A.
(class name: (constant) @name body: (_) @container) @type
(class name: (constant) @name "end" @body) @type
(class name: (scope_resolution scope: (_)? @scope name: (_) @name) body: (_) @container) @type
(class name: (scope_resolution name: (_) @name) "end" @body) @type
(module name: (constant) @name body: (_) @container) @module
(module name: (constant) @name "end" @body) @module
(module name: (scope_resolution scope: (_)? @scope name: (_) @name) body: (_) @container) @module
(singleton_class body: (_) @container)

; Point = Struct.new(:x, :y) do ... end
((assignment left: (constant) @name
  right: (call receiver: (constant) @_maker block: (_ body: (_)? @container)? @body)) @type
  (#any-of? @_maker "Struct" "Data" "Class" "Module"))

; Attributes: the declared ones, then those that initialize sets.
((call method: (identifier) @_call arguments: (argument_list (simple_symbol) @name)) @field
  (#any-of? @_call "attr_accessor" "attr_reader" "attr_writer"))
((method name: (identifier) @_init body: (body_statement (assignment
  left: [(instance_variable) @name (left_assignment_list (instance_variable) @name)] right: (_) @value) @field))
  (#eq? @_init "initialize"))

; Values. A local variable counts in a script alone.
(assignment left: (constant) @name right: (_) @value) @constant
(assignment left: (left_assignment_list (constant) @name) right: (_) @value) @constant
(assignment left: [(class_variable) (instance_variable) (global_variable)] @name right: (_) @value) @variable
(operator_assignment left: [(class_variable) (instance_variable) (global_variable)] @name right: (_) @value) @variable
(operator_assignment left: (constant) @name right: (_) @value) @constant
(program (assignment left: (identifier) @name right: (_) @value) @variable)

; `private def f`; blocks such as `class_methods do`.
(call arguments: (argument_list [(method) (singleton_method)])) @wrapper
(argument_list [(method) (singleton_method)]) @wrapper
(call block: (_ body: (_) @container))

; A type that is being typed.
(ERROR ["class" "module"] . (constant) @name @type)
[
  (begin) (rescue) (ensure) (else) (then) (if) (elsif) (unless) (case) (when) (if_modifier) (unless_modifier)
  (parenthesized_statements) (ERROR)
] @container
