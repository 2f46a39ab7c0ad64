#!/bin/bash
# Prints the path of an nginx, fetching one if need be (../editors/fetch.sh says
# how): installed as a package it would start, and serve port 80.
set -eu
. "$(dirname "$0")/../editors/fetch.sh"

program=nginx
title="nginx"
given=${HUNCH_NGINX:-}
home=$cache/nginx-forky
size="30 MB"
packages=(nginx)

is_good() { "$1" -v >/dev/null 2>&1; }

finish() {
  use_own_libraries usr/sbin/nginx
  printf '#!/bin/sh\nexec %q "$@"\n' "$home/root/usr/sbin/nginx" >"$work/nginx"
}

fetch "$@"
