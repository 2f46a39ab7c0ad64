; Keys of the first two levels. Values stay out: they may be anything, passwords too.
(stream (document (block_node (block_mapping
  (block_mapping_pair key: (_) @name value: (block_node (block_mapping) @container)) @field))))
(stream (document (block_node (block_mapping (block_mapping_pair key: (_) @name value: (_) @body) @field))))
(stream (document (block_node (block_mapping (block_mapping_pair key: (_) @name) @field))))
(block_mapping_pair key: (_) @name value: (_) @body) @field
(block_mapping_pair key: (_) @name) @field
(ERROR) @container
