#!/usr/bin/env bash
# Installs the optional tools of the tests, where they are missing: Chromium, tmux and Jupyter through apt-get, if this user may;
# the kernels of the notebooks (Deno, tslab) through npm, into .cache. At the end it says what is still missing: the tests that
# need it are skipped, and say so.
#   bash scripts/install-test-tools.sh
set -euo pipefail
kernels="$(cd "$(dirname "$0")/.." && pwd)/.cache/notebook-kernels"
missing=()

has_chromium() { [ -x "${CHROMIUM:-/usr/bin/chromium}" ]; }
has_tmux() { command -v tmux > /dev/null; }
has_jupyter() { PATH="/usr/bin:/usr/local/bin:$PATH" command -v jupyter-nbconvert > /dev/null; }
has_kernels() { [ -x "$kernels/node_modules/.bin/deno" ] && [ -x "$kernels/node_modules/.bin/tslab" ]; }

install_packages() { # install_packages <package…>
  [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null || return 1
  # Once: the lists are the same for all tools. Old ones may do, too.
  if [ -z "${updated:-}" ]; then
    apt-get update || true
    updated=yes
  fi
  # Somebody else may be installing something.
  DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends "$@"
}

install_kernels() {
  mkdir -p "$kernels"
  echo '{ "private": true }' > "$kernels/package.json"
  npm install --prefix "$kernels" --no-save --no-package-lock --no-audit --no-fund --loglevel=error deno@2.9.6 tslab@1.0.22
}

provide() { # provide <tool> <what for> <how to install it by hand> <command…>
  local tool=$1 use=$2 by_hand=$3
  shift 3
  if ! "has_$tool"; then
    "$@" || true
    "has_$tool" || missing+=("$tool, for the tests of $use. Install it: $by_hand")
  fi
}

# Without fonts a browser draws no letter.
browser=(chromium fonts-dejavu-core)
jupyter=(jupyter-client jupyter-core jupyter-nbconvert python3-ipykernel python3-nbclient)
provide chromium 'pictures and pages in a browser' "apt-get install ${browser[*]}, or name one in CHROMIUM" install_packages "${browser[@]}"
provide tmux 'the live tree in a terminal' 'apt-get install tmux' install_packages tmux
provide jupyter 'notebooks' "apt-get install ${jupyter[*]}" install_packages "${jupyter[@]}"
provide kernels 'notebooks' "npm install --prefix $kernels deno@2.9.6 tslab@1.0.22" install_kernels

if [ ${#missing[@]} -gt 0 ]; then
  printf 'MISSING: %s\n' "${missing[@]}" >&2
else
  echo 'All optional tools of the tests are installed.'
fi
