-- What a delivery changes. Set work on the staged rows and the open versions; nothing here changes a layer.
-- A staged row's `id` is its number in the file: no layer has a column of that name, so it cannot collide.

-- Fills the temporary table etl_diff: one line per row to add (row_number), change (id and row_number) or close (id).
-- Scope first, key second: a district's file must never close another district's rows.
-- p_scope: the unit's polygon, or null for the whole layer. p_closes: whether missing rows are closed (mode replace).
-- p_demo: the delivery is demonstration data, and leaves real rows alone; a real delivery takes demo rows over
-- even where they are equal, for the row's origin changes.
create or replace function catalog.diff(
    p_layer text, p_staging text, p_key text[], p_columns text[], p_scope geometry, p_closes boolean, p_demo boolean
) returns void
language plpgsql
as $$
declare
    same_key text := (select string_agg(format('l.%1$I = s.%1$I', name), ' and ') from unnest(p_key) as name);
    ours text := (select string_agg(format('l.%I', name), ', ') from unnest(p_columns || 'geom'::text) as name);
    theirs text := (select string_agg(format('s.%I', name), ', ') from unnest(p_columns || 'geom'::text) as name);
begin
    create temporary table etl_diff (change text, id bigint, row_number integer) on commit drop;
    create temporary table etl_demo_release on commit drop as
        select number from catalog.release where layer_id = p_layer and origin = 'demo';

    execute format($sql$
        insert into etl_diff
        select 'changed', l.id, s.id
        from layer.%1$I as l join staging.%2$I as s on %3$s
        where case when l.release_from in (select number from etl_demo_release)
                   then not $1 or (%4$s) is distinct from (%5$s)
                   else not $1 and (%4$s) is distinct from (%5$s) end
        $sql$, p_layer, p_staging, same_key, ours, theirs) using p_demo;

    execute format($sql$
        insert into etl_diff
        select 'added', null, s.id
        from staging.%2$I as s
        where not exists (select from layer.%1$I as l where %3$s)
        $sql$, p_layer, p_staging, same_key);

    if p_closes then
        execute format($sql$
            insert into etl_diff
            select 'closed', l.id, null
            from layer.%1$I as l
            where not exists (select from staging.%2$I as s where %3$s)
            and (not $1 or l.release_from in (select number from etl_demo_release))
            and ($2 is null or l.geom && $2 and st_intersects($2, st_pointonsurface(l.geom)))
            $sql$, p_layer, p_staging, same_key) using p_demo, p_scope;
    end if;
    create index on etl_diff (id);
    analyze etl_diff;
end
$$;

-- Numbers of the staged rows whose key is an open, real row outside the scope: it is somebody else's.
create or replace function catalog.keys_elsewhere(p_layer text, p_staging text, p_key text[], p_scope geometry)
returns setof integer
language plpgsql
as $$
declare
    same_key text := (select string_agg(format('l.%1$I = s.%1$I', name), ' and ') from unnest(p_key) as name);
begin
    return query execute format($sql$
        select s.id
        from staging.%2$I as s join layer.%1$I as l on %3$s
        join catalog.release as r on r.number = l.release_from and r.origin <> 'demo'
        where not st_intersects($1, st_pointonsurface(l.geom))
        $sql$, p_layer, p_staging, same_key) using p_scope;
end
$$;

-- What the layer will hold once etl_diff is applied. The WGS 84 extent encloses the other one's outline.
create or replace function catalog.outcome(p_layer text, p_staging text, p_scope geometry, p_demo boolean)
returns table (
    rows_added bigint, rows_changed bigint, rows_closed bigint, real_closed bigint, real_in_scope bigint,
    rows_total bigint, demo_rows bigint, extent double precision[], extent_wgs84 double precision[]
)
language plpgsql
as $$
declare
    box box2d;
begin
    select count(*) filter (where change = 'added'), count(*) filter (where change = 'changed'),
           count(*) filter (where change = 'closed')
    into rows_added, rows_changed, rows_closed from etl_diff;

    execute format($sql$
        select count(*), count(*) filter (where exists (
            select from etl_diff as d where d.id = l.id and d.change = 'closed'
        ))
        from layer.%1$I as l
        where l.release_from not in (select number from etl_demo_release)
        and ($1 is null or l.geom && $1 and st_intersects($1, st_pointonsurface(l.geom)))
        $sql$, p_layer) into real_in_scope, real_closed using p_scope;

    execute format($sql$
        select count(*), count(*) filter (where demo), st_extent(geom) from (
            select l.geom, l.release_from in (select number from etl_demo_release) as demo from layer.%1$I as l
            where not exists (select from etl_diff as d where d.id = l.id)
            union all
            select s.geom, $1 from staging.%2$I as s join etl_diff as d on d.row_number = s.id
        ) as after
        $sql$, p_layer, p_staging) into rows_total, demo_rows, box using p_demo;

    if box is not null then
        extent := array[st_xmin(box), st_ymin(box), st_xmax(box), st_ymax(box)];
        extent_wgs84 := catalog.wgs84_outline(extent, find_srid('layer', p_layer, 'geom'));
    end if;
    return next;
end
$$;

-- West, south, east and north in WGS 84 of a box in another system: it encloses the box's outline, which is bent there.
create or replace function catalog.wgs84_outline(p_extent double precision[], p_srid integer)
returns double precision[]
language sql immutable
as $$
    with outline as (
        select box2d(st_transform(st_segmentize(
            st_makeenvelope(p_extent[1], p_extent[2], p_extent[3], p_extent[4], p_srid),
            greatest(p_extent[3] - p_extent[1], p_extent[4] - p_extent[2], 1e-9) / 16), 4326)) as box
    )

    select array[st_xmin(box), st_ymin(box), st_xmax(box), st_ymax(box)] from outline
$$;
