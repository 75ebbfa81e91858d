#!/usr/bin/env bash
# Installs what the notebook tests need: the kernels (Deno, tslab) through npm, into .cache; Jupyter through apt-get, when it is missing
# and this user may. Prints the folder with the kernels.
#   bash scripts/install-notebook-kernels.sh
set -euo pipefail
folder="$(cd "$(dirname "$0")/.." && pwd)/.cache/notebook-kernels"

if [ ! -x "$folder/node_modules/.bin/deno" ] || [ ! -x "$folder/node_modules/.bin/tslab" ]; then
  mkdir -p "$folder"
  echo '{ "private": true }' > "$folder/package.json"
  npm install --prefix "$folder" --no-save --no-package-lock --no-audit --no-fund --loglevel=error deno@2.9.6 tslab@1.0.22 >&2
fi
if ! command -v jupyter > /dev/null && [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
  apt-get update >&2
  DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
    jupyter-client jupyter-core jupyter-nbconvert python3-ipykernel python3-nbclient >&2
fi
echo "$folder"
