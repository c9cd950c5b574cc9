-- Rooms of the database, and the catalogue: which layers there are, what was delivered, what was released.
-- The schema catalog is there already, with the list of applied migrations.

create schema layer;
create schema history;
create schema staging;
create schema quarantine;

create table catalog.agency (
    id text collate "C" primary key,
    title_vi text not null,
    title_en text not null,
    focal_point_vi text not null,
    focal_point_en text not null,
    unit_code text collate "C"
);

create table catalog.layer (
    id text collate "C" primary key,
    agency text collate "C" not null references catalog.agency,
    access text not null check (access in ('public', 'internal', 'restricted')),
    definition jsonb not null,
    current_release bigint,
    updated_at timestamptz not null default now()
);

create table catalog.delivery (
    id bigint generated always as identity primary key,
    layer_id text collate "C" not null references catalog.layer,
    file_name text not null,
    sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
    size_bytes bigint not null check (size_bytes >= 0),
    store_path text not null,
    agency text collate "C" references catalog.agency,
    origin text not null check (origin in ('demo', 'delivery')),
    scope text not null,
    mode text not null check (mode in ('replace', 'upsert')),
    as_of date,
    declared_crs text,
    encoding text,
    note text,
    received_at timestamptz not null default now(),
    received_by text not null default session_user,
    status text not null default 'received'
        check (status in ('received', 'accepted', 'unchanged', 'returned', 'undecided', 'failed')),
    finished_at timestamptz,
    release bigint,
    report jsonb
);
create index delivery_layer on catalog.delivery (layer_id, id desc);
create index delivery_sha256 on catalog.delivery (sha256);
create index delivery_open on catalog.delivery (id) where status = 'received';

-- One row for each change that the served data ever went through.
create table catalog.release (
    number bigint generated always as identity primary key,
    layer_id text collate "C" not null references catalog.layer,
    delivery_id bigint references catalog.delivery,
    origin text not null check (origin in ('demo', 'delivery', 'edit', 'rollback')),
    scope text not null,
    mode text not null check (mode in ('replace', 'upsert')),
    as_of date,
    rows_added bigint not null,
    rows_changed bigint not null,
    rows_closed bigint not null,
    rows_total bigint not null,
    rows_bad bigint not null default 0,
    -- open rows whose version came from a demo release: the layer is labelled demonstration data while there are any
    demo_rows bigint not null,
    -- west, south, east, north; null when the layer is empty
    extent double precision[],
    extent_wgs84 double precision[],
    released_at timestamptz not null default now(),
    released_by text not null default session_user,
    note text
);
create index release_layer on catalog.release (layer_id, number desc);

alter table catalog.layer add foreign key (current_release) references catalog.release;
alter table catalog.delivery add foreign key (release) references catalog.release;

-- Grows when what is served changes in kind (a first release, another layer file): services then render anew.
create table catalog.generation (
    only_row boolean primary key default true check (only_row),
    n bigint not null default 0
);
insert into catalog.generation default values;

create table quarantine.row (
    delivery_id bigint not null references catalog.delivery on delete cascade,
    layer_id text collate "C" not null,
    row_number bigint not null,
    code text not null,
    column_name text,
    value text,
    message_vi text not null,
    message_en text not null,
    -- as the file gave them, under the file's own names
    attributes jsonb,
    geom_wkb bytea,
    crs text
);
create index row_delivery on quarantine.row (delivery_id, row_number);

-- Who may see what. Rows of layers that are not public stay invisible for the public service, their names included.
grant usage on schema catalog, layer, history to
dothi_loader, dothi_reader_public, dothi_reader_internal, dothi_editor, dothi_worker;
grant usage, create on schema staging to dothi_loader;
grant usage on schema quarantine to dothi_loader;

grant select on table catalog.agency, catalog.layer, catalog.release, catalog.generation to
dothi_loader, dothi_reader_public, dothi_reader_internal, dothi_editor, dothi_worker;
grant update (current_release, updated_at) on table catalog.layer to dothi_loader;
grant insert on table catalog.release to dothi_loader;
grant select, insert, update on table catalog.delivery to dothi_loader;
grant update on table catalog.generation to dothi_loader;
grant select, insert, delete on table quarantine.row to dothi_loader;

alter table catalog.layer enable row level security;
alter table catalog.release enable row level security;
create policy public_layers on catalog.layer for select to dothi_reader_public
using (access = 'public');
create policy internal_layers on catalog.layer for select to dothi_reader_internal, dothi_editor
using (access in ('public', 'internal'));
create policy all_layers on catalog.layer to dothi_loader, dothi_worker
using (true);
create policy visible_releases on catalog.release for select to
dothi_reader_public, dothi_reader_internal, dothi_editor
using (exists (select 1 from catalog.layer where layer.id = release.layer_id));
create policy all_releases on catalog.release to dothi_loader, dothi_worker
using (true);
