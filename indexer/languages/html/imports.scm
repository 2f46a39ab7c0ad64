(script_element (start_tag (attribute (attribute_name) @_src (quoted_attribute_value (attribute_value) @target)))
  (#eq? @_src "src"))
(element (_ . (tag_name) @_link
  (attribute (attribute_name) @_href (quoted_attribute_value (attribute_value) @target)))
  (#eq? @_link "link") (#eq? @_href "href"))
