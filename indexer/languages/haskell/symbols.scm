; A type signature declares; the equations that follow it are one definition with it ("clauses").
(signature name: (variable) @name) @function.declaration
(signature name: (prefix_id (_) @name)) @function.declaration
(signature names: (binding_list name: (variable) @name)) @function.declaration
(signature names: (binding_list name: (prefix_id (_) @name))) @function.declaration
(function name: (variable) @name match: (_) @body) @function
(function name: (prefix_id (_) @name) match: (_) @body) @function
(function (infix operator: (_) @name) match: (_) @body) @function
(bind name: (variable) @name match: (_) @body) @function
(bind name: (prefix_id (_) @name) match: (_) @body) @function
(bind pattern: (tuple element: (variable) @name)) @variable
(foreign_import signature: (signature name: (variable) @name)) @function
(pattern_synonym (signature synonym: (_) @name)) @constant.declaration
(pattern_synonym (equation synonym: (apply function: (constructor) @name))) @constant

; Types, their constructors and fields.
(data_type name: (_) @name constructors: (_) @container) @type
(data_type (infix operator: (_) @name) constructors: (_) @container) @type
(data_type name: (_) @name) @type
(newtype name: (_) @name constructors: (_) @container) @type
(newtype name: (_) @name constructor: (_) @body) @type @container
(type_synomym name: (_) @name type: (_) @value) @type
(type_synomym (infix operator: (_) @name) type: (_) @value) @type
(type_family name: (_) @name) @type
(data_family name: (_) @name) @type
(kind_signature name: (_) @name) @type.declaration
(class name: (_) @name declarations: (_) @container) @type
(class name: (_) @name) @type

(data_constructor constructor: (prefix name: (_) @name)) @constant
(data_constructor constructor: (infix operator: (_) @name)) @constant
(data_constructor constructor: (record name: (_) @name fields: (_) @container)) @constant
(newtype_constructor name: (_) @name field: (record) @container) @constant
(newtype_constructor name: (_) @name) @constant
(gadt_constructor name: (_) @name type: (record fields: (_) @container)) @constant
(gadt_constructor name: (_) @name) @constant
(gadt_constructor names: (binding_list name: (_) @name)) @constant
(field name: (field_name) @name) @field

; The methods of an instance belong to the type, if that is easily told, else to the class.
(instance name: (_) @scope patterns: (type_patterns . (name) @scope .) declarations: (_) @container)
(instance name: (_) @scope
  patterns: (type_patterns . (parens type: (apply constructor: (name) @scope)) .) declarations: (_) @container)
(instance name: (_) @scope declarations: (_) @container)

(header module: (_) @name exports: (_) @body) @module
(header module: (_) @name) @module
(data_instance) @wrapper
(default_signature) @container
[(imports) (declarations) (ERROR)] @container
