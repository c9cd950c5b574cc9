-- The demonstration can be left: its rows, files and results are taken away, its releases and deliveries stay as
-- entries without data (docs/decisions/0084-leaving-the-demonstration.md).

-- A release that takes the demonstration out of a layer.
alter table catalog.release drop constraint release_origin_check;
alter table catalog.release add constraint release_origin_check check (
    origin in ('demo', 'delivery', 'edit', 'rollback', 'leave')
);
-- since when the demonstration data that the layer held after this release is gone
alter table catalog.release add column left_at timestamptz;
-- of a rollback: the release whose state it put back
alter table catalog.release add column restores bigint;
update catalog.release set restores = substring(note from 'back to release ([0-9]+)')::bigint
where origin = 'rollback';
create index release_left on catalog.release (number) where left_at is not null;

-- since when the original, the report and the refused rows of a demonstration delivery are gone
alter table catalog.delivery add column left_at timestamptz;
-- since when demonstration data has no place in the layer any more
alter table catalog.layer add column demo_left_at timestamptz;

-- Since when the instance as a whole is without the demonstration; no row as long as it is not. noticed: whether
-- whoever started the instance has been told.
create table catalog.demonstration_end (
    only_row boolean primary key default true check (only_row),
    left_at timestamptz not null default clock_timestamp(),
    left_by text not null,
    noticed boolean not null default false
);
grant select on table catalog.demonstration_end to dothi_loader;

-- Files of the store that nothing speaks of any more, until they are removed: a process may end before it has done so.
create table catalog.forsaken_file (
    place text primary key,
    noted_at timestamptz not null default clock_timestamp()
);
grant select on table catalog.forsaken_file to dothi_loader;

-- Readers do not see a release whose data is gone: neither `datetime` nor the first day of a layer may count from it.
-- A rollback to demonstration data closed real rows, and goes on to say until when these were served.
drop policy visible_releases on catalog.release;
create policy visible_releases on catalog.release for select to
dothi_reader_public, dothi_reader_internal, dothi_editor
using (
    (left_at is null or origin <> 'demo')
    and exists (select 1 from catalog.layer where layer.id = release.layer_id)
);
