(document (object (pair key: (string (string_content) @_extends) value: (string (string_content) @target)))
  (#eq? @_extends "extends"))
