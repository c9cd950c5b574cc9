-- Makes general.block and general.outline of a layer what its current release is. Everything is worked out in tables of
-- the session first, and written at the end: no lock is held while it takes long.

-- How many cells a block is wide, as a power of two: 32, and fewer where it would be wider than 8,192 m. What one
-- release touches is then never most of a province, however coarse the level.
create or replace function general.block_step(p_level integer) returns integer
language sql
immutable
as $$ select least(5, greatest(0, 13 - p_level)) $$;

create or replace function general.block_m(p_level integer) returns double precision
language sql
immutable
as $$ select 2.0::double precision ^ (p_level + general.block_step(p_level)) $$;

-- Generalises a layer anew, or only where releases since the last time touched it. p_kind_sets: arrays of names of
-- columns; p_levels: from fine to coarse; p_on: the day by which validity columns choose rows, null for all rows;
-- p_definition: what all of this follows from, so that another one begins from nothing.
create or replace function general.refresh_blocks(
    p_layer text, p_kind_sets jsonb, p_levels integer[], p_on date, p_definition text
) returns void
language plpgsql
as $$
declare
    begun timestamptz := clock_timestamp();
    now_served bigint := (select current_release from catalog.layer where id = p_layer);
    srid integer := find_srid('layer', p_layer, 'geom');
    touched geometry := general.touched(p_layer, p_definition, srid);
    kind_set jsonb;
    kinds text[];
    told_apart text[] := array(
        select distinct name from jsonb_array_elements(p_kind_sets) as names, jsonb_array_elements_text(names) as name
        order by name
    );
begin
    create temporary table general_new (like general.block) on commit drop;
    create temporary table general_touched (level integer, x integer, y integer, primary key (level, x, y)) on commit drop;
    if touched is not null then
        perform general.note_touched(touched, p_levels);
    end if;
    perform general.take_rows(p_layer, told_apart, p_on, touched, p_levels);
    for kind_set in select jsonb_array_elements(p_kind_sets) loop
        kinds := array(select jsonb_array_elements_text(kind_set));
        perform general.tell_kinds(told_apart, kinds);
        perform general.make_blocks(p_layer, kinds, p_levels, srid, touched is not null);
        drop view general_row;
    end loop;

    perform general.write_state(p_layer, now_served, p_definition, 'blocks', p_kind_sets, p_levels, begun);
    if touched is null then
        delete from general.block where layer_id = p_layer;
    else
        delete from general.block as b using general_touched as t
        where b.layer_id = p_layer and (b.level, b.x, b.y) = (t.level, t.x, t.y);
    end if;
    delete from general.outline where layer_id = p_layer;
    insert into general.block select * from general_new order by kinds, level, x, y, kind;
    drop table general_new, general_touched, general_taken;
end
$$;

-- The same for polygons that keep their rows: each outline simplified, at every level. As a coverage, where the layer
-- file says that it is one, so that neighbours go on sharing their edges.
create or replace function general.refresh_outlines(
    p_layer text, p_coverage boolean, p_levels integer[], p_on date, p_definition text
) returns void
language plpgsql
as $$
declare
    begun timestamptz := clock_timestamp();
    now_served bigint := (select current_release from catalog.layer where id = p_layer);
begin
    execute format($sql$
        create temporary table general_new on commit drop as
        select %2$L::text as layer_id, level::smallint, id,
            %4$s as geom
        from layer.%1$I, unnest($1) as level
        where %3$s
        $sql$, p_layer, p_layer, general.valid_on(p_layer, p_on), case when p_coverage
        then 'st_setsrid(st_coveragesimplify(geom, 2.0 ^ level / 4) over (partition by level), st_srid(geom))'
        else 'st_simplifypreservetopology(geom, 2.0 ^ level / 4)' end) using p_levels;

    perform general.write_state(p_layer, now_served, p_definition, 'outlines', '[]', p_levels, begun);
    delete from general.block where layer_id = p_layer;
    delete from general.outline where layer_id = p_layer;
    insert into general.outline
    select layer_id, level, id, geom, st_transform(geom, 4326) from general_new
    where not st_isempty(geom) order by level, id;
    drop table general_new;
end
$$;

create or replace function general.write_state(
    p_layer text, p_release bigint, p_definition text, p_form text, p_kind_sets jsonb, p_levels integer[],
    p_begun timestamptz
) returns void
language sql
as $$
    insert into general.state as s
    values (
        p_layer, p_release, p_definition, p_form, p_kind_sets, p_levels,
        extract(epoch from clock_timestamp() - p_begun), clock_timestamp()
    )
    on conflict (layer_id) do update set release = excluded.release, definition = excluded.definition,
        form = excluded.form, kind_sets = excluded.kind_sets, levels = excluded.levels, seconds = excluded.seconds,
        made_at = excluded.made_at
$$;

-- Notes that the rows themselves serve best.
create or replace function general.keep_rows(p_layer text, p_definition text) returns void
language sql
as $$
    delete from general.block where layer_id = p_layer;
    delete from general.outline where layer_id = p_layer;
    select general.write_state(
        p_layer, (select current_release from catalog.layer where id = p_layer), p_definition, 'rows', '[]', '{}',
        clock_timestamp()
    );
$$;

-- Where releases changed the layer since it was generalised by this definition, in the working system; null where all
-- of it may have changed, or it never was.
create or replace function general.touched(p_layer text, p_definition text, p_srid integer) returns geometry
language sql
stable
as $$
    select case when bool_and(t.release is not null) then coalesce(
        st_collect(boxes.geom), st_geomfromtext('geometrycollection empty', p_srid)
    ) end
    from general.state as s
    left join catalog.release as r on r.layer_id = s.layer_id and r.number > s.release
    left join catalog.release_tiles as t on t.release = r.number
    left join lateral (
        select st_collect(st_envelope(st_transform(st_tileenvelope(t.zoom, x, y), p_srid))) as geom
        from unnest(t.columns, t.rows) as tiles (x, y)
    ) as boxes on true
    where s.layer_id = p_layer and s.definition = p_definition and s.form = 'blocks'
$$;

-- Whether it is known of every release since a layer was generalised what it touched.
create or replace function general.is_followed(p_layer text) returns boolean
language sql
stable
as $$
    select exists (select from general.state as s where s.layer_id = p_layer and s.form = 'blocks') and not exists (
        select from general.state as s
        join catalog.release as r on r.layer_id = s.layer_id and r.number > s.release
        where s.layer_id = p_layer and not exists (select from catalog.release_tiles as t where t.release = r.number)
    )
$$;

-- The squares of a level that releases touched since the layer was generalised: those of general_touched.
create or replace function general.touched_squares(p_layer text, p_level integer, p_srid integer)
returns table (x integer, y integer, block_m double precision, geom geometry)
language sql
stable
as $$
    select distinct
        x, y, block_m, st_makeenvelope(x * block_m, y * block_m, (x + 1) * block_m, (y + 1) * block_m, p_srid)
    from general.state as s, general.block_m(p_level) as block_m,
        st_dump(general.touched(p_layer, s.definition, p_srid)) as box,
        generate_series(floor(st_xmin(box.geom) / block_m)::integer, floor(st_xmax(box.geom) / block_m)::integer) as x,
        generate_series(floor(st_ymin(box.geom) / block_m)::integer, floor(st_ymax(box.geom) / block_m)::integer) as y
    where s.layer_id = p_layer
$$;

-- Fills general_touched: the squares of each level that the boxes meet.
create or replace function general.note_touched(p_boxes geometry, p_levels integer[]) returns void
language plpgsql
as $$
begin
    insert into general_touched
    select distinct level, x, y
    from st_dump(p_boxes) as box, unnest(p_levels) as level,
        lateral (select general.block_m(level) as block_m) as square,
        generate_series(floor(st_xmin(box.geom) / block_m)::integer, floor(st_xmax(box.geom) / block_m)::integer) as x,
        generate_series(floor(st_ymin(box.geom) / block_m)::integer, floor(st_ymax(box.geom) / block_m)::integer) as y;
end
$$;

-- The condition by which rows are valid on a day, as dothi.core.layer_source has it.
create or replace function general.valid_on(p_layer text, p_on date) returns text
language sql
stable
as $$
    select coalesce((
        select format(
            '(%1$I is null or %1$I <= %3$L) and (%2$I is null or %2$I > %3$L)', validity ->> 0, validity ->> 1, p_on
        )
        from catalog.layer as l, lateral (select l.definition #> '{publish,validity}' as validity) as published
        where l.id = p_layer and validity is not null and p_on is not null
    ), 'true')
$$;
