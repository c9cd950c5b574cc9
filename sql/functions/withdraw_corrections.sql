-- Withdraws the places that were chosen with releases of the layer of which nothing is left after going back to `p_to`,
-- and lets those count again that came with it and with what it rests on: release by release backwards, and from a
-- rollback to the release that it restored.
create or replace function catalog.withdraw_corrections(p_layer text, p_to bigint) returns void
language sql
as $$
    with recursive standing as (
        select p_to as number
        union
        select coalesce(
            r.restores,
            (select max(earlier.number) from catalog.release as earlier
             where earlier.layer_id = p_layer and earlier.number < r.number)
        )
        from standing inner join catalog.release as r on standing.number = r.number
    )

    update catalog.address_correction as c
    set withdrawn_at = case when stands.stands then null else coalesce(c.withdrawn_at, clock_timestamp()) end
    from catalog.release as r
    cross join lateral (select exists (select from standing as s where s.number = r.number) as stands) as stands
    where c.release = r.number and r.layer_id = p_layer and stands.stands <> (c.withdrawn_at is null)
$$;
