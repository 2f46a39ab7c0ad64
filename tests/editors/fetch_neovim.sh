#!/bin/bash
# Prints the path of a Neovim 0.12 or newer, fetching one if need be (fetch.sh
# says how): Debian 12 has Neovim 0.7, and ghost text needs 0.12.
set -eu
. "$(dirname "$0")/fetch.sh"

program=nvim
title="Neovim 0.12"
given=${HUNCH_NEOVIM:-}
home=$cache/neovim-0.12
size="57 MB"
packages=(neovim)

is_good() {
  "$1" --headless --clean "+lua if vim.fn.has([[nvim-0.12]]) == 0 then vim.cmd([[cquit 1]]) end" +quit >/dev/null 2>&1
}

finish() {
  use_own_libraries usr/bin/nvim
  cat >"$work/nvim" <<WRAPPER
#!/bin/sh
VIMRUNTIME='$home/root/usr/share/nvim/runtime' exec '$home/root/usr/bin/nvim' "\$@"
WRAPPER
}

fetch "$@"
