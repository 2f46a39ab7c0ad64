(comment) @comment
(method) @method
(singleton_method) @method
(class) @type
(singleton_class) @type
(module) @module
(assignment) @declaration
