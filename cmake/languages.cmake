# Grammars and the generated language table; see indexer/languages/README.md.
#
# Each indexer/languages/<folder>/ has a language.json and up to four queries. From
# them this file makes one static library of grammars and languages.gen.c, the
# table that indexer/language.c reads. Nothing else names a language.
file(GLOB HUNCH_LANGUAGES CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/indexer/languages/*/language.json)
set(table_file ${CMAKE_BINARY_DIR}/languages.gen.c)
set(table_externs "")
set(table_arrays "")
set(table_rows "")
set(table_scanners "")
set(table_keywords "")
set(grammar_targets "")

# The strings of JSON array `key` as `"a", "b", NULL`; of none if there is no such key.
function(hunch_json_strings out json key)
  set(text "")
  string(JSON count ERROR_VARIABLE absent LENGTH "${json}" ${key})
  if(NOT absent AND count GREATER 0)
    math(EXPR last "${count} - 1")
    foreach(i RANGE ${last})
      string(JSON item GET "${json}" ${key} ${i})
      string(APPEND text "\"${item}\", ")
    endforeach()
  endif()
  set(${out} "${text}NULL" PARENT_SCOPE)
endfunction()

# A file's bytes as a C array: string literals are limited to 4095 bytes.
# A file that is not there is empty.
function(hunch_embed out name path)
  set(bytes "")
  if(EXISTS ${path})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${path})
    file(READ ${path} bytes HEX)
  endif()
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
  set(${out} "static const char ${name}[] = {${bytes}0};\n" PARENT_SCOPE)
endfunction()

foreach(file IN LISTS HUNCH_LANGUAGES)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  get_filename_component(folder ${file} DIRECTORY)
  get_filename_component(key ${folder} NAME)
  file(READ ${file} json)
  foreach(field name comment package source function)
    string(JSON ${field} GET "${json}" ${field})
  endforeach()

  set(grammar ${HUNCH_NODE_MODULES}/${package}/${source})
  file(GLOB sources ${grammar}/parser.c ${grammar}/scanner.c)
  add_library(hunch_grammar_${key} STATIC ${sources})
  target_include_directories(hunch_grammar_${key} PRIVATE ${grammar})
  target_compile_options(hunch_grammar_${key} PRIVATE -w -O2)
  list(APPEND grammar_targets hunch_grammar_${key})

  string(APPEND table_externs "const TSLanguage *${function}(void);\n")
  # Some scanners write more than tree-sitter gives them room for: theirs gets another name, and what the
  # parser calls is ours, which looks at the length; see language_scanner.c.
  if(EXISTS ${grammar}/scanner.c)
    set(serialize ${function}_external_scanner_serialize)
    set_property(SOURCE ${grammar}/scanner.c APPEND PROPERTY COMPILE_DEFINITIONS ${serialize}=${serialize}_any)
    string(APPEND table_externs
      "unsigned ${serialize}(void *scanner, char *buffer);\n"
      "unsigned ${serialize}_any(void *scanner, char *buffer);\n")
    string(APPEND table_scanners
      "unsigned ${serialize}(void *scanner, char *buffer) {\n"
      "    return language_scanner_state(${serialize}_any, scanner, buffer);\n"
      "}\n")
  endif()
  foreach(field ids extensions files shebangs nesting keywords)
    hunch_json_strings(strings "${json}" ${field})
    if(field STREQUAL "keywords")
      string(REGEX MATCHALL "\"[^\"]+\"" words "${strings}")
      list(APPEND table_keywords ${words})
    else()
      string(APPEND table_arrays "static const char *const ${key}_${field}[] = {${strings}};\n")
    endif()
  endforeach()
  string(JSON family ERROR_VARIABLE absent GET "${json}" family)
  if(absent)
    set(family ${key})
  endif()
  set(row "    {\"${name}\", \"${comment}\", \"${family}\", ${key}_ids, ${key}_extensions, ${key}_files, ${key}_shebangs")
  string(APPEND row ", ${key}_nesting, ${function}")
  # A dialect may name the folder whose queries it shares, but for those that it has itself.
  string(JSON queries ERROR_VARIABLE absent GET "${json}" queries)
  if(absent)
    set(queries ${key})
  endif()
  foreach(query symbols chunks imports references)
    set(query_file ${CMAKE_SOURCE_DIR}/indexer/languages/${key}/${query}.scm)
    if(NOT EXISTS ${query_file})
      set(query_file ${CMAKE_SOURCE_DIR}/indexer/languages/${queries}/${query}.scm)
    endif()
    hunch_embed(array ${key}_${query} ${query_file})
    string(APPEND table_arrays "${array}")
    string(APPEND row ", ${key}_${query}")
  endforeach()
  foreach(flag macros clauses data apostrophes unpaired semicolons long_quotes backticks templates patterns colons overloads)
    string(JSON value ERROR_VARIABLE absent GET "${json}" ${flag})
    if(NOT absent AND value)
      string(APPEND row ", true")
    else()
      string(APPEND row ", false")
    endif()
  endforeach()
  string(APPEND table_rows "${row}},\n")
endforeach()

list(SORT table_keywords)
list(REMOVE_DUPLICATES table_keywords)
list(JOIN table_keywords ", " table_keywords)
file(CONFIGURE OUTPUT ${table_file} @ONLY CONTENT [=[
// Made by cmake/languages.cmake from indexer/languages/; do not edit.
#include "indexer/language_internal.h"

@table_externs@
@table_scanners@
@table_arrays@
const struct language language_table[] = {
@table_rows@};
const size_t language_table_count = sizeof language_table / sizeof language_table[0];
const char *const language_table_keywords[] = {@table_keywords@, NULL};
]=])

add_library(hunch_grammars INTERFACE)
target_link_libraries(hunch_grammars INTERFACE ${grammar_targets})
target_sources(hunch_indexer PRIVATE ${table_file})
