(call target: (identifier) @call)
(call target: (dot right: (identifier) @call))
(alias) @type
