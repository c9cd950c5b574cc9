-- Units through time, for whoever reads the database; the same as dothi/core/unit_register.py says from the files.

-- The units of a level in force on a day.
create or replace function unit.in_force(p_level text, p_on date)
returns setof unit.version
language sql stable
as $$
    select v.*
    from unit.version as v
    where v.level = p_level and v.valid_from <= p_on and (v.valid_to is null or p_on < v.valid_to)
$$;

-- The first day of the state that the units of a level were in on a day: no unit of it began or ended between the two.
create or replace function unit.state_of(p_level text, p_on date)
returns date
language sql stable
as $$
    select max(d.changed)
    from (
        select v.valid_from as changed from unit.version as v where v.level = p_level
        union
        select v.valid_to from unit.version as v where v.level = p_level
    ) as d
    where d.changed <= p_on
$$;

-- Share of the area of each polygon on the day `p_from` that lies in each one on the day `p_to`, from the released
-- outlines of a layer of units: what tells how a unit was divided where no census does. Parts below a ten-thousandth
-- are two drawings of one border and left out, so the shares of a unit add up to 1 within that.
-- p_code, p_begins, p_ends: the layer's columns for code, first day, and first day after.
create or replace function unit.crosswalk_by_area(
    p_layer text, p_code text, p_begins text, p_ends text, p_from date, p_to date
)
returns table (from_code text, to_code text, share double precision)
language plpgsql stable
as $$
begin
    return query execute format($sql$
        with one as (
            select %2$I::text as code, geom from layer.%1$I where %3$I <= $1 and (%4$I is null or $1 < %4$I)
        ),
        other as (
            select %2$I::text as code, geom from layer.%1$I where %3$I <= $2 and (%4$I is null or $2 < %4$I)
        ),
        parts as (
            select one.code as a, other.code as b, st_area(st_intersection(one.geom, other.geom)) / st_area(one.geom) as s
            from one join other on st_intersects(one.geom, other.geom)
        )
        select a, b, s from parts where s > 0.0001 order by a, b
        $sql$, p_layer, p_code, p_begins, p_ends) using p_from, p_to;
end
$$;
