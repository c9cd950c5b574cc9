#!/bin/bash
# Runs a command under one line of progress and shows what it printed only if it failed.
#   docker/step.sh 'Tiêu đề / title' COMMAND...     Of a title in two languages it shows the reader's.
# Where the disk is full or the network away, one sentence says so, and where the rest stands.
set -uo pipefail
# shellcheck source=docker/language.sh
. "$(dirname "${BASH_SOURCE[0]}")/language.sh"
title=$(say "${1%% / *}" "${1##* / }"); shift
log=$(mktemp)

no_space='No space left on device|ENOSPC|Disk quota exceeded'
# pip; its names are not found, or nobody answers; npm; apt
no_network='Failed to establish a new connection|NameResolutionError|ConnectTimeoutError|Temporary failure (in name resolution|resolving)'
no_network+='|ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|Could not connect to|Unable to connect to|Failed to fetch'

explain() {
    if grep -qE "$no_space" "$log"; then
        say "Đĩa đầy ($(df -h --output=avail,target . | tail -1 | xargs)). Dọn chỗ rồi chạy lại lệnh. Chi tiết: $log" \
            "The disk is full. Make room, then repeat the command. Details: $log"
    elif grep -qE "$no_network" "$log"; then
        say "Không tải được: máy không nối được với kho gói. Kiểm tra mạng và proxy rồi chạy lại lệnh. Chi tiết: $log" \
            "Nothing can be downloaded: the package registry cannot be reached. Check network and proxy, then repeat the command. Details: $log"
    else
        cat "$log"; rm -f "$log"
    fi
}

printf '%s … ' "$title"
started=$SECONDS
"$@" >"$log" 2>&1 </dev/null
code=$?
if [ "$code" -eq 0 ]; then echo "$((SECONDS - started)) s"; rm -f "$log"; else say 'hỏng' 'failed'; explain >&2; fi
exit "$code"
