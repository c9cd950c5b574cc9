-- Pairs of staged polygons that do not tile the plane: they overlap, or leave a gap that is narrower than the width.
-- Edges that no neighbour matches come from ST_CoverageInvalidEdges, which looks at all polygons at once and forgets
-- their SRID; only polygons with such edges are compared with each other, through an index.
-- p_begins, p_ends, p_on: of a layer with a period of validity, only what is in force on that day has to tile.
-- size: the overlap's area in m², or the gap's length in m. An overlap of less than a millimetre is rounding.
create or replace function catalog.check_coverage(
    p_staging text, p_gap_width float8, p_begins text, p_ends text, p_on date
) returns table (row_number integer, other integer, code text, size float8, place geometry)
language plpgsql
as $$
declare
    rounding constant float8 := 0.001;
    in_force text := case when p_begins is null then 'true' else format(
        '(%1$I is null or %1$I <= %3$L) and (%2$I is null or %3$L < %2$I)', p_begins, p_ends, p_on
    ) end;
begin
    execute format($sql$
        create temporary table check_edges on commit drop as
        select id, geom,
            st_setsrid(st_coverageinvalidedges(geom) over (), st_srid(geom)) as wrong,
            st_setsrid(st_coverageinvalidedges(geom, %3$L) over (), st_srid(geom)) as near
        from staging.%1$I where %2$s
        $sql$, p_staging, in_force, p_gap_width);
    delete from check_edges where wrong is null and near is null;
    create index on check_edges using gist (geom);
    analyze check_edges;

    return query
    with pairs as (
        select a.id as one, b.id as two, a.near as near_one, b.near as near_two, a.wrong as wrong_one,
            b.wrong as wrong_two, a.geom as geom_one, b.geom as geom_two
        from check_edges as a join check_edges as b on a.id > b.id and a.geom && st_expand(b.geom, p_gap_width)
    ), shared as (
        select one, two, st_collectionextract(st_intersection(geom_one, geom_two), 3) as part
        from pairs where st_intersects(geom_one, geom_two)
    ), slack as (
        select one, two,
            case when wrong_one is null then near_one else st_difference(near_one, wrong_one) end as slack_one,
            case when wrong_two is null then near_two else st_difference(near_two, wrong_two) end as slack_two
        from pairs where near_one is not null and near_two is not null
    ), gaps as (
        select one, two, st_intersection(slack_one, st_buffer(slack_two, p_gap_width)) as part
        from slack where st_dwithin(slack_one, slack_two, p_gap_width)
    )
    select one, two, 'overlap', st_area(part), st_pointonsurface(part)
    from shared where st_area(part) > rounding * st_perimeter(part) / 2
    union all
    select one, two, 'gap', st_length(part), st_pointonsurface(part)
    from gaps where st_length(part) > p_gap_width
    order by 1, 2;
    drop table check_edges;
end
$$;
