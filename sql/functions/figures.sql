-- Figures of the platform for its monitoring: how many there are of what, and how old the oldest is. With the owner's
-- rights, as readers may see neither deliveries nor the queue; no row says anything about a person or a file.
create or replace function catalog.figures()
returns table (figure text, label text, value double precision)
language sql stable security definer set search_path = catalog, pg_temp as $$
    select 'delivery', state.name, count(d.id)::double precision
    from unnest(array['received', 'diagnosed', 'accepted', 'returned', 'superseded', 'unchanged', 'failed'])
        as state (name)
    left join catalog.delivery as d on d.status = state.name and d.left_at is null
    group by state.name
    union all
    select 'oldest_waiting_delivery_s', '', coalesce(extract(epoch from now() - min(received_at)), 0)
    from catalog.delivery where status = 'diagnosed'
    union all
    select 'job', state.name, count(j.id)::double precision
    from (values ('waiting', 'accepted'), ('running', 'running')) as state (name, status)
    left join job.job as j on j.status = state.status
    group by state.name
    union all
    -- jobs are forgotten after some days, so all that ever failed cannot be counted
    select 'job', 'failed_within_an_hour', count(*)::double precision
    from job.job where status = 'failed' and finished_at > now() - interval '1 hour'
    union all
    select 'oldest_waiting_job_s', '', coalesce(extract(epoch from now() - min(created_at)), 0)
    from job.job where status = 'accepted'
    union all
    select 'database_connections', '', count(*)::double precision
    from pg_stat_activity where datname = current_database()
    union all
    select 'database_max_connections', '', current_setting('max_connections')::double precision
    union all
    select 'database_bytes', '', pg_database_size(current_database())::double precision
    union all
    select 'oldest_transaction_s', '', coalesce(extract(epoch from now() - min(xact_start)), 0)
    from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
$$;

revoke execute on function catalog.figures() from public;
grant execute on function catalog.figures() to dothi_reader_internal;
