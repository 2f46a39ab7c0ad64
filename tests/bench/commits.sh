# commits.sh - what the benches over commits share; sourced, not run.
source_folder=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
binary=${HUNCH_BINARY:-$source_folder/build/release/bin/hunch}

work=$(mktemp -d "${TMPDIR:-/tmp}/hunch-bench-XXXXXX")
trap 'rm -rf "$work"' EXIT
export XDG_CACHE_HOME=$work/cache XDG_CONFIG_HOME=$work/config

# replay_commits REPOSITORY NAME COMMITS [OPTIONS...]: `hunch replay` of the repository's last commits, which a copy of it
# called NAME has; the repository may be bare.
replay_commits() {
  local repository=$1 folder=$work/repository/$2 commits=$3
  shift 3
  mkdir -p "$folder/.git" # the mark of a repository's root
  git -C "$repository" archive HEAD | tar -x -C "$folder"
  git -C "$repository" log -p -m --first-parent -M -U0 --no-color --no-ext-diff --no-textconv --src-prefix=a/ \
    --dst-prefix=b/ -n "$commits" HEAD | "$binary" replay "$folder" --json "$@"
  rm -rf "$folder"
}
