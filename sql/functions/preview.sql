-- What previews of deliveries say (catalog.preview_change), by kind and box, and as vector tiles.

-- The changes of a delivery. p_kind: null for all. p_box: west, south, east, north in degrees, null for everywhere. It
-- may be the whole world, which the working CRS does not hold: what changes is moved to the box, and not the box.
create or replace function catalog.preview_changes(
    p_delivery bigint, p_kind text, p_box double precision[]
) returns setof catalog.preview_change
language sql stable
as $$
    select c.* from catalog.preview_change as c
    where c.delivery_id = p_delivery
    and (p_kind is null or c.change = p_kind)
    and (
        p_box is null or st_intersects(
            st_transform(c.geom, 4326), st_makeenvelope(p_box[1], p_box[2], p_box[3], p_box[4], 4326)
        )
    )
$$;

-- One of each so many changes, for a small picture: where it is, in degrees.
create or replace function catalog.preview_dots(p_delivery bigint, p_most integer)
returns table (change text, lon double precision, lat double precision)
language sql stable
as $$
    select dots.change, st_x(dots.dot), st_y(dots.dot) from (
        select c.change, st_transform(st_pointonsurface(c.geom), 4326) as dot
        from catalog.preview_change as c
        where c.delivery_id = p_delivery
        and c.number % (1 + (
            select count(*) / p_most from catalog.preview_change as every where every.delivery_id = p_delivery
        )) = 0
    ) as dots
    where not st_isempty(dots.dot)
    order by dots.change desc
$$;

-- A tile of WebMercatorQuad with the layer `changes`, null where nothing changes. Features whose centres lie in one of
-- p_cells × p_cells cells are drawn as the first of them, with their number: a picture shows no more.
create or replace function catalog.preview_tile(
    p_delivery bigint, p_z integer, p_x integer, p_y integer, p_srid integer, p_cells integer
) returns bytea
language sql stable
as $$
    with tile as (
        select
            st_tileenvelope(p_z, p_x, p_y) as frame,
            40075016.7 / (1 << p_z) / p_cells as cell_m,
            -- the working CRS does not reach around the world
            case when p_z >= 6 then st_transform(st_segmentize(
                st_tileenvelope(p_z, p_x, p_y, margin => 0.0625), 40075016.7 / (1 << p_z) / 8
            ), p_srid) end as around
    ),

    centres as (
        select
            c.number,
            c.change,
            t.cell_m,
            st_transform(st_setsrid(st_centroid(box2d(c.geom)::geometry), p_srid), 3857) as centre
        from catalog.preview_change as c
        inner join tile as t on t.around is null or c.geom && t.around and st_intersects(c.geom, t.around)
        where c.delivery_id = p_delivery
    ),

    first_of_cell as (
        select
            min(number) as number,
            count(*) as features
        from centres
        group by change, floor(st_x(centre) / cell_m), floor(st_y(centre) / cell_m)
    )

    select st_asmvt(drawn, 'changes') from (
        select
            st_asmvtgeom(st_transform(c.geom, 3857), t.frame) as geom,
            c.change,
            c.row_number as "row",
            c.feature_id as feature,
            f.features
        from first_of_cell as f
        inner join catalog.preview_change as c on c.delivery_id = p_delivery and f.number = c.number
        cross join tile as t
    ) as drawn
    where drawn.geom is not null
$$;
