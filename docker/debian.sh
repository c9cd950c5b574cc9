#!/bin/bash
# Installs the Debian packages of the named lists in packages/ that are missing; nothing when all are there.
#   docker/debian.sh [--check] python postgis ...
# --check only says whether anything is missing (exit 1). Elsewhere than on Debian 13 it looks for the files that
# the lists name, and says what to install (exit 5).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/packages"

# shellcheck source=docker/language.sh
. ../language.sh

# fail VIETNAMESE ENGLISH LIST: what is wrong, what to install, and the other way.
fail() {
    say "$1" "$2" >&2
    printf '%s\n' "$3" >&2
    say 'Hoặc chỉ chạy nền tảng bằng: docker compose -f docker/compose.yml up' \
        'Or only run the platform: docker compose -f docker/compose.yml up' >&2
    exit 5
}
listed() { grep -hv '^#' "${lists[@]}"; }

on_debian() (
    # shellcheck source=/dev/null
    . "${OS_RELEASE:-/etc/os-release}"
    [ "${ID:-}" = debian ] && [ "${VERSION_ID:-}" = 13 ]
)

missing_packages() {
    local installed
    installed=$(dpkg-query -W -f='${db:Status-Abbrev}${Package}\n' | sed -n 's/^.i *//p')
    listed | cut -d' ' -f1 | grep -vxF "$installed" || true
}

missing_files() {
    listed | while read -r package file; do
        [ "$file" = - ] || [ -e "$file" ] || echo "  $package ($file)"
    done
}

# Packages of PostgreSQL, nginx, Prometheus and Samba bring running servers of their own unless they are told not to; ours are
# started by `dothi` and by tests. A server that was there before goes on as it is.
without_server() {
    local policy=/usr/sbin/policy-rc.d files=(/etc/postgresql-common/createcluster.d/dothi.conf) server new=()
    for server in glewlwyd nginx nmbd prometheus prometheus-node-exporter smbd; do
        command -v "$server" >/dev/null || new+=("$server")
    done
    mkdir -p /etc/postgresql-common/createcluster.d
    echo 'create_main_cluster = false' > "${files[0]}"
    if [ ! -e "$policy" ]; then
        files+=("$policy")
        printf '#!/bin/sh\nexit 101\n' > "$policy"
        chmod 755 "$policy"
    fi
    # shellcheck disable=SC2064
    trap "rm -f ${files[*]}" EXIT
    "$@"
    for server in "${new[@]}"; do
        if command -v "$server" >/dev/null && [ -d /run/systemd/system ]; then
            systemctl disable --quiet "$server"
        fi
    done
}

install() {
    export DEBIAN_FRONTEND=noninteractive
    local patience=(-o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 -qq)
    # A broken source of the machine's own may fail here; if it matters, the next line says so.
    apt-get update "${patience[@]}" || true
    without_server apt-get install "${patience[@]}" -y --no-install-recommends "$@" </dev/null
}

if [ "${1:-}" = --install ]; then shift; install "$@"; exit; fi
check=; if [ "${1:-}" = --check ]; then check=1; shift; fi
lists=("${@/%/.txt}")
# a list that is not there would have nothing missing
for list in "${lists[@]}"; do
    [ -e "$list" ] || { say "Không có danh sách $list." "There is no list $list." >&2; exit 2; }
done

if ! on_debian; then
    missing=$(missing_files)
    [ -n "$missing" ] || exit 0
    fail 'Máy này không chạy Debian 13. Hãy tự cài các gói sau (tên theo Debian), rồi chạy lại lệnh:' \
         'This machine does not run Debian 13. Install these yourself (named as in Debian), then repeat the command:' \
         "$missing"
fi

mapfile -t missing < <(missing_packages)
[ ${#missing[@]} -gt 0 ] || exit 0
[ -z "$check" ] || exit 1
if [ "$(id -u)" = 0 ]; then
    install "${missing[@]}"
elif command -v sudo >/dev/null; then
    sudo "$(realpath ../debian.sh)" --install "${missing[@]}"
else
    fail 'Cần quyền root để cài gói. Hãy nhờ người quản trị chạy lệnh sau, rồi chạy lại:' \
         'Installing packages takes root. Have an administrator run this, then repeat the command:' \
         "  apt-get install --no-install-recommends ${missing[*]}"
fi
