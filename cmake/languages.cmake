# Grammars and the generated language table; see indexer/languages/README.md.
add_library(hunch_grammars INTERFACE)
