# The tree-sitter runtime, compiled from the npm package that script/bootstrap
# brought (Debian's 0.20 refuses today's grammars).
set(TREE_SITTER_DIR ${HUNCH_NODE_MODULES}/tree-sitter/vendor/tree-sitter/lib)
if(NOT EXISTS ${TREE_SITTER_DIR}/src/lib.c)
  message(FATAL_ERROR "tree-sitter is not in ${HUNCH_NODE_MODULES}: run script/bootstrap first")
endif()
add_library(hunch_tree_sitter STATIC ${TREE_SITTER_DIR}/src/lib.c)
target_include_directories(hunch_tree_sitter SYSTEM PUBLIC ${TREE_SITTER_DIR}/include)
target_include_directories(hunch_tree_sitter PRIVATE ${TREE_SITTER_DIR}/src)
target_compile_definitions(hunch_tree_sitter PRIVATE _GNU_SOURCE)
target_compile_options(hunch_tree_sitter PRIVATE -w -O2)
