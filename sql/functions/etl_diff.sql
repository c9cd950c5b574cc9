-- What a delivery changes. Set work on the staged rows and the open versions; nothing here changes a layer.
-- A staged row's `id` is its number in the file: no layer has a column of that name, so it cannot collide.

-- Fills the temporary table etl_diff: one line per row to add (row_number; id where it is a feature known before),
-- change (id and row_number) or close (id). Each table is read once: 500,000 rows against as many take one hash join.
-- Scope first, key second: a district's file must never close another district's rows.
-- p_matched: etl_match says which feature a row is, else the key does.
-- p_scope: the unit's polygon, or null for the whole layer. p_closes: whether missing rows are closed (mode replace).
-- p_demo: the delivery is demonstration data, and leaves real rows alone; a real delivery takes demo rows over
-- even where they are equal, for the row's origin changes.
create or replace function catalog.diff(
    p_layer text, p_staging text, p_key text[], p_columns text[], p_matched boolean, p_scope geometry,
    p_closes boolean, p_demo boolean
) returns void
language plpgsql
as $$
declare
    same text := case when p_matched then 'l.id = m.id' else (
        select string_agg(format('l.%1$I = s.%1$I', name), ' and ') from unnest(p_key) as name
    ) end;
    matched text := case when p_matched then 'etl_match' else '(select null::integer, null::bigint where false)' end;
    ours text := (select string_agg(format('l.%I', name), ', ') from unnest(p_columns || 'geom'::text) as name);
    theirs text := (select string_agg(format('s.%I', name), ', ') from unnest(p_columns || 'geom'::text) as name);
    is_empty boolean;
begin
    create temporary table etl_diff (change text, id bigint, row_number integer) on commit drop;
    create temporary table etl_demo_release on commit drop as
        select number from catalog.release where layer_id = p_layer and demo;

    execute format('select not exists (select from layer.%I)', p_layer) into is_empty;
    -- Where nothing is open, all is added. Without closing, the staged rows lead: an edit's few rows then find theirs
    -- through an index.
    execute case when is_empty then format($sql$
        insert into etl_diff
        select 'added', m.id, s.id
        from staging.%1$I as s left join %2$s as m (row_number, id) on m.row_number = s.id
        $sql$, p_staging, matched) else format($sql$
        insert into etl_diff
        select case when l.id is null then 'added' when s.id is null then 'closed' else 'changed' end,
               coalesce(l.id, m.id), s.id
        from (staging.%2$I as s left join %4$s as m (row_number, id) on m.row_number = s.id)
            %3$s join layer.%1$I as l on %5$s
        where case
            when l.id is null then true
            when $1 and l.release_from not in (select number from etl_demo_release) then false
            when s.id is null then $2 is null or l.geom && $2 and st_intersects($2, st_pointonsurface(l.geom))
            else (%6$s) is distinct from (%7$s)
                or not $1 and l.release_from in (select number from etl_demo_release)
        end
        $sql$, p_layer, p_staging, case when p_closes then 'full' else 'left' end, matched, same, ours, theirs) end
    using p_demo, p_scope;
    -- What was never served has no id: all of a first delivery.
    create index on etl_diff (id) where id is not null;
    analyze etl_diff;
end
$$;

-- Gives the rows that etl_diff adds their ids before they are applied, so that whoever added them can be told: that of
-- the key, where it was ever seen, or a new one.
create or replace function catalog.number_added(p_layer text, p_staging text, p_key text[]) returns void
language plpgsql
as $$
begin
    execute format($sql$
        update etl_diff as d set id = %2$s
        from staging.%1$I as s
        where d.change = 'added' and d.id is null and s.id = d.row_number
        $sql$, p_staging, catalog.id_for(p_layer, p_key));
end
$$;

-- The expression that gives a staged row `s` its id: a key that was ever seen keeps its own.
create or replace function catalog.id_for(p_layer text, p_key text[]) returns text
language sql immutable
as $$
    select format('nextval(%L::regclass)', format('layer.%I', p_layer || '_id_seq')) where p_key = '{}'
    union all
    select format('coalesce((select h.id from history.%I as h where %s limit 1), nextval(%L::regclass))', p_layer,
        (select string_agg(format('h.%1$I = s.%1$I', name), ' and ') from unnest(p_key) as name),
        format('layer.%I', p_layer || '_id_seq'))
    where p_key <> '{}'
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
        join catalog.release as r on r.number = l.release_from and not r.demo
        where not st_intersects($1, st_pointonsurface(l.geom))
        $sql$, p_layer, p_staging, same_key) using p_scope;
end
$$;

-- What the layer will hold once etl_diff is applied. The WGS 84 extent encloses the other one's outline.
-- A demonstration file may take nothing away unseen from the demonstration: for it, those rows count as real ones.
create or replace function catalog.outcome(p_layer text, p_staging text, p_scope geometry, p_demo boolean)
returns table (
    rows_added bigint, rows_changed bigint, rows_closed bigint, real_closed bigint, real_in_scope bigint,
    rows_total bigint, demo_rows bigint, extent double precision[], extent_wgs84 double precision[]
)
language plpgsql
as $$
declare
    box box2d;
    adds_all boolean;
begin
    select count(*) filter (where change = 'added'), count(*) filter (where change = 'changed'),
           count(*) filter (where change = 'closed')
    into rows_added, rows_changed, rows_closed from etl_diff;

    -- To a layer without rows all that is staged is added, unless an edit keeps some of it away.
    execute format('select not exists (select from layer.%I)', p_layer) into adds_all;
    if adds_all then
        execute format('select count(*) = $1, st_extent(geom) from staging.%I', p_staging) into adds_all, box
        using rows_added;
    end if;
    if adds_all then
        real_in_scope := 0;
        real_closed := 0;
        rows_total := rows_added;
        demo_rows := case when p_demo then rows_added else 0 end;
    else
        execute format($sql$
            select count(*), count(*) filter (where exists (
                select from etl_diff as d where d.id = l.id and d.change = 'closed'
            ))
            from layer.%1$I as l
            where ($2 or l.release_from not in (select number from etl_demo_release))
            and ($1 is null or l.geom && $1 and st_intersects($1, st_pointonsurface(l.geom)))
            $sql$, p_layer) into real_in_scope, real_closed using p_scope, p_demo;

        execute format($sql$
            select count(*), count(*) filter (where demo), st_extent(geom) from (
                select l.geom, l.release_from in (select number from etl_demo_release) as demo from layer.%1$I as l
                where not exists (select from etl_diff as d where d.id = l.id)
                union all
                select s.geom, $1 from staging.%2$I as s join etl_diff as d on d.row_number = s.id
            ) as after
            $sql$, p_layer, p_staging) into rows_total, demo_rows, box using p_demo;
    end if;

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
