-- Which open feature a staged row is, in a layer without a key: ids last because rows are recognised. Decision 0022.

-- How far the box of a geometry moved, in units of its system: the greatest way of one of its four sides. It is never
-- more than the Hausdorff distance, is the distance itself for points, and costs nothing for a polygon of any size.
create or replace function catalog.displacement(p_one geometry, p_other geometry) returns double precision
language sql immutable parallel safe
as $$
    select greatest(
        abs(st_xmin(p_one) - st_xmin(p_other)), abs(st_ymin(p_one) - st_ymin(p_other)),
        abs(st_xmax(p_one) - st_xmax(p_other)), abs(st_ymax(p_one) - st_ymax(p_other))
    )
$$;

-- Fills the temporary table etl_match: row_number of a staged row, and id of the feature that it is. One to one; what
-- is in neither is new or gone. The surest likeness takes first:
--   1. the same content; 2. the same geometry, most columns alike first; 3. the same values of a kind that is rare,
--   moved at most 250 m, nearest first; 4. at most 10 m away with half of the columns alike, most alike first.
-- What is equally good is settled by the lowest id and then by the row's content, so that the order of a file means
-- nothing. Rows are staged without exact copies.
-- p_scope: only features in it are candidates, for a district's file must never take another one's. p_metre: units of
-- the layer's system in a metre.
create or replace function catalog.match_rows(
    p_layer text, p_staging text, p_columns text[], p_scope geometry, p_metre double precision
) returns void
language plpgsql
as $$
declare
    -- 1:10,000 sheets are right within 0.5 mm, which is 5 m: two of them may differ by twice that
    near constant double precision := 10 * p_metre;
    -- mistaking the datum moves by 224 m, and the corrected file must be recognised
    far constant double precision := 250 * p_metre;
    -- of one kind, in what is still unmatched: with more, nearest is no argument any more
    rare constant integer := 10;
    own text := (select string_agg(format('%I', name), ', ') from unnest(p_columns) as name);
    old text := (select string_agg(format('o.%I', name), ', ') from unnest(p_columns) as name);
    new text := (select string_agg(format('n.%I', name), ', ') from unnest(p_columns) as name);
    alike text := (
        select string_agg(format('(o.%1$I is not distinct from n.%1$I)::integer', name), ' + ')
        from unnest(p_columns) as name
    );
    -- An edited feature is recognised as it is served and as its agency delivered it last.
    known text := format($sql$
        select id, %2$s, geom from (
            select id, %2$s, geom from layer.%1$I
            union all
            select e.feature_id, %3$s, e.geom
            from catalog.edited as e, jsonb_populate_record(null::layer.%1$I, e.delivered) as b
            where e.layer_id = %1$L and e.delivered is not null
        ) as versions
        where $1 is null or geom && $1 and st_intersects($1, st_pointonsurface(geom))
        $sql$, p_layer, own, (select string_agg(format('b.%I', name), ', ') from unnest(p_columns) as name));
begin
    create temporary table etl_match (row_number integer, id bigint) on commit drop;
    execute format($sql$
        insert into etl_match
        select min(row_number), id from (
            select n.id as row_number, min(o.id) as id
            from staging.%1$I as n join (%2$s) as o
                on hash_record(row(%3$s, n.geom)) = hash_record(row(%4$s, o.geom))
                and (%3$s, n.geom) is not distinct from (%4$s, o.geom)
            group by n.id
        ) as equal group by id
        $sql$, p_staging, known, new, old) using p_scope;
    create unique index on etl_match (row_number);
    create unique index on etl_match (id);
    analyze etl_match;

    execute format($sql$
        create temporary table etl_new on commit drop as
        select n.*, hash_record(row(%2$s)) as "kind of row", hash_record(row(%2$s, geom)) as "content of row"
        from staging.%1$I as n where not exists (select from etl_match as m where m.row_number = n.id)
        $sql$, p_staging, new);
    execute format($sql$
        create temporary table etl_old on commit drop as
        select o.*, hash_record(row(%2$s)) as "kind of row"
        from (%1$s) as o where not exists (select from etl_match as m where m.id = o.id)
        $sql$, known, old) using p_scope;
    create index on etl_old using gist (geom);
    analyze etl_new;
    analyze etl_old;

    -- Sorted, and each line kept that meets neither a row nor a feature which an earlier line took: the greedy choice.
    execute format($sql$
        insert into etl_match
        select n.id, o.id from etl_new as n join etl_old as o on o.geom = n.geom
        order by %1$s desc, o.id, n."content of row", n.id
        on conflict do nothing
        $sql$, alike);
    perform catalog.forget_matched();

    execute format($sql$
        insert into etl_match
        select n.id, o.id
        from etl_new as n join etl_old as o on o."kind of row" = n."kind of row"
        where n."kind of row" in (select "kind of row" from etl_new group by 1 having count(*) <= $2)
            and o."kind of row" in (select "kind of row" from etl_old group by 1 having count(*) <= $2)
            and (%1$s) is not distinct from (%2$s) and catalog.displacement(o.geom, n.geom) <= $1
        order by catalog.displacement(o.geom, n.geom), o.id, n."content of row", n.id
        on conflict do nothing
        $sql$, new, old) using far, rare;
    perform catalog.forget_matched();

    execute format($sql$
        insert into etl_match
        select n.id, o.id
        from etl_new as n join etl_old as o on o.geom && st_expand(n.geom, $1)
        where catalog.displacement(o.geom, n.geom) <= $1 and 2 * (%1$s) >= %2$s
        order by %1$s desc, catalog.displacement(o.geom, n.geom), o.id, n."content of row", n.id
        on conflict do nothing
        $sql$, alike, cardinality(p_columns)) using near;
    drop table etl_new, etl_old;
end
$$;

-- Takes what etl_match has out of the rows and features that still look for each other.
create or replace function catalog.forget_matched() returns void
language plpgsql
as $$
begin
    delete from etl_new using etl_match where etl_match.row_number = etl_new.id;
    delete from etl_old using etl_match where etl_match.id = etl_old.id;
end
$$;
