; Elements that have an id, and headings; the signature is the opening tag.
(element . (start_tag (attribute (attribute_name) @_id (quoted_attribute_value (attribute_value) @name)))
  . (_) @body (#eq? @_id "id")) @field
(element . (start_tag (attribute (attribute_name) @_id . (attribute_value) @name)) . (_) @body
  (#eq? @_id "id")) @field
(element . (self_closing_tag (attribute (attribute_name) @_id
  [(quoted_attribute_value (attribute_value) @name) (attribute_value) @name])) (#eq? @_id "id")) @field
(element . (start_tag (attribute (attribute_name) @_id
  [(quoted_attribute_value (attribute_value) @name) (attribute_value) @name])) (#eq? @_id "id")) @field
(element . (start_tag . (tag_name) @_heading) . (text) @name (#any-of? @_heading "h1" "h2" "h3")) @module

[(element) (ERROR)] @container
