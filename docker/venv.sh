#!/bin/bash
# Installs the named lock files of requirements/ into .venv, which is made first where none works here.
#   docker/venv.sh run test ...      BASE_PYTHON: the Python it is made with
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=docker/language.sh
. docker/language.sh
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore

make_venv() {
    local base=${BASE_PYTHON:-/usr/bin/python3}
    if ! "$base" -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 12))'; then
        say "$base: cần Python 3.12 trở lên, có venv; chỉ ra bằng: make … BASE_PYTHON=/đường/dẫn/python3" \
            "$base: Python 3.12 or later with venv is needed; name one by: make … BASE_PYTHON=/path/to/python3" >&2
        exit 5
    fi
    rm -rf .venv
    "$base" -m venv .venv
    pwd -P > .venv/made-in
}

# Its programs hold absolute paths and lean on one Python: a moved or orphaned one is of no use.
works() { [ "$(cat .venv/made-in 2>/dev/null)" = "$(pwd -P)" ] && .venv/bin/python -m pip --version >/dev/null 2>&1; }

works || make_venv
for name in "$@"; do
    .venv/bin/python -m pip install --quiet --require-hashes -r "requirements/$name.lock"
done
