#!/bin/bash
# Writes what a release consists of into dist/: its libraries as CycloneDX (sbom.cdx.json), and their licences.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# one environment with the release alone, one with the tools that look at it
"${BASE_PYTHON:-/usr/bin/python3}" -m venv "$folder/release"
"$folder/release/bin/python" -m pip install --quiet --require-hashes -r requirements/run.lock
"$folder/release/bin/python" -m pip install --quiet --no-deps dist/dothi-*.whl
"${BASE_PYTHON:-/usr/bin/python3}" -m venv "$folder/tools"
"$folder/tools/bin/python" -m pip install --quiet --require-hashes -r requirements/release.lock

"$folder/tools/bin/cyclonedx-py" environment --output-reproducible --output-file dist/sbom.cdx.json "$folder/release/bin/python"
"$folder/tools/bin/pip-licenses" --python "$folder/release/bin/python" --format markdown --with-urls --output-file dist/licences.md
