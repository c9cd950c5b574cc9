-- QGIS asks for the style of a layer with the type of its geometry, which a project that was written by hand or by a
-- program does not name: then it asks for 'Unknown geometry'. A style without a type is found in either case, and no
-- view here has more than one geometry.
drop view share.layer_styles;
alter table catalog.shared_style drop column geometry_type;

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
    null::varchar as type,
    current_database()::varchar as f_table_catalog
from catalog.shared_style as s
where has_table_privilege(format('share.%I', s.view_name), 'select');

grant select on table share.layer_styles to dothi_gis_public, dothi_gis_internal;
