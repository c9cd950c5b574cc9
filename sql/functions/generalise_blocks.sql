-- The blocks of one level, from the rows of a layer.

-- Fills general_row with what a layer holds, or with what of it meets the squares of the coarsest level that were
-- touched.
create or replace function general.take_rows(
    p_layer text, p_kinds text[], p_on date, p_touched geometry, p_coarsest integer
) returns void
language plpgsql
as $$
declare
    place text := case when p_touched is null then 'true' else 'geom && any ($1)' end;
begin
    execute format($sql$
        create temporary table general_row on commit drop as
        select id, kind, geom, st_x(middle) as east, st_y(middle) as north,
            greatest(st_xmax(geom) - st_xmin(geom), st_ymax(geom) - st_ymin(geom)) as side,
            -- whole numbers, as their sum does not depend on their order
            greatest(1, st_area(geom) * 100)::bigint as dm2
        from (
            select id, %2$s as kind, geom, case
                when geometrytype(geom) = 'POINT' then geom else st_centroid(geom)
            end as middle
            from layer.%1$I where %3$s and %4$s offset 0
        ) as taken
        $sql$, p_layer, catalog.tile_kind(p_kinds), general.valid_on(p_layer, p_on), place)
    using (
        select array_agg(st_makeenvelope(x * block_m, y * block_m, (x + 1) * block_m, (y + 1) * block_m, st_srid(p_touched)))
        from general_touched, (select general.block_m(p_coarsest) as block_m) as square
        where level = p_coarsest
    );
    analyze general_row;
end
$$;

-- Adds the blocks of one level to general_new: those that were touched, or all.
create or replace function general.make_blocks(
    p_layer text, p_kinds text[], p_level integer, p_srid integer, p_only_touched boolean
) returns void
language plpgsql
as $$
declare
    of_dimension integer := (select st_dimension(geom) from general_row limit 1);
begin
    insert into general_new
    select p_layer, p_kinds, p_level, x, y, kind, n, geom, st_transform(geom, 4326)
    from (
        select * from general.settled_blocks(p_level, p_srid) where of_dimension = 2
        union all
        select * from general.line_blocks(p_level) where of_dimension = 1
        union all
        select * from general.point_blocks(p_level, p_srid) where of_dimension = 0
    ) as made
    where geom is not null and (
        not p_only_touched
        or exists (select from general_touched as t where (t.level, t.x, t.y) = (p_level, made.x, made.y))
    );
end
$$;

-- Polygons: the cells in which they have their centre, or whose middle they cover, each of the kind that has most of
-- its ground; joined by kind within a block.
create or replace function general.settled_blocks(p_level integer, p_srid integer)
returns table (x integer, y integer, kind text[], n bigint, geom geometry)
language plpgsql
as $$
#variable_conflict use_column
begin
    return query
    with cells as (
        select floor(east / cell_m)::integer as x, floor(north / cell_m)::integer as y, kind, dm2, 1 as n
        from general_row, (select 2.0::double precision ^ p_level as cell_m) as cell
        union all
        select cell_x, cell_y, kind, (cell_m * cell_m * 100)::bigint, 0
        from general_row, (select 2.0::double precision ^ p_level as cell_m) as cell,
            generate_series(floor(st_xmin(geom) / cell_m)::integer, floor(st_xmax(geom) / cell_m)::integer) as cell_x,
            generate_series(floor(st_ymin(geom) / cell_m)::integer, floor(st_ymax(geom) / cell_m)::integer) as cell_y
        where side > 1.5 * cell_m
            and (cell_x, cell_y) <> (floor(east / cell_m)::integer, floor(north / cell_m)::integer)
            and st_intersects(geom, st_point((cell_x + 0.5) * cell_m, (cell_y + 0.5) * cell_m, p_srid))
    ),
    kinds as (select x, y, kind, sum(dm2) as dm2, sum(n) as n from cells group by x, y, kind),
    chosen as (
        select distinct on (x, y) x, y, kind, sum(n) over (partition by x, y) as n
        from kinds order by x, y, dm2 desc, kind
    )
    select x >> general.block_step(p_level), y >> general.block_step(p_level), kind, sum(n)::bigint,
        st_setsrid(st_simplify(st_coverageunion(st_makeenvelope(
            x * cell_m, y * cell_m, (x + 1) * cell_m, (y + 1) * cell_m, p_srid
        ) order by x, y), 0), p_srid)
    from chosen, (select 2.0::double precision ^ p_level as cell_m) as cell
    group by 1, 2, kind;
end
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
            else st_collectionextract(st_clipbybox2d(geom, st_makeenvelope(
                x * block_m, y * block_m, (x + 1) * block_m, (y + 1) * block_m
            )), 2)
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
    with kinds as (
        select floor(east / cell_m)::integer as x, floor(north / cell_m)::integer as y, kind, count(*) as n,
            -- in millimetres, as whole numbers again
            sum(round(east * 1000)::bigint) as east, sum(round(north * 1000)::bigint) as north
        from general_row, (select 2.0::double precision ^ p_level as cell_m) as cell
        group by 1, 2, kind
    ),
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
