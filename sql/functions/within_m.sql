-- The box in longitude and latitude outside of which nothing is within so many metres of `shape`.
-- A degree of latitude has 110,574 m or more. Where the box would reach a pole or the antimeridian it goes all the
-- way round.
create or replace function catalog.reach(shape geometry, metres float8) returns geometry
language plpgsql immutable parallel safe as $$
declare
    north float8 := metres / 110000;
    furthest float8 := greatest(abs(st_ymin(shape)), abs(st_ymax(shape))) + north;
    east float8 := case when furthest < 89 then north / cos(radians(furthest)) else 360 end;
    beyond boolean := st_xmin(shape) - east < -180 or st_xmax(shape) + east > 180;
begin
    return st_expand(st_envelope(shape), case when beyond then 360 else east end, north);
end;
$$;

-- Whether two geometries in longitude and latitude are at most so many metres apart on the ellipsoid. The boxes let an
-- index on either of them serve; this function is one expression, so that the planner sees them through it.
create or replace function catalog.within_m(one geometry, other geometry, metres float8) returns boolean
language sql immutable parallel safe as $$
    select one && catalog.reach(other, metres) and other && catalog.reach(one, metres)
        and st_dwithin(geography(one), geography(other), metres)
$$;
