(variable_declaration (builtin_function (builtin_identifier) @_import (arguments (string (string_content) @target)))
  (#eq? @_import "@import"))
(variable_declaration (field_expression object: (builtin_function
  (builtin_identifier) @_import (arguments (string (string_content) @target))))
  (#eq? @_import "@import"))
(using_namespace_declaration (builtin_function
  (builtin_identifier) @_import (arguments (string (string_content) @target)))
  (#eq? @_import "@import"))
