(call target: (identifier) @_import (arguments . [(alias) (dot left: (alias))] @target)
  (#any-of? @_import "alias" "import" "require" "use"))
