(application_expression function: (value_path (value_name) @call))
(type_constructor_path (type_constructor) @type)
