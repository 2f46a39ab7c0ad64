(open_module module: (module_path) @target)
(include_module module: (module_path) @target)
(module_definition (module_binding body: (module_path) @target))
