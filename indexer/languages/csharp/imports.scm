(using_directive !name [(identifier) (qualified_name) (alias_qualified_name)] @target)
(using_directive name: (_) "=" . (_) @target)
