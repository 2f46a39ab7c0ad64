; Everything is a call: `def f(x) when x > 0 do ... end` has the arguments `f(x) when x > 0` and a block. A head
; without a body, and the clauses of one function, are one definition ("clauses").
(call target: (identifier) @_def
  (arguments . [(call target: (identifier) @name) (identifier) @name
    (binary_operator left: [(call target: (identifier) @name) (identifier) @name] operator: "when")])
  (do_block) @body (#any-of? @_def "def" "defp" "defn" "defnp")) @function
(call target: (identifier) @_def
  (arguments . [(call target: (identifier) @name) (identifier) @name
    (binary_operator left: [(call target: (identifier) @name) (identifier) @name] operator: "when")]
    . (keywords) @body)
  (#any-of? @_def "def" "defp" "defn" "defnp")) @function
(call target: (identifier) @_def
  (arguments . [(call target: (identifier) @name) (identifier) @name] .)
  (#any-of? @_def "def" "defp" "defn" "defnp")) @function.declaration
(call target: (identifier) @_def
  (arguments . (call target: (identifier) @name) (keywords)) (#eq? @_def "defdelegate")) @function

(call target: (identifier) @_def
  (arguments . [(call target: (identifier) @name) (identifier) @name
    (binary_operator left: [(call target: (identifier) @name) (identifier) @name] operator: "when")])
  (do_block) @body (#any-of? @_def "defmacro" "defmacrop")) @macro
(call target: (identifier) @_def
  (arguments . [(call target: (identifier) @name) (identifier) @name
    (binary_operator left: [(call target: (identifier) @name) (identifier) @name] operator: "when")]
    . (keywords) @body)
  (#any-of? @_def "defmacro" "defmacrop")) @macro
(call target: (identifier) @_def
  (arguments . (binary_operator left: (call target: (identifier) @name)))
  (#any-of? @_def "defguard" "defguardp")) @macro

(call target: (identifier) @_def (arguments . (alias) @name) (do_block) @container
  (#eq? @_def "defmodule")) @module
(call target: (identifier) @_def (arguments . (alias) @name) (do_block) @container
  (#eq? @_def "defprotocol")) @type
(call target: (identifier) @_def (arguments . (alias) @scope) (do_block) @container (#eq? @_def "defimpl"))
(call target: (identifier) @_def (arguments (list (atom) @name @field)) (#eq? @_def "defstruct"))
(call target: (identifier) @_def (arguments (list (keywords (pair key: (_) @name) @field)))
  (#any-of? @_def "defstruct" "defexception"))
(call target: (identifier) @_def (arguments (keywords (pair key: (_) @name) @field))
  (#any-of? @_def "defstruct" "defexception"))

; Tests, and what is defined on a condition.
(call target: (identifier) @_test (arguments . (string (quoted_content) @name)) (do_block) @body
  (#any-of? @_test "test" "property")) @function
(call target: (identifier) @_if (do_block) @container (#any-of? @_if "if" "unless" "for" "describe"))

(unary_operator operator: "@" operand: (call target: (identifier) @_type
  (arguments (binary_operator left: [(identifier) @name (call target: (identifier) @name)])))
  (#any-of? @_type "type" "typep" "opaque")) @type
(unary_operator operator: "@" operand: (call target: (identifier) @_callback
  (arguments (binary_operator left: (call target: (identifier) @name))))
  (#any-of? @_callback "callback" "macrocallback")) @function.declaration
(unary_operator operator: "@" operand: (call target: (identifier) @name (arguments . (_) @value .))
  (#not-any-of? @name "moduledoc" "doc" "typedoc" "spec" "type" "typep" "opaque" "callback" "macrocallback"
    "impl" "behaviour" "derive" "optional_callbacks" "before_compile" "after_compile" "on_load" "dialyzer"
    "compile" "external_resource" "enforce_keys" "tag" "moduletag" "describetag" "deprecated" "since")) @constant

(ERROR) @container
