-- How far behind the standby is: no row where none has joined. With the owner's rights, as readers may not see who
-- copies the log. Of a standby that is away the time counts since it left.
create or replace function catalog.standby_state()
returns table (is_connected boolean, lag_bytes bigint, lag_s double precision, is_lost boolean)
language sql stable security definer set search_path = catalog, pg_temp as $$
    select
        sender.pid is not null,
        pg_wal_lsn_diff(pg_current_wal_lsn(), coalesce(sender.replay_lsn, slot.restart_lsn))::bigint,
        case
            when sender.pid is not null then coalesce(extract(epoch from sender.replay_lag), 0)
            else coalesce(extract(epoch from clock_timestamp() - slot.inactive_since), 0)
        end::double precision,
        coalesce(slot.wal_status = 'lost', false)
    from pg_replication_slots as slot
    left join pg_stat_replication as sender on sender.pid = slot.active_pid
    where slot.slot_name = 'dothi_standby' and not pg_is_in_recovery()
$$;

revoke execute on function catalog.standby_state() from public;
grant execute on function catalog.standby_state()
to dothi_loader, dothi_reader_public, dothi_reader_internal;
