(comment) @comment
(unary_operator) @attribute
