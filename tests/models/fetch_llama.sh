#!/bin/bash
# Prints the path of a llama-server, fetching one if need be (../editors/fetch.sh
# says how): Debian 12 has none.
set -eu
. "$(dirname "$0")/../editors/fetch.sh"

program=llama-server
title="llama-server"
given=${HUNCH_LLAMA_SERVER:-}
home=$cache/llama-server-forky
size="60 MB"
packages=(llama.cpp-tools)

is_good() { "$1" --version >/dev/null 2>&1; }

# Its folder of CPU backends is compiled in, so one is named: x64 runs on every machine, haswell several times as fast where it can.
finish() {
  local final=$home/${loader#"$work/"}
  local libraries=${final%/*}
  cat >"$work/llama-server" <<WRAPPER
#!/bin/sh
kind=haswell
for feature in avx2 fma f16c bmi2; do
  grep -qw "\$feature" /proc/cpuinfo || kind=x64
done
backend=\${GGML_BACKEND_PATH:-$libraries/ggml/backends0/libggml-cpu-\$kind.so}
[ -e "\$backend" ] && export GGML_BACKEND_PATH="\$backend"
exec '$final' --library-path '$libraries:$libraries/llama:$libraries/ggml' '$home/root/usr/bin/llama-server' "\$@"
WRAPPER
}

fetch "$@"
