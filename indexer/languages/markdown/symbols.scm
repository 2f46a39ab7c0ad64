; A heading is a module that holds what stands below it.
(section . (atx_heading [
  (atx_h1_marker) @rank.1 (atx_h2_marker) @rank.2 (atx_h3_marker) @rank.3
  (atx_h4_marker) @rank.4 (atx_h5_marker) @rank.5 (atx_h6_marker) @rank.6
] heading_content: (_) @name) . (_) @body) @module @container
(section . (atx_heading [
  (atx_h1_marker) @rank.1 (atx_h2_marker) @rank.2 (atx_h3_marker) @rank.3
  (atx_h4_marker) @rank.4 (atx_h5_marker) @rank.5 (atx_h6_marker) @rank.6
] heading_content: (_) @name @value) .) @module @container
(setext_heading heading_content: (_) @name @value [
  (setext_h1_underline) @rank.1 (setext_h2_underline) @rank.2
]) @module

; What stands above the first heading; headings that are underlined make no section.
(section . [
  (setext_heading) (paragraph) (list) (fenced_code_block) (indented_code_block) (html_block) (block_quote)
  (pipe_table) (thematic_break) (link_reference_definition)
]) @container
