#!/bin/bash
# Writes requirements/*.lock from pyproject.toml: one version each, hashes, no addresses. --upgrade takes newer ones.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

lock() {
    local file=requirements/$1.lock; shift
    .venv/bin/uv pip compile --quiet --universal --python-version 3.12 --generate-hashes --no-header \
        "$@" --output-file "$file" "${options[@]}"
}

options=("$@")
lock build --group build
lock run pyproject.toml
lock test --group test --constraint requirements/run.lock
lock lint --group lint --constraint requirements/run.lock --constraint requirements/test.lock
lock node --group node
lock generator --group generator
lock bench --group bench --constraint requirements/run.lock --constraint requirements/test.lock --constraint requirements/lint.lock
lock release --group release --constraint requirements/run.lock --constraint requirements/test.lock --constraint requirements/lint.lock
