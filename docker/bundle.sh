#!/bin/bash
# Gathers all that a Debian 13 without any network needs to install and run the platform: Debian packages with what they
# need, wheels, and the script that installs them.   docker/bundle.sh FOLDER     (`make bundle` makes the wheel first)
# Run on Debian 13 of the same architecture. What is fetched is fetched for a machine that has nothing installed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=docker/language.sh
. docker/language.sh
bundle=$(realpath -m "$1")
# The last line of the list of files; sha256sum leaves it out.
END='# end'
export PIP_DISABLE_PIP_VERSION_CHECK=1

# By apt as if nothing was installed: a package that this machine has may be missing on the other one.
gather_packages() {
    local apt names
    apt=$(mktemp -d)
    # shellcheck disable=SC2064
    trap "rm -rf '$apt'" RETURN
    : > "$apt/status"
    mkdir -p "$bundle/debs/partial"
    mapfile -t names < <(grep -hv '^#' docker/packages/python.txt docker/packages/postgis.txt | cut -d' ' -f1)
    # apt fetches as a user of its own, who cannot write into a folder of root's
    apt-get install -qq -y --no-install-recommends --download-only -o Dir::State::status="$apt/status" \
        -o Dir::Cache::archives="$bundle/debs" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= \
        -o APT::Sandbox::User=root "${names[@]}" > /dev/null
    rm -rf "$bundle/debs/partial" "$bundle/debs/lock"
}

# What apt has to know of a folder of packages to install from it.
write_index() {
    local deb
    for deb in debs/*.deb; do
        dpkg-deb --field "$deb"
        printf 'Filename: ./%s\nSize: %s\nSHA256: %s\n\n' "$deb" "$(stat -c %s "$deb")" "$(sha256sum "$deb" | cut -d' ' -f1)"
    done > Packages
}

gather_wheels() {
    .venv/bin/python -m pip wheel --quiet --require-hashes -r requirements/run.lock --wheel-dir "$bundle/wheels"
    cp dist/dothi-*.whl "$bundle/wheels/"
}

# The first file in the folder that no bundle has: somebody may have packages of their own in a folder of that name.
foreign_file() {
    find "$bundle" -mindepth 1 -maxdepth 1 -regextype posix-extended \
        ! -regex '.*/(debs|wheels|docker|install\.sh|Packages|SHA256SUMS(\.new)?)' -print -quit
    find "$bundle/debs" -mindepth 1 -maxdepth 1 ! -name '*.deb' ! -name partial ! -name lock -print -quit
}

# What is there is removed: an older bundle, or one that was interrupted, and nothing else.
if [ -n "$(ls -A "$bundle" 2>/dev/null)" ] && { [ ! -d "$bundle/debs" ] || [ -n "$(foreign_file)" ]; }; then
    say "$bundle có thứ khác, không phải bộ cài: hãy chọn một thư mục mới." \
        "$bundle holds something else, and no bundle: choose a new folder." >&2
    exit 2
fi
# `debs` is the first that is made and the last that goes: by it a bundle is known that was interrupted.
if [ -d "$bundle" ]; then
    find "$bundle" -mindepth 1 -maxdepth 1 ! -name debs -exec rm -rf {} +
    rm -rf "$bundle"
fi
mkdir -p "$bundle/debs" "$bundle/docker"
gather_packages
gather_wheels
cp -r docker/debian.sh docker/language.sh docker/packages "$bundle/docker/"
cp docker/install_bundle.sh "$bundle/install.sh"
cd "$bundle"
write_index
# whole or not at all: what is not in it is not looked at by who installs
find . -type f ! -name 'SHA256SUMS*' -print0 | sort -z | xargs -0 sha256sum > SHA256SUMS.new
echo "$END" >> SHA256SUMS.new
mv SHA256SUMS.new SHA256SUMS
say "$bundle: $(du -sh . | cut -f1). Chép sang máy kia rồi chạy: ./install.sh" \
    "$bundle: $(du -sh . | cut -f1). Copy it to the other machine and run there: ./install.sh"
