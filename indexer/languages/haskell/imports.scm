(import module: (_) @target)
