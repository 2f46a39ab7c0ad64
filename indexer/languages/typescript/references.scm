(call_expression function: (identifier) @call)
(call_expression function: (member_expression property: (property_identifier) @call))
(call_expression function: (member_expression property: (private_property_identifier) @call))
(new_expression constructor: (identifier) @type)
(new_expression constructor: (member_expression property: (property_identifier) @type))
(extends_clause value: (identifier) @type)
(extends_clause value: (member_expression property: (property_identifier) @type))
(type_identifier) @type
(decorator (identifier) @call)
