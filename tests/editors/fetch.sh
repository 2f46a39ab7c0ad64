# fetch.sh - an editor newer than Debian 12's; sourced by fetch_<editor>.sh, never run.
# shellcheck shell=bash
#
# The packages of a newer Debian suite are unpacked (not installed, no root)
# into the cache folder, and the program is told to use the libraries beside it.
# Everything happens in a folder that is renamed at the end: what lies at the
# final name is complete. Prints the path of the program. Exit code 77: it
# cannot be had here; the last line on stderr says why.
#
# Who sources this sets
#   program     nvim; also the name of the wrapper script that starts it
#   title       what it is, for people
#   given       a path the person named, or nothing
#   home        the final folder
#   size        how much is unpacked, for people
#   packages    of Debian's
# and defines
#   is_good PROGRAM   whether it is new enough and has what is needed
#   finish            makes $work/root a program that runs in $home/root, and $work/$program its wrapper

program='' title='' given='' home='' size='' packages=()
suite=forky
cache=${XDG_CACHE_HOME:-$HOME/.cache}/hunch-test

name=${0##*/}
say() { echo "${name%.sh}: $*" >&2; }
skip() { say "$*"; exit 77; }

# An apt of its own, in which nothing is installed: the system's package lists
# stay as they are. The suite moves daily and a mirror may lag behind its date;
# signatures are checked all the same.
own_apt() {
  apt-get -q -y \
    -o Dir::State="$work/apt" -o Dir::State::lists="$work/apt/lists" -o Dir::State::status="$work/apt/status" \
    -o Dir::Cache="$work/apt" -o Dir::Cache::archives="$work/apt/archives" \
    -o Dir::Etc::sourcelist="$work/apt/sources.list" -o Dir::Etc::sourceparts="$work/apt/none" \
    -o Dir::Etc::preferencesparts="$work/apt/none" \
    -o APT::Sandbox::User="$(id -un)" -o APT::Install-Recommends=false -o Acquire::Languages=none \
    -o Acquire::Check-Valid-Until=false "$@"
}

unpack() {
  mkdir -p "$work"/apt/{{lists,archives}/partial,none} "$work/root"
  touch "$work/apt/status"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian $suite main" \
    >"$work/apt/sources.list"
  if ! { own_apt update && own_apt --download-only install "${packages[@]}"; } >"$work/log" 2>&1; then
    grep -E "^(Err|E):" "$work/log" | head -n 3 >&2
    skip "apt-get could not fetch Debian $suite's ${packages[*]} (lines above)"
  fi
  local package
  for package in "$work"/apt/archives/*.deb; do
    dpkg-deb --extract "$package" "$work/root"
  done
  rm -rf "$work/apt"
  loader=$(echo "$work"/root/usr/lib/*-linux-gnu*/ld-linux*.so.*)
  [ -x "$loader" ] || skip "no dynamic loader among the unpacked files"
}

# use_own_libraries FILE: it will run with the loader and the libraries of $home.
use_own_libraries() {
  local final=$home/${loader#"$work/"}
  patchelf --set-interpreter "$final" --set-rpath "${final%/*}" --force-rpath "$work/root/$1"
}

move_into_place() {
  if ! mv -T "$work" "$home" 2>/dev/null; then
    # Another run finished first, or an old version lies there.
    if [ -x "$home/$program" ] && is_good "$home/$program"; then
      return 0
    fi
    rm -rf "$home"
    mv -T "$work" "$home"
  fi
  is_good "$home/$program" || { rm -rf "$home"; skip "the fetched $title does not start"; }
}

fetch() { # [--offline]
  local tool candidate
  for candidate in "$given" "$home/$program" "$(command -v "$program" || true)"; do
    if [ -n "$candidate" ] && [ -x "$candidate" ] && is_good "$candidate"; then
      echo "$candidate"
      return 0
    fi
  done
  [ "${1:-}" != --offline ] || skip "no $title on PATH nor in $home; script/bootstrap --tests fetches it"
  for tool in apt-get dpkg-deb patchelf; do
    command -v "$tool" >/dev/null || skip "$tool is missing; script/bootstrap --tests installs it"
  done

  mkdir -p "$cache"
  find "$cache" -maxdepth 1 -name "${home##*/}.partial.*" -mmin +60 -exec rm -rf {} + # of runs that were killed
  work=$(mktemp -d "$home.partial.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  chmod 755 "$work"
  say "unpacking $title of Debian $suite into $home ($size)"
  unpack
  finish
  chmod 755 "$work/$program"
  move_into_place
  say "$title is ready"
  echo "$home/$program"
}
