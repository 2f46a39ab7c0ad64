(section) @section
(fenced_code_block) @code
(html_block) @html
; An underlined heading makes no section; it stays with what follows it.
(setext_heading) @attribute
