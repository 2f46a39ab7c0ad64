; A heading is a module that holds what stands below it.
(section . (atx_heading heading_content: (_) @name) . (_) @body) @module @container
(section . (atx_heading heading_content: (_) @name) @value .) @module @container
(setext_heading heading_content: (_) @name @value) @module

; What stands above the first heading; headings that are underlined make no section.
(section . [
  (setext_heading) (paragraph) (list) (fenced_code_block) (indented_code_block) (html_block) (block_quote)
  (pipe_table) (thematic_break) (link_reference_definition)
]) @container
