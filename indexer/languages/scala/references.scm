(call_expression function: (identifier) @call)
(call_expression function: (field_expression field: (identifier) @call))
(call_expression function: (generic_function function: (identifier) @call))
(call_expression function: (generic_function function: (field_expression field: (identifier) @call)))
(call_expression function: (field_expression value: (identifier) @type))
(infix_expression operator: (identifier) @call)
(type_identifier) @type
