(method_invocation name: (identifier) @call)
(method_reference (identifier) @call)
(type_identifier) @type
(marker_annotation name: (identifier) @type)
(annotation name: (identifier) @type)
(method_invocation object: (identifier) @type)
