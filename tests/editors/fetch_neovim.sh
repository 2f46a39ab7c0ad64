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
for tool in apt-get dpkg-deb patchelf; do
  command -v "$tool" >/dev/null || skip "$tool is missing; script/bootstrap --tests installs it"
done

mkdir -p "$cache"
find "$cache" -maxdepth 1 -name 'neovim.partial.*' -mmin +60 -exec rm -rf {} + # of runs that were killed
work=$(mktemp -d "$cache/neovim.partial.XXXXXX")
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"

say "unpacking Neovim of Debian $suite into $home (57 MB)"
# An apt of its own, in which nothing is installed: no root, and the system's
# package lists stay as they are. The suite moves daily and a mirror may lag
# behind its date; signatures are checked all the same.
mkdir -p "$work"/apt/{{lists,archives}/partial,none} "$work/root"
touch "$work/apt/status"
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian $suite main" \
  >"$work/apt/sources.list"
own_apt() {
  apt-get -q -y \
    -o Dir::State="$work/apt" -o Dir::State::lists="$work/apt/lists" -o Dir::State::status="$work/apt/status" \
    -o Dir::Cache="$work/apt" -o Dir::Cache::archives="$work/apt/archives" \
    -o Dir::Etc::sourcelist="$work/apt/sources.list" -o Dir::Etc::sourceparts="$work/apt/none" \
    -o Dir::Etc::preferencesparts="$work/apt/none" \
    -o APT::Sandbox::User="$(id -un)" -o APT::Install-Recommends=false -o Acquire::Languages=none \
    -o Acquire::Check-Valid-Until=false "$@"
}
if ! { own_apt update && own_apt --download-only install neovim; } >"$work/log" 2>&1; then
  grep -E "^(Err|E):" "$work/log" | head -n 3 >&2
  skip "apt-get could not fetch Debian $suite's neovim (lines above)"
fi
for package in "$work"/apt/archives/*.deb; do
  dpkg-deb --extract "$package" "$work/root"
done
rm -rf "$work/apt"

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
