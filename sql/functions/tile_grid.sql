-- Where a place lies in the square of Web Mercator, cut into p_across columns and rows: columns count from west, rows
-- from north, both from 0. What lies beyond the square's edges counts to the outermost ones. Mercator's own formula:
-- transforming hundreds of thousands of geometries would take seconds.
create or replace function catalog.tile_column(p_lon double precision, p_across double precision)
returns integer
language sql
immutable
parallel safe
as $$ select greatest(0, least(p_across - 1, floor((p_lon / 360 + 0.5) * p_across)))::integer $$;

create or replace function catalog.tile_row(p_lat double precision, p_across double precision)
returns integer
language sql
immutable
parallel safe
as $$
    select greatest(0, least(p_across - 1, floor(
        (0.5 - ln(tan(pi() / 4 + greatest(-85.06, least(85.06, p_lat)) * pi() / 360)) / (2 * pi())) * p_across
    )))::integer
$$;
