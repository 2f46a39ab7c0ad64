# common.sh - what the benches over the task sets share; sourced, not run.
source_folder=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
bench=${HUNCH_BENCH:-$HOME/.cache/hunch-bench}
tools=${HUNCH_BENCH_TOOLS:-$source_folder/../shared/bench}
binary=${HUNCH_BINARY:-$source_folder/build/release/bin/hunch}

require() {
  [ -e "$2" ] || { echo "bench: $1 is not at $2: $3" >&2; exit 77; }
}
require "the task set" "$bench/everyday" "set HUNCH_BENCH to its folder (see tests/bench/README.md)"
require "lsp_eval.py" "$tools/lsp_eval.py" "set HUNCH_BENCH_TOOLS to its folder (see tests/bench/README.md)"
require "the program" "$binary" "run script/run first"

work=$(mktemp -d "${TMPDIR:-/tmp}/hunch-bench-XXXXXX")
trap 'rm -rf "$work"' EXIT
export XDG_CACHE_HOME=$work/cache XDG_CONFIG_HOME=$work/config XDG_STATE_HOME=$work/state

# evaluate SET NAME [OPTIONS...]: runs the server over every task file of the set, a folder or one below $bench; results
# go below $work/runs/NAME.
evaluate() {
  local set=$1 name=$2 tasks
  shift 2
  case $set in /*) ;; *) set=$bench/$set ;; esac
  for tasks in "$set"/*.jsonl; do
    python3 "$tools/lsp_eval.py" --cmd "$binary lsp" --tasks "$tasks" --root "$bench/repos/$(basename "$tasks" .jsonl)" \
      --name "$name" --out "$work/runs" --ready '"ready": true' "$@"
  done
}
