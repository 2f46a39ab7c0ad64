; Keys of the first two levels. Values stay out: they may be anything, passwords too.
(document (object (pair key: (_) @name value: (object) @container) @field))
(document (object (pair key: (_) @name value: (_) @body) @field))
(pair key: (_) @name value: (_) @body) @field
(ERROR) @container
