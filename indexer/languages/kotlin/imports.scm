(import (qualified_identifier) @target)
