(command name: (command_name) @_source . argument: (_) @target (#any-of? @_source "." "source"))
