(namespace_use_declaration (namespace_use_clause . [(name) (qualified_name)] @target))
(namespace_use_declaration (namespace_name) @target body: (_) @target)

; include 'a.php';  include('a.php');  include __DIR__ . '/a.php';  include(__DIR__ . '/a.php');
(expression_statement [
  (include_expression [
    (string) @target (encapsed_string) @target (_ [(string) (encapsed_string)] @target .) (_ (_ (string) @target .) .)
  ])
  (include_once_expression [
    (string) @target (encapsed_string) @target (_ [(string) (encapsed_string)] @target .) (_ (_ (string) @target .) .)
  ])
  (require_expression [
    (string) @target (encapsed_string) @target (_ [(string) (encapsed_string)] @target .) (_ (_ (string) @target .) .)
  ])
  (require_once_expression [
    (string) @target (encapsed_string) @target (_ [(string) (encapsed_string)] @target .) (_ (_ (string) @target .) .)
  ])
])
