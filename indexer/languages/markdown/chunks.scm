(section) @section
(fenced_code_block) @code
(html_block) @html
