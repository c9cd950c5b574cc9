#!/bin/bash
# A standby of the database in the image `postgis`, by PostgreSQL's own replication: docs/how-to/standby.md.
#   standby.sh allow ADDRESS      on the primary: lets that machine follow; prints the code to join with
#   standby.sh join HOST [PORT]   on the standby, in place of a start: copies the database of HOST, asks for the code
#   standby.sh status             on either: how far behind
#   standby.sh promote            on the standby: it is the primary from now on
#   standby.sh forget             on the primary: nobody follows any more
# PGDATA, ADMIN_FOLDER: as for postgis.sh.
set -euo pipefail
bin=/usr/lib/postgresql/17/bin
role=dothi_standby
umask 077

ask() {
    PGPASSFILE=$ADMIN_FOLDER/pgpass "$bin/psql" --no-psqlrc --quiet --no-align --tuples-only --set=ON_ERROR_STOP=1 \
        --host=127.0.0.1 --username=dothi_admin --dbname=dothi
}

# Nobody checks the certificate: SCRAM with channel binding proves that who shows it knows the password.
make_certificate() {
    [ -s "$PGDATA/server.key" ] || openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes \
        -days 7300 -subj /CN=dothi -keyout "$PGDATA/server.key" -out "$PGDATA/server.crt" 2>/dev/null
}

allow() {
    local address=$1 password
    case $address in */*) ;; *:*) address+=/128 ;; *) address+=/32 ;; esac
    password=$(head -c 24 /dev/urandom | base64 | tr -d '/+=')
    make_certificate
    # 8 GB of log are kept for a standby that is away; beyond that the disk would fill
    ask <<SQL
select 'create role $role' where to_regrole('$role') is null \gexec
alter role $role login replication password '$password';
select pg_create_physical_replication_slot('$role', true) as made
 where not exists (select from pg_replication_slots where slot_name = '$role') \g /dev/null
alter system set max_slot_wal_keep_size = '8GB';
alter system set ssl = on;
SQL
    # the port is published now: all other roles come from the networks of the containers, as before
    sed -i "/ $role /d; s/^host all all all /host all all samenet /" "$PGDATA/pg_hba.conf"
    echo "hostssl replication $role $address scram-sha-256" >> "$PGDATA/pg_hba.conf"
    echo 'select pg_reload_conf() \g /dev/null' | ask
    echo "$password"
}

join() {
    local host=$1 port=${2:-5432} code new=$PGDATA.new
    if [ -e "$PGDATA" ]; then
        echo "The volume holds a database already: remove it first, where nobody misses it." >&2
        exit 2
    fi
    read -rsp 'Code: ' code
    echo >&2
    echo "*:*:*:$role:$code" > "${PGDATA%/*}/standby.pgpass"
    rm -rf "$new"
    "$bin/pg_basebackup" --pgdata="$new" --slot=$role --wal-method=stream --checkpoint=fast --write-recovery-conf \
        --progress --dbname="host=$host port=$port user=$role passfile=${PGDATA%/*}/standby.pgpass sslmode=require \
channel_binding=require connect_timeout=10"
    mv "$new" "$PGDATA"
}

status() {
    ask <<'SQL'
select case when pg_is_in_recovery()
    then 'standby, last change of the primary ' || coalesce(pg_last_xact_replay_timestamp()::text, 'not known')
        || case when exists (select from pg_stat_wal_receiver where status = 'streaming')
            then ', follows' else ', NOT CONNECTED' end
    else 'primary, ' || coalesce((select 'standby ' || client_addr || ' is ' || pg_size_pretty(
        pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn)) || ' behind' from pg_stat_replication
        where usename = 'dothi_standby' limit 1), 'NO STANDBY CONNECTED') end;
SQL
}

promote() {
    echo 'select pg_promote() \g /dev/null' | ask
    status
}

forget() {
    sed -i "/ $role /d" "$PGDATA/pg_hba.conf"
    ask <<SQL
select pg_reload_conf() \g /dev/null
alter role $role nologin;
select pg_terminate_backend(pid) from pg_stat_replication where usename = '$role' \g /dev/null
SQL
    for _ in {1..50}; do
        echo "select pg_drop_replication_slot(slot_name) from pg_replication_slots
            where slot_name = '$role' and not active \g /dev/null" | ask
        [ "$(echo "select count(*) from pg_replication_slots where slot_name = '$role'" | ask)" = 0 ] && return
        sleep 0.2
    done
    echo "The standby is connected still." >&2
    return 1
}

case ${1:-} in
    allow | join | status | promote | forget) "$@" ;;
    *) sed -n '2,8s/^# *//p' "$0" >&2; exit 2 ;;
esac
