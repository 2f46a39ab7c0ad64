; A rule is called after each of its selectors: .button is button, #menu is menu, others as they stand.
(rule_set (selectors (class_selector . (class_name) @name .)) (block) @container) @field
(rule_set (selectors (id_selector . (id_name) @name .)) (block) @container) @field
(rule_set (selectors [
    (tag_name) (universal_selector) (child_selector) (descendant_selector) (adjacent_sibling_selector)
    (sibling_selector) (attribute_selector) (pseudo_class_selector) (pseudo_element_selector)
    (class_selector (tag_name)) (class_selector (class_selector)) (class_selector (id_selector))
    (id_selector (tag_name)) (id_selector (class_selector))
  ] @name) (block) @container) @field

; Custom properties stand in :root as a rule, and in Tailwind's @theme.
(rule_set (selectors (pseudo_class_selector (class_name (identifier) @_root)))
  (block (declaration (property_name) @name) @constant) (#any-of? @_root "root" "host"))
(at_rule (at_keyword) @_theme (block (declaration (property_name) @name) @constant) (#eq? @_theme "@theme"))
(at_rule (at_keyword) @_property (keyword_query) @name (block) @body (#eq? @_property "@property")) @constant
(keyframes_statement (keyframes_name) @name (_) @body) @constant

(media_statement (block) @container)
(supports_statement (block) @container)
(scope_statement (block) @container)
(at_rule (block) @container)
(ERROR) @container
