-- Coverages: rasters that are delivered and released like layers. They share the list of layers, and with it
-- deliveries, releases and who may see what; the values lie as one file per release in the store.

alter table catalog.layer add column kind text not null default 'features' check (kind in ('features', 'coverage'));

create table catalog.raster (
    release bigint primary key references catalog.release,
    -- relative to the store
    store_path text not null,
    size_bytes bigint not null check (size_bytes > 0),
    -- of values and places: the same whatever the compression of the file that was delivered
    cells_sha256 text not null check (cells_sha256 ~ '^[0-9a-f]{64}$'),
    srid integer not null,
    width integer not null check (width > 0),
    height integer not null check (height > 0),
    -- of the north-west corner, and how large one cell is, in units of the raster's own system
    west double precision not null,
    north double precision not null,
    cell_width double precision not null check (cell_width > 0),
    cell_height double precision not null check (cell_height > 0),
    -- for each band its name, the number of cells with a value, and their least, greatest and mean one
    bands jsonb not null
);

grant select on table catalog.raster to dothi_loader, dothi_reader_public, dothi_reader_internal, dothi_worker;
grant insert on table catalog.raster to dothi_loader;

alter table catalog.raster enable row level security;
create policy visible_rasters on catalog.raster for select to dothi_reader_public, dothi_reader_internal
using (exists (select 1 from catalog.release where release.number = raster.release));
create policy all_rasters on catalog.raster to dothi_loader, dothi_worker
using (true);
