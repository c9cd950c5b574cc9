-- Which unit a feature counts in, and how much of it lies in each.

-- The one point by which a feature is counted once, also where it crosses a border: itself, or a point on it.
create or replace function unit.place_of(p_geom geometry)
returns geometry
language sql immutable parallel safe
as $$
    select case when st_geometrytype(p_geom) = 'ST_Point' then p_geom else st_pointonsurface(p_geom) end
$$;

-- Metres of a line, or square metres of a polygon, inside a unit, in the working system. A border often runs along a
-- road: what lies on it is half on each side, so that the parts of a line add up to its length.
create or replace function unit.measure_inside(p_geom geometry, p_unit geometry)
returns double precision
language sql immutable parallel safe
as $$
    select case
        when st_dimension(p_geom) = 2 and st_coveredby(p_geom, p_unit) then st_area(p_geom)
        when st_dimension(p_geom) = 2 then st_area(st_intersection(p_geom, p_unit))
        when st_containsproperly(p_unit, p_geom) then st_length(p_geom)
        else st_length(st_intersection(p_geom, p_unit))
            - st_length(st_intersection(p_geom, st_boundary(p_unit))) / 2
    end
$$;
