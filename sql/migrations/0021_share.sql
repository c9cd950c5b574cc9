-- Layers for GIS staff who connect to the database itself: in schema share there is one view per layer, under a name
-- that stays, and one more (`<layer>-internal`) where staff may see columns that the public may not. The views and
-- their styles are made from the layer and style files by every migrate (docs/decisions/0037-share.md).

create schema share;

-- What each view was made from, so that a migrate replaces only those of which something changed.
create table catalog.shared_view (
    name text collate "C" primary key,
    layer_id text collate "C" not null references catalog.layer,
    audience text not null check (audience in ('public', 'internal')),
    definition text not null
);

-- Its styles, as QGIS and others read them. basis: a hash of what they were written from.
create table catalog.shared_style (
    id integer generated always as identity primary key,
    view_name text collate "C" not null references catalog.shared_view on delete cascade,
    style_id text collate "C" not null,
    title text not null,
    is_default boolean not null,
    geometry_type text not null,
    qml xml not null,
    sld xml not null,
    basis text not null,
    updated_at timestamptz not null default now(),
    unique (view_name, style_id)
);

-- the worker writes them anew when a release moves the breaks between classes
grant select on table catalog.shared_view to dothi_worker;
grant select, insert, update, delete on table catalog.shared_style to dothi_worker;

-- The table of styles that QGIS looks for on the search path, under the names that QGIS 3.40 gives its columns. A view,
-- since a table would hold the name of the database, and a dump may be restored under another one. Whoever may read a
-- layer sees how it is drawn, and nobody else.
create view share.layer_styles as
select
    s.id,
    s.title as stylename,
    s.qml as styleqml,
    s.sld as stylesld,
    s.is_default as useasdefault,
    s.style_id as description,
    'share'::varchar as f_table_schema,
    s.view_name::varchar as f_table_name,
    'geom'::varchar as f_geometry_column,
    'dothi_owner'::varchar(63) as owner,
    null::xml as ui,
    s.updated_at::timestamp as update_time,
    s.geometry_type::varchar as type,
    current_database()::varchar as f_table_catalog
from catalog.shared_style as s
where has_table_privilege(format('share.%I', s.view_name), 'select');

grant usage on schema share to dothi_gis_public, dothi_gis_internal;
grant select on table share.layer_styles to dothi_gis_public, dothi_gis_internal;
