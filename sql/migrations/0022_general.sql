-- Generalised geometry: what pictures of whole districts and provinces are drawn from, in place of every row.
-- Made by the worker after a release (processes/queue/generalising.py), and by nothing else.

create schema general;

-- What was made of each layer. form: 'blocks' (general.block), 'outlines' (general.outline), or 'rows' where a layer is
-- too small to gain anything. definition: a hash of the software and of what the layer file says. Level n is for
-- pictures of about 2^n metres a pixel. A picture looks here only for the release that it shows.
create table general.state (
    layer_id text collate "C" primary key references catalog.layer on delete cascade,
    release bigint not null references catalog.release on delete cascade,
    definition text not null,
    form text not null check (form in ('rows', 'blocks', 'outlines')),
    -- arrays of names of public columns: each set has blocks of its own
    kind_sets jsonb not null,
    levels smallint[] not null,
    seconds double precision not null,
    made_at timestamptz not null default now()
);

-- All features of one kind in one square of 32 by 32 cells, a cell being 2^level metres wide: polygons as the cells
-- that they settle, lines joined and simplified, points as one a cell. x and y count such squares from the origin of
-- the working system; kind holds the values of the columns in `kinds`; count says how many features there are.
create table general.block (
    layer_id text collate "C" not null references general.state on delete cascade,
    kinds text[] collate "C" not null,
    level smallint not null,
    x integer not null,
    y integer not null,
    kind text[] collate "C" not null,
    count bigint not null,
    geom geometry not null,
    geom_wgs84 geometry not null,
    primary key (layer_id, kinds, level, x, y, kind)
);

-- Each feature with its outline simplified to a quarter of 2^level metres; its columns are those of the row itself.
create table general.outline (
    layer_id text collate "C" not null references general.state on delete cascade,
    level smallint not null,
    id bigint not null,
    geom geometry not null,
    geom_wgs84 geometry not null,
    primary key (layer_id, level, id)
);

grant usage on schema general to dothi_loader, dothi_reader_public, dothi_reader_internal, dothi_worker;
grant select on table general.state, general.block, general.outline to
dothi_loader, dothi_reader_public, dothi_reader_internal, dothi_worker;
grant insert, update, delete on table general.state, general.block, general.outline to dothi_loader;

alter table general.state enable row level security;
alter table general.block enable row level security;
alter table general.outline enable row level security;
create policy visible on general.state for select to dothi_reader_public, dothi_reader_internal
using (layer_id in (select id from catalog.layer));
create policy visible on general.block for select to dothi_reader_public, dothi_reader_internal
using (layer_id in (select id from catalog.layer));
create policy visible on general.outline for select to dothi_reader_public, dothi_reader_internal
using (layer_id in (select id from catalog.layer));
create policy everything on general.state to dothi_loader, dothi_worker
using (true);
create policy everything on general.block to dothi_loader, dothi_worker
using (true);
create policy everything on general.outline to dothi_loader, dothi_worker
using (true);
