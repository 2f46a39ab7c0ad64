; The grammar tells no receiver from the name behind its dot.
(call_expression (identifier) @call)
(call_expression (navigation_expression (identifier) @call))
(callable_reference (identifier) @call)
(user_type (identifier) @type)
