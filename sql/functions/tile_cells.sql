-- Features counted per cell, at every zoom below publish.tiles.merge_below. A tile then reads some thousand rows where
-- counting anew would read all features of the province. Kept up by each release; see catalog.tile_cell.

-- What the layer file asks to be counted: the columns that make a kind, in the order of their names, and the levels (a
-- tile is 2^7 cells across). No row where nothing is: lines are joined instead, and a layer with validity columns shows
-- other rows on other days.
create or replace function catalog.tile_count_wanted(p_layer text)
returns table (kinds text[], coarsest smallint, finest smallint)
language sql
stable
as $$
    select
        coalesce((
            select array_agg(c.key collate "C" order by c.key collate "C")
            from jsonb_each(l.definition -> 'columns') as c
            where c.value -> 'domain' is not null and coalesce(c.value ->> 'access', 'public') = 'public'
        ), '{}'),
        (coalesce((tiles -> 'zooms' ->> 0)::integer, 0) + 7)::smallint,
        ((tiles ->> 'merge_below')::integer - 1 + 7)::smallint
    from catalog.layer as l, lateral (select l.definition #> '{publish,tiles}' as tiles) as published
    where l.id = p_layer and tiles ->> 'merge_below' is not null
        and l.definition ->> 'geometry' not like '%LineString' and l.definition #> '{publish,validity}' is null
        and (tiles ->> 'merge_below')::integer > coalesce((tiles -> 'zooms' ->> 0)::integer, 0)
$$;

-- Counts what p_release made of the layer, etl_diff being applied already: only what changed, where the cells count the
-- release before it, else all.
create or replace function catalog.count_tile_cells(p_layer text, p_release bigint) returns void
language plpgsql
as $$
declare
    wanted record;
    is_continued boolean;
begin
    select * into wanted from catalog.tile_count_wanted(p_layer);
    if not found then
        perform catalog.recount_tile_cells(p_layer);
        return;
    end if;
    select count(*) > 0 into is_continued
    from catalog.tile_count as c join catalog.layer as l on l.id = c.layer_id and l.current_release = c.release
    where c.layer_id = p_layer and (c.kinds, c.coarsest, c.finest) = (wanted.kinds, wanted.coarsest, wanted.finest);

    if is_continued and (select count(*) from etl_diff) < 50000 then
        perform catalog.add_tile_cells(p_layer, format($sql$
            select id, geom_wgs84, %3$s as kind, 1 as sign from layer.%1$I as l where release_from = %2$s
            union all
            select h.id, geom_wgs84, %3$s, -1
            from etl_diff as d join history.%1$I as h on h.id = d.id and h.release_to = %2$s
            $sql$, p_layer, p_release, catalog.tile_kind(wanted.kinds)), wanted.coarsest, wanted.finest);
        delete from catalog.tile_cell where layer_id = p_layer and n = 0;
        update catalog.tile_count set release = p_release where layer_id = p_layer;
    else
        perform catalog.recount_tile_cells(p_layer, p_release);
    end if;
end
$$;

-- Counts all open versions of a layer anew, as p_release, or as its current release; and forgets the cells of a layer
-- that is not counted any more. Whether it counted.
create or replace function catalog.recount_tile_cells(p_layer text, p_release bigint default null) returns boolean
language plpgsql
as $$
declare
    wanted record;
    counted bigint := coalesce(p_release, (select current_release from catalog.layer where id = p_layer));
begin
    delete from catalog.tile_cell where layer_id = p_layer;
    delete from catalog.tile_count where layer_id = p_layer;
    select * into wanted from catalog.tile_count_wanted(p_layer);
    if not found or counted is null then
        return false;
    end if;
    perform catalog.add_tile_cells(p_layer, format(
        'select id, geom_wgs84, %2$s as kind, 1 as sign from layer.%1$I', p_layer, catalog.tile_kind(wanted.kinds)
    ), wanted.coarsest, wanted.finest);
    insert into catalog.tile_count values (p_layer, counted, wanted.kinds, wanted.coarsest, wanted.finest);
    return true;
end
$$;

-- Whether the cells of a layer are what its file asks for, of its current release.
create or replace function catalog.tile_cells_are_current(p_layer text) returns boolean
language sql
stable
as $$
    select coalesce(
        (
            select (c.kinds, c.coarsest, c.finest, c.release)
                is not distinct from (w.kinds, w.coarsest, w.finest, l.current_release)
            from catalog.tile_count_wanted(p_layer) as w
            join catalog.layer as l on l.id = p_layer and l.current_release is not null
            left join catalog.tile_count as c on c.layer_id = p_layer
        ),
        not exists (select from catalog.tile_count where layer_id = p_layer)
    )
$$;

-- The expression that gives a row's kind.
create or replace function catalog.tile_kind(p_kinds text[]) returns text
language sql
immutable
as $$
    select 'array[' || coalesce(string_agg(format('%I::text', name), ', ' order by place), '') || ']::text[]'
    from unnest(p_kinds) with ordinality as kinds (name, place)
$$;

-- Adds the rows of a query (id, geom_wgs84, kind, sign) to the cells of every level: counted once at the finest, and
-- from there each level from the one below it. A feature counts where the lower left corner of its box lies.
create or replace function catalog.add_tile_cells(
    p_layer text, p_rows text, p_coarsest integer, p_finest integer
) returns void
language plpgsql
as $$
begin
    execute format($sql$
        create temporary table etl_cells on commit drop as
        select %2$s::smallint as level, catalog.tile_column(st_xmin(geom_wgs84), %3$s) as x,
            catalog.tile_row(st_ymin(geom_wgs84), %3$s) as y,
            kind, sum(sign)::bigint as n, sum(sign * id) as ids
        from (%1$s) as counted
        group by 2, 3, kind
        having sum(sign) <> 0 or sum(sign * id) <> 0
        $sql$, p_rows, p_finest, 2 ^ p_finest);
    for coarser in reverse p_finest - 1 .. p_coarsest loop
        insert into etl_cells
        select coarser, x >> 1, y >> 1, kind, sum(n), sum(ids)
        from etl_cells where level = coarser + 1
        group by 2, 3, kind;
    end loop;
    -- To look for each cell among those that there are takes as long again as to insert it.
    if exists (select from catalog.tile_cell where layer_id = p_layer) then
        insert into catalog.tile_cell as c
        select p_layer, level, x, y, kind, n, ids from etl_cells order by level, x, y
        on conflict (layer_id, level, x, y, kind) do update set n = c.n + excluded.n, ids = c.ids + excluded.ids;
    else
        insert into catalog.tile_cell
        select p_layer, level, x, y, kind, n, ids from etl_cells order by level, x, y;
    end if;
    drop table etl_cells;
end
$$;
