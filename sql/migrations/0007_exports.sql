-- Results of jobs that are files, and whole layers that are kept ready as files. All of them lie in the store, each
-- file under its path relative to it.

alter table job.job add column result_file text;
alter table job.job add column file_name text;
-- answers two columns more from now on; sql/functions/job.sql makes it anew
drop function if exists job.result(uuid);

-- One row for each file that can be had now: of which release, and by which definition of its layer it was made.
create table catalog.download (
    layer_id text collate "C" not null references catalog.layer,
    audience text not null check (audience in ('public', 'internal')),
    format text not null,
    release bigint not null references catalog.release on delete cascade,
    -- a hash of the software and of what the layer file says: a file by another one is not handed out
    definition text not null,
    file text not null,
    rows_total bigint not null,
    size_bytes bigint not null check (size_bytes >= 0),
    sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
    -- how long it took to write it, and how often a busy layer may therefore have it written anew
    seconds double precision not null,
    made_at timestamptz not null default now(),
    primary key (layer_id, audience, format)
);

grant select on table catalog.download to dothi_reader_public, dothi_reader_internal;
grant select, insert, update, delete on table catalog.download to dothi_worker;

alter table catalog.download enable row level security;
create policy public_downloads on catalog.download for select to dothi_reader_public
using (audience = 'public');
create policy internal_downloads on catalog.download for select to dothi_reader_internal
using (audience = 'internal');
create policy all_downloads on catalog.download to dothi_worker
using (true) with check (true);
