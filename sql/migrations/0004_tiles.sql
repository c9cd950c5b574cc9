-- What keeps vector tiles fresh and quick: where each release changed the map, and features counted per cell.

-- Where a release changed the map: tiles of WebMercatorQuad at `zoom`, column and row of each. A release that is not
-- here may have changed all of it (a first release; more changes than are worth telling apart).
create table catalog.release_tiles (
    release bigint primary key references catalog.release on delete cascade,
    zoom smallint not null check (zoom between 0 and 14),
    columns integer[] not null,
    rows integer[] not null
);

-- Features counted per cell and kind, for zooms at which they are too many to draw. A cell of `level` is one of 2^level
-- columns and rows that the square of Web Mercator is cut into, from west and from north; `kind` holds the values of
-- the layer's public columns with a domain, in the order of their names; `ids` is the sum of the ids, hence the id of
-- a lone feature.
create table catalog.tile_cell (
    layer_id text collate "C" not null references catalog.layer on delete cascade,
    level smallint not null,
    x integer not null,
    y integer not null,
    kind text[] collate "C" not null,
    n bigint not null,
    ids numeric not null,
    primary key (layer_id, level, x, y, kind)
);
create index tile_cell_vacant on catalog.tile_cell (layer_id) where n = 0;

-- Which release the cells of a layer count, and what the layer file said of them.
create table catalog.tile_count (
    layer_id text collate "C" primary key references catalog.layer on delete cascade,
    release bigint not null references catalog.release,
    kinds text[] not null,
    coarsest smallint not null,
    finest smallint not null
);

grant select on table catalog.release_tiles, catalog.tile_cell, catalog.tile_count to
dothi_loader, dothi_reader_public, dothi_reader_internal, dothi_editor, dothi_worker;
grant insert on table catalog.release_tiles to dothi_loader, dothi_editor;
grant insert, update, delete on table catalog.tile_cell, catalog.tile_count to dothi_loader, dothi_editor;

alter table catalog.release_tiles enable row level security;
alter table catalog.tile_cell enable row level security;
alter table catalog.tile_count enable row level security;
create policy visible on catalog.release_tiles for select to dothi_reader_public, dothi_reader_internal
using (release in (select number from catalog.release));
create policy visible on catalog.tile_cell for select to dothi_reader_public, dothi_reader_internal
using (layer_id in (select id from catalog.layer));
create policy visible on catalog.tile_count for select to dothi_reader_public, dothi_reader_internal
using (layer_id in (select id from catalog.layer));
create policy edited on catalog.release_tiles to dothi_editor
using (release in (select number from catalog.release));
create policy edited on catalog.tile_cell to dothi_editor
using (layer_id in (select id from catalog.layer));
create policy edited on catalog.tile_count to dothi_editor
using (layer_id in (select id from catalog.layer));
create policy everything on catalog.release_tiles to dothi_loader, dothi_worker
using (true);
create policy everything on catalog.tile_cell to dothi_loader, dothi_worker
using (true);
create policy everything on catalog.tile_count to dothi_loader, dothi_worker
using (true);
