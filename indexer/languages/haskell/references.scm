(apply function: (variable) @call)
(apply function: (qualified id: (variable) @call))
(name) @type
