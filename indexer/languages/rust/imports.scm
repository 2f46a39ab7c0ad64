(use_declaration argument: (_) @target)
(mod_item name: (_) @target !body)
(extern_crate_declaration name: (_) @target)
