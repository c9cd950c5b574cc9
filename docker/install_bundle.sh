#!/bin/bash
# Installs the platform from this folder, without any network:   ./install.sh [/opt/dothi]
# As root, on Debian 13 of the architecture that the folder was made for. May be repeated; data is left as it is.
set -euo pipefail
cd "$(dirname "$(realpath "${BASH_SOURCE[0]}")")"
# shellcheck source=docker/language.sh
. docker/language.sh
target=${1:-/opt/dothi}

fail() {
    say "$1" "$2" >&2
    exit 5
}

check_machine() {
    [ "$(id -u)" = 0 ] || fail 'Hãy chạy bằng quyền root.' 'Run this as root.'
    local made_for
    made_for=$(sed -n 's/^Architecture: //p' Packages | grep -vx all | head -1)
    [ "$(dpkg --print-architecture)" = "$made_for" ] || fail \
        "Bộ cài này dành cho kiến trúc $made_for, máy này là $(dpkg --print-architecture)." \
        "This bundle is for $made_for, and this machine is $(dpkg --print-architecture)."
    sha256sum --check --quiet SHA256SUMS || fail 'Bộ cài bị hỏng khi chép: xem các tệp nêu trên. Hãy chép lại.' \
        'The bundle was damaged on its way: see the files above. Copy it again.'
    # a list that was cut off names too few of them
    [ "$(tail -n 1 SHA256SUMS)" = '# end' ] || fail 'Bộ cài không đủ: SHA256SUMS bị cắt ngang. Hãy chép lại.' \
        'The bundle is not whole: SHA256SUMS is cut off. Copy it again.'
}

# apt that knows this folder and nothing else, and keeps the machine's own lists as they are.
install_packages() (
    local apt
    apt=$(mktemp -d)
    # shellcheck disable=SC2064
    trap "rm -rf '$apt'" EXIT
    mkdir -p "$apt/lists/partial"
    # a blank ends the address in the line: on a disk for carrying the name has one often
    echo "deb [trusted=yes] file:${PWD// /%20} ./" > "$apt/sources.list"
    cat > "$apt/apt.conf" <<CONF
Dir::Etc::sourcelist "$apt/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::State::lists "$apt/lists";
APT::Sandbox::User "root";
CONF
    # by bash: a disk for carrying may keep no right to run a file
    APT_CONFIG=$apt/apt.conf bash docker/debian.sh python postgis
)

install_wheels() {
    local wheels
    # those of this bundle: where it was copied over an older one, that one's lie beside them
    mapfile -t wheels < <(sed -n 's|^[0-9a-f]* [ *]\(\./wheels/.*\.whl\)$|\1|p' SHA256SUMS)
    # without pip it was interrupted
    "$target/bin/python" -m pip --version > /dev/null 2>&1 || python3 -m venv "$target"
    "$target/bin/python" -m pip install --quiet --disable-pip-version-check --no-index --no-deps --force-reinstall "${wheels[@]}"
    # whoever runs the services reads it
    chmod -R go+rX "$target"
}

check_machine
install_packages
install_wheels
start="$target/bin/dothi up"
if [ -e /etc/systemd/system/dothi.target ]; then start="$target/bin/dothi install-service && systemctl start dothi.target"; fi
say "Đã cài vào $target. Khởi động: $start" "Installed into $target. Start: $start"
