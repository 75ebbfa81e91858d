#!/usr/bin/env bash
# Prints the path of a Node binary of the given major version; fetches it through npm the first time.
#   bash scripts/install-node.sh 22
set -euo pipefail
major=$1
platform=$(node -p 'process.platform === "win32" ? "win" : process.platform')
folder="$(cd "$(dirname "$0")/.." && pwd)/.cache/node/$major"
package="node-$platform-$(node -p process.arch)"
binary="$folder/node_modules/$package/bin/node"

if [ ! -x "$binary" ]; then
  mkdir -p "$folder"
  echo '{ "private": true }' > "$folder/package.json"
  npm install --prefix "$folder" --no-save --no-package-lock --no-audit --no-fund --loglevel=error "$package@$major" >&2
fi
"$binary" --version | grep -q "^v$major\." || { echo "install-node: $binary is not Node $major" >&2; exit 1; }
echo "$binary"
