(comment) @comment
(pair) @declaration
(table) @declaration
(table_array_element) @declaration
