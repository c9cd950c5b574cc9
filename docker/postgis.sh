#!/bin/bash
# Runs PostgreSQL with the database `dothi` in the foreground, for the image `postgis`; arguments go to the server.
# PGDATA: its data, made at the first start. ADMIN_FOLDER: gets `pgpass`, the password file of the administrator.
set -euo pipefail
bin=/usr/lib/postgresql/17/bin
new=$PGDATA.new
umask 077

make_password() {
    local password
    password=$(head -c 24 /dev/urandom | base64 | tr -d '/+=')
    echo "$password" > "$new.password"
    echo "*:*:*:dothi_admin:$password" > "$ADMIN_FOLDER/pgpass"
}

# Made whole or not at all: an interrupted first start leaves only a draft.
make_data() {
    rm -rf "$new"
    make_password
    "$bin/initdb" --pgdata="$new" --username=dothi_admin --pwfile="$new.password" --auth=scram-sha-256 \
        --encoding=UTF8 --locale-provider=builtin --locale=C.UTF-8
    rm "$new.password"
    echo 'host all all all scram-sha-256' >> "$new/pg_hba.conf"
    echo 'create database dothi' | "$bin/postgres" --single -D "$new" postgres
    mv "$new" "$PGDATA"
}

[ -s "$PGDATA/PG_VERSION" ] || make_data
# The command line of compose.yml, not a file, holds the settings.
exec "$bin/postgres" -D "$PGDATA" -c listen_addresses='*' -c unix_socket_directories=/tmp "$@"
