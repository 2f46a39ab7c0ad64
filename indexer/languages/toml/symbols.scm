; Tables and the keys in them. Values stay out: they may be anything, passwords too.
(table . [(bare_key) (dotted_key) (quoted_key)] @name "]" @value) @field @container
(table_array_element . [(bare_key) (dotted_key) (quoted_key)] @name "]]" @value) @field @container
(pair . [(bare_key) (dotted_key) (quoted_key)] @name . (_) @body) @field
(ERROR) @container
