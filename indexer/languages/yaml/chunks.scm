(comment) @comment
(block_mapping_pair) @declaration
(block_sequence_item) @declaration
