#!/bin/bash
set -eu
root=$(cd "$(dirname "$0")" && pwd)
say() { echo "${0##*/}: $*"; }
function build {
  local name=$1 count=$((1 + 2))
  case $name in
    a|b) say "short ${name:-none}" ;;
    *) cat <<TEXT ;;
Several lines of $name
TEXT
  esac
  for file in *.c; do [[ -f $file ]] && cc -c "$file" || continue; done
}
build "${1:-a}" | while read -r line; do echo '$line'; done
