# Flags for our own code; third-party code is built without them.
add_library(hunch_strict INTERFACE)
target_compile_options(hunch_strict INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes
  -Wvla -Wwrite-strings -Wformat=2 -Werror -fno-common -fstack-protector-strong)
target_compile_definitions(hunch_strict INTERFACE _GNU_SOURCE HUNCH_VERSION="${PROJECT_VERSION}")
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  target_compile_definitions(hunch_strict INTERFACE _FORTIFY_SOURCE=2)
endif()
if(HUNCH_SANITIZE)
  target_compile_options(hunch_strict INTERFACE -fsanitize=${HUNCH_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(hunch_strict INTERFACE -fsanitize=${HUNCH_SANITIZE})
  if(HUNCH_SANITIZE MATCHES "undefined")
    target_compile_options(hunch_strict INTERFACE -fno-sanitize-recover=all)
  endif()
endif()
if(HUNCH_FUZZ)
  target_compile_options(hunch_strict INTERFACE -fsanitize=fuzzer-no-link)
endif()
