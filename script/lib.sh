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

# Of ninja's lines: on a terminal always the latest one, elsewhere one for each tenth of a long build.
show_steps() {
  local width line tenth=0
  width=$(stty -F /dev/tty size 2>/dev/null || echo 24 80)
  width=${width#* }
  [ "$width" -gt 0 ] || width=80
  while IFS= read -r line; do
    [[ $line =~ ^\[([0-9]+)/([0-9]+)\] ]] || continue
    if [ -t 1 ]; then
      printf '\r\033[K%.*s' "$((width - 1))" "$line"
    elif [ "${BASH_REMATCH[2]}" -ge 50 ] && [ "$((BASH_REMATCH[1] * 10 / BASH_REMATCH[2]))" -gt "$tenth" ]; then
      tenth=$((BASH_REMATCH[1] * 10 / BASH_REMATCH[2]))
      echo "$line"
    fi
  done
  [ ! -t 1 ] || printf '\r\033[K'
}

# quietly LOG COMMAND...: runs it with no output but ninja's progress; if it fails, shows the end of its
# output and where the rest is.
quietly() {
  local log=$1 status=0
  shift
  mkdir -p "${log%/*}"
  "$@" 2>&1 | tee "$log" | show_steps || status=$?
  if [ "$status" -ne 0 ]; then
    grep -vE '^\[[0-9]+/[0-9]+\] (Building|Linking|Re-checking)' "$log" | tail -n 40 >&2 || true
    die "failed: $* (all of its output: $log)"
  fi
}

# build PRESET TARGET...: configures when need be and builds.
build() {
  local preset=$1 patience=
  shift
  [ -d "$root/build/$preset" ] || patience=', which takes some minutes the first time'
  say "building $preset in build/$preset$patience"
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
