#!/bin/bash
# Runs a command under one line of progress and shows what it printed only if it failed.
#   docker/step.sh 'Tiêu đề / title' COMMAND...
set -uo pipefail
title=$1; shift
log=$(mktemp); trap 'rm -f "$log"' EXIT
printf '%s … ' "$title"
started=$SECONDS
"$@" >"$log" 2>&1 </dev/null
code=$?
if [ "$code" -eq 0 ]; then echo "$((SECONDS - started)) s"; else echo 'hỏng / failed'; cat "$log" >&2; fi
exit "$code"
