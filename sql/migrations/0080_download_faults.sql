-- Files of whole layers that could not be made ready: why, how often in a row, and when last. What fails again and
-- again is tried ever more rarely, by whichever worker.
create table catalog.download_fault (
    layer_id text collate "C" not null references catalog.layer,
    audience text not null check (audience in ('public', 'internal')),
    format text not null,
    reason text not null check (reason in ('memory', 'time', 'disk', 'database', 'other')),
    times integer not null check (times > 0),
    failed_at timestamptz not null default now(),
    primary key (layer_id, audience, format)
);

grant select, insert, update, delete on table catalog.download_fault to dothi_worker;
grant select on table catalog.download_fault to dothi_loader;
