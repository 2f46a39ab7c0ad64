((call method: (identifier) @_call arguments: (argument_list (string (string_content) @target)))
  (#any-of? @_call "require" "require_relative" "load" "autoload"))
