(comment) @comment
(import_statement) @import
(rule_set) @declaration
(keyframes_statement) @declaration
