#!/bin/bash
# Prints the path of a Neovim 0.12 or newer, fetching one if need be.
#
# Debian 12 has Neovim 0.7, and ghost text needs 0.12, so the packages of a
# newer Debian suite are unpacked (not installed) into the cache folder, and
# the program is told to use the libraries beside it. Everything happens in a
# folder that is renamed at the end: what lies at the final name is complete.
# Exit code 77: Neovim cannot be had here; the last line on stderr says why.
set -eu

suite=forky
cache=${XDG_CACHE_HOME:-$HOME/.cache}/hunch-test
home=$cache/neovim-0.12

say() { echo "fetch_neovim: $*" >&2; }
skip() { say "$*"; exit 77; }
new_enough() { "$1" --headless --clean '+lua if vim.fn.has("nvim-0.12") == 0 then vim.cmd("cquit 1") end' +quit >/dev/null 2>&1; }

for nvim in "${HUNCH_NEOVIM:-}" "$home/nvim" "$(command -v nvim || true)"; do
  if [ -n "$nvim" ] && [ -x "$nvim" ] && new_enough "$nvim"; then
    echo "$nvim"
    exit 0
  fi
done

if [ "${1:-}" = --offline ]; then
  skip "no Neovim 0.12 on PATH nor in $home; script/bootstrap --tests fetches it"
fi
for tool in mmdebstrap patchelf; do
  command -v "$tool" >/dev/null || skip "$tool is missing; script/bootstrap --tests installs it"
done

mkdir -p "$cache"
work=$(mktemp -d "$cache/neovim.partial.XXXXXX")
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"

say "unpacking Neovim of Debian $suite into $home (57 MB)"
# The suite moves daily and a mirror may lag; signatures are still checked.
if ! mmdebstrap --quiet --variant=extract --include=neovim \
  --aptopt='Acquire::Check-Valid-Until "false"' \
  --aptopt='APT::Install-Recommends "false"' \
  "$suite" "$work/root" >"$work/log" 2>&1; then
  tail -n 5 "$work/log" >&2
  skip "mmdebstrap could not get Debian $suite's neovim (lines above)"
fi

loader=$(echo "$work"/root/usr/lib/*-linux-gnu*/ld-linux*.so.*)
[ -x "$loader" ] || skip "no dynamic loader among the unpacked files"
inside=${loader#"$work/"}
final=$home/$inside
patchelf --set-interpreter "$final" --set-rpath "${final%/*}" --force-rpath "$work/root/usr/bin/nvim"

cat >"$work/nvim" <<WRAPPER
#!/bin/sh
VIMRUNTIME='$home/root/usr/share/nvim/runtime' exec '$home/root/usr/bin/nvim' "\$@"
WRAPPER
chmod 755 "$work/nvim"

if ! mv -T "$work" "$home" 2>/dev/null; then
  # Another run finished first, or an old version lies there.
  if [ -x "$home/nvim" ] && new_enough "$home/nvim"; then
    echo "$home/nvim"
    exit 0
  fi
  rm -rf "$home"
  mv -T "$work" "$home"
fi
new_enough "$home/nvim" || { rm -rf "$home"; skip "the fetched Neovim does not start"; }
say "$("$home/nvim" --version | sed -n 1p) is ready"
echo "$home/nvim"
