-- The blocks of a layer, level by level: each row is read once, and every level counts what the finer one counted.

-- Fills general_taken with what a layer holds, or with what of it meets the squares of the coarsest level that were
-- touched. kinds: the values of p_columns. geom: where the blocks of some level need it.
create or replace function general.take_rows(
    p_layer text, p_columns text[], p_on date, p_touched geometry, p_levels integer[]
) returns void
language plpgsql
as $$
declare
    place text := case when p_touched is null then 'true' else 'geom && any ($1)' end;
begin
    execute format($sql$
        create temporary table general_taken on commit drop as
        select id, kinds, case when side > %5$s then geom end as geom, st_x(middle) as east, st_y(middle) as north, side,
            -- whole numbers, as their sum does not depend on their order
            greatest(1, st_area(geom) * 100)::bigint as dm2
        from (
            select id, %2$s as kinds, geom,
                case when geometrytype(geom) = 'POINT' then geom else st_centroid(geom) end as middle,
                greatest(st_xmax(geom) - st_xmin(geom), st_ymax(geom) - st_ymin(geom)) as side
            from layer.%1$I where %3$s and %4$s offset 0
        ) as taken
        $sql$, p_layer, catalog.tile_kind(p_columns), general.valid_on(p_layer, p_on), place,
        case general.dimension(p_layer) when 2 then 1.5 * 2 ^ p_levels[1] else -1 end)
    using (
        select array_agg(st_makeenvelope(x * block_m, y * block_m, (x + 1) * block_m, (y + 1) * block_m, st_srid(p_touched)))
        from general_touched, (select general.block_m(p_levels[cardinality(p_levels)]) as block_m) as square
        where level = p_levels[cardinality(p_levels)]
    );
    analyze general_taken;
end
$$;

-- 0 for a layer of points, 1 of lines, 2 of polygons.
create or replace function general.dimension(p_layer text) returns integer
language sql
stable
as $$
    select case when type like '%Point' then 0 when type like '%LineString' then 1 else 2 end
    from catalog.layer as l, lateral (select l.definition ->> 'geometry' as type) as declared where l.id = p_layer
$$;

-- Shows general_taken as general_row, with the kind that a row has by the columns p_kinds out of p_columns.
create or replace function general.tell_kinds(p_columns text[], p_kinds text[]) returns void
language plpgsql
as $$
begin
    execute format(
        'create temporary view general_row as select id, array[%s]::text[] as kind, geom, east, north, side, dm2 from general_taken',
        (select string_agg(format('kinds[%s]', array_position(p_columns, name)), ', ' order by place)
         from unnest(p_kinds) with ordinality as wanted (name, place))
    );
end
$$;

-- Fills general_cell: how many features of each kind have their centre in a cell, their ground, and for points the sums
-- of their coordinates in millimetres, which take as long as all the rest; at the finest level from the rows, at each
-- coarser one from the finer.
create or replace function general.count_cells(p_levels integer[], p_points boolean) returns void
language plpgsql
as $$
declare
    cell_m constant double precision := 2.0 ^ p_levels[1];
    one_level integer;
begin
    create temporary table general_cell (
        level integer, x integer, y integer, kind text[] collate "C", n bigint, dm2 bigint, east numeric, north numeric
    ) on commit drop;
    if p_points then
        insert into general_cell
        select p_levels[1], floor(east / cell_m)::integer as x, floor(north / cell_m)::integer as y, kind, count(*), 0,
            sum(round(east * 1000)::bigint), sum(round(north * 1000)::bigint)
        from general_row group by 2, 3, kind;
    else
        insert into general_cell
        select p_levels[1], floor(east / cell_m)::integer as x, floor(north / cell_m)::integer as y, kind, count(*),
            sum(dm2)::bigint
        from general_row group by 2, 3, kind;
    end if;
    -- or it would be sorted at each level
    analyze general_cell;
    foreach one_level in array p_levels[2:] loop
        if p_points then
            insert into general_cell
            select one_level, x >> 1, y >> 1, kind, sum(n)::bigint, 0, sum(east), sum(north)
            from general_cell where level = one_level - 1
            group by 2, 3, kind;
        else
            insert into general_cell
            select one_level, x >> 1, y >> 1, kind, sum(n)::bigint, sum(dm2)::bigint
            from general_cell where level = one_level - 1
            group by 2, 3, kind;
        end if;
    end loop;
    create index on general_cell (level);
    analyze general_cell;
end
$$;

-- Adds the blocks of all levels to general_new: those that were touched, or all.
create or replace function general.make_blocks(
    p_layer text, p_kinds text[], p_levels integer[], p_srid integer, p_only_touched boolean
) returns void
language plpgsql
as $$
declare
    of_dimension constant integer := general.dimension(p_layer);
    one_level integer;
begin
    if of_dimension <> 1 then
        perform general.count_cells(p_levels, of_dimension = 0);
    end if;
    foreach one_level in array p_levels loop
        insert into general_new
        select p_layer, p_kinds, one_level, x, y, kind, n, geom, st_transform(geom, 4326)
        from (
            select * from general.settled_blocks(one_level, p_srid, p_only_touched) where of_dimension = 2
            union all
            select * from general.line_blocks(one_level) where of_dimension = 1
            union all
            select * from general.point_blocks(one_level, p_srid) where of_dimension = 0
        ) as made
        where geom is not null and (
            not p_only_touched
            or exists (select from general_touched as t where (t.level, t.x, t.y) = (one_level, made.x, made.y))
        );
    end loop;
    drop table if exists general_cell;
end
$$;

-- Polygons: the cells in which they have their centre, or whose middle they cover, each of the kind that has most of
-- its ground; joined by kind within a block.
create or replace function general.settled_blocks(p_level integer, p_srid integer, p_only_touched boolean)
returns table (x integer, y integer, kind text[], n bigint, geom geometry)
language plpgsql
as $$
#variable_conflict use_column
declare
    step constant integer := general.block_step(p_level);
begin
    return query
    with cells as (
        select x, y, kind, dm2, n from general_cell where level = p_level
        union all
        select cell_x, cell_y, kind, (cell_m * cell_m * 100)::bigint, 0
        from general_row, (select 2.0::double precision ^ p_level as cell_m) as cell,
            generate_series(floor(st_xmin(geom) / cell_m)::integer, floor(st_xmax(geom) / cell_m)::integer) as cell_x,
            generate_series(floor(st_ymin(geom) / cell_m)::integer, floor(st_ymax(geom) / cell_m)::integer) as cell_y
        where side > 1.5 * cell_m
            and (cell_x, cell_y) <> (floor(east / cell_m)::integer, floor(north / cell_m)::integer)
            and st_intersects(geom, st_point((cell_x + 0.5) * cell_m, (cell_y + 0.5) * cell_m, p_srid))
    ),
    kinds as (
        select x, y, kind, sum(dm2) as dm2, sum(n) as n from cells
        where not p_only_touched or (p_level, x >> step, y >> step) in (select level, t.x, t.y from general_touched as t)
        group by x, y, kind
    ),
    chosen as (
        select distinct on (x, y) x, y, kind, sum(n) over (partition by x, y) as n
        from kinds order by x, y, dm2 desc, kind
    )
    select x >> step, y >> step, kind, sum(n)::bigint,
        st_setsrid(st_simplify(st_coverageunion(st_makeenvelope(
            x * cell_m, y * cell_m, (x + 1) * cell_m, (y + 1) * cell_m, p_srid
        ) order by x, y), 0), p_srid)
    from chosen, (select 2.0::double precision ^ p_level as cell_m) as cell
    group by 1, 2, kind;
end
$$;

-- What lies of a line in a square, and along its western and southern edge. To ST_ClipByBox2D what lies along an edge
-- is in neither of two neighbours, so that a square begins a little before its edge.
create or replace function general.clip_line(p_line geometry, p_square geometry) returns geometry
language sql
immutable
as $$
    select st_collectionextract(st_clipbybox2d(p_line, st_makeenvelope(
        st_xmin(p_square) - 2.0 ^ -12, st_ymin(p_square) - 2.0 ^ -12, st_xmax(p_square), st_ymax(p_square)
    )), 2)
$$;

-- Lines: cut at the edges of blocks, joined end to end by kind and simplified; what is left shorter than an eighth of a
-- cell is not seen.
create or replace function general.line_blocks(p_level integer)
returns table (x integer, y integer, kind text[], n bigint, geom geometry)
language plpgsql
as $$
#variable_conflict use_column
begin
    return query
    with pieces as (
        select x, y, id, kind, case
            when (x_first, y_first) = (x_last, y_last) then geom
            else general.clip_line(geom, st_makeenvelope(
                x * block_m, y * block_m, (x + 1) * block_m, (y + 1) * block_m
            ))
        end as geom
        from general_row, (select general.block_m(p_level) as block_m) as square,
            lateral (
                select floor(st_xmin(geom) / block_m)::integer as x_first, floor(st_xmax(geom) / block_m)::integer as x_last,
                    floor(st_ymin(geom) / block_m)::integer as y_first, floor(st_ymax(geom) / block_m)::integer as y_last
            ) as squares,
            generate_series(x_first, x_last) as x, generate_series(y_first, y_last) as y
    ),
    joined as (
        select x, y, kind, count(*) as n,
            st_simplify(st_linemerge(st_collect(geom order by id)), 2.0 ^ p_level / 4) as geom
        from pieces where not st_isempty(geom) group by x, y, kind
    )
    select x, y, kind, n, (
        select st_collect(part.geom order by part.path) from st_dump(joined.geom) as part
        where st_length(part.geom) >= 2.0 ^ p_level / 8
    )
    from joined;
end
$$;

-- Points: one for each cell, of its most frequent kind, in the middle of those that lie there; collected by kind.
create or replace function general.point_blocks(p_level integer, p_srid integer)
returns table (x integer, y integer, kind text[], n bigint, geom geometry)
language plpgsql
as $$
#variable_conflict use_column
begin
    return query
    with kinds as (select x, y, kind, n, east, north from general_cell where level = p_level),
    chosen as (
        select distinct on (x, y) x, y, kind, sum(n) over here as n,
            (sum(east) over here / sum(n) over here / 1000)::double precision as east,
            (sum(north) over here / sum(n) over here / 1000)::double precision as north
        from kinds window here as (partition by x, y) order by x, y, kinds.n desc, kind
    )
    select x >> general.block_step(p_level), y >> general.block_step(p_level), kind, sum(n)::bigint, st_collect(st_point(east, north, p_srid) order by x, y)
    from chosen group by 1, 2, kind;
end
$$;
