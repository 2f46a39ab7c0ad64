(namespace_use_declaration (namespace_use_clause . [(name) (qualified_name)] @target))
(namespace_use_declaration (namespace_name) @target body: (_) @target)

; include 'a.php';  require(__DIR__ . '/a.php');
(expression_statement [
  (include_expression [(string) (encapsed_string)] @target)
  (include_once_expression [(string) (encapsed_string)] @target)
  (require_expression [(string) (encapsed_string)] @target)
  (require_once_expression [(string) (encapsed_string)] @target)
  (include_expression (binary_expression right: [(string) (encapsed_string)] @target))
  (include_once_expression (binary_expression right: [(string) (encapsed_string)] @target))
  (require_expression (binary_expression right: [(string) (encapsed_string)] @target))
  (require_once_expression (binary_expression right: [(string) (encapsed_string)] @target))
  (include_expression (parenthesized_expression [(string) (encapsed_string)] @target))
  (include_once_expression (parenthesized_expression [(string) (encapsed_string)] @target))
  (require_expression (parenthesized_expression [(string) (encapsed_string)] @target))
  (require_once_expression (parenthesized_expression [(string) (encapsed_string)] @target))
])
