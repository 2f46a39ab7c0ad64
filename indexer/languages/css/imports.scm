(import_statement (string_value) @target)
(import_statement (call_expression (arguments [(string_value) (plain_value)] @target)))
