(comment) @comment
(pair) @declaration
