# lib.sh - what the scripts share; sourced, never run.
# shellcheck shell=bash

set -o pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cores=$(nproc 2>/dev/null || echo 2)

say() { echo "${0##*/}: $*"; }
die() {
  echo "${0##*/}: $*" >&2
  exit 1
}

# quietly LOG COMMAND...: runs it silently; if it fails, shows the end of its
# output and where the rest is. On a terminal one line counts ninja's steps.
quietly() {
  local log=$1 status=0
  shift
  mkdir -p "${log%/*}"
  if [ -t 1 ]; then
    "$@" 2>&1 | tee "$log" | while IFS= read -r line; do
      step=${line%%]*}
      case $step in '['*/*) printf '\r  %s] ' "$step" ;; esac
    done || status=$?
    printf '\r%20s\r' ''
  else
    "$@" >"$log" 2>&1 || status=$?
  fi
  if [ "$status" -ne 0 ]; then
    grep -vE '^\[[0-9]+/[0-9]+\] (Building|Linking|Re-checking)' "$log" | tail -n 40 >&2 || true
    die "failed: $* (all of its output: $log)"
  fi
}

# build PRESET TARGET...: configures when need be and builds.
build() {
  local preset=$1
  shift
  say "building $preset in build/$preset"
  quietly "$root/build/$preset-configure.log" cmake -S "$root" --preset "$preset"
  quietly "$root/build/$preset-build.log" cmake --build "$root/build/$preset" --parallel "$cores" --target "$@"
}

# Our own files, NUL-separated: sources 'c' 'h' ...; corpora are data.
sources() {
  local names=() extension
  for extension; do
    names+=(-o -name "*.$extension")
  done
  (cd "$root" && find base indexer retrieval backends completion lsp cli tests \
    -path tests/corpora -prune -o -type f \( "${names[@]:1}" \) -printf "$root/%p\\0") | sort -z
}
