(comment) @comment
(script_element) @script
(style_element) @style
