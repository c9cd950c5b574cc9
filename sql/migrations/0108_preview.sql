-- What would change if a waiting delivery were accepted with some options: worked out by a check that is taken back,
-- and kept until the delivery waits no more (docs/decisions/0108-previews.md).

-- options: that the check was made with. release: that was current then, null where there was none.
create table catalog.preview (
    delivery_id bigint primary key references catalog.delivery on delete cascade,
    made_at timestamptz not null default clock_timestamp(),
    made_by text not null,
    options jsonb not null,
    release integer,
    report jsonb not null
);

-- One row per feature that is added, changed or closed. geom: as it would be, or as it was, in the working CRS;
-- old_geom: where a change moves it. columns: whose values change, `geom` among them.
create table catalog.preview_change (
    delivery_id bigint not null references catalog.preview on delete cascade,
    number bigint not null,
    change text not null check (change in ('added', 'changed', 'closed')),
    feature_id bigint,
    row_number integer,
    columns text[] not null,
    old_values jsonb,
    new_values jsonb,
    geom geometry,
    old_geom geometry,
    primary key (delivery_id, number)
);
create index on catalog.preview_change using gist (geom);

grant select, insert, delete on table catalog.preview, catalog.preview_change to dothi_loader;
grant select on table catalog.preview, catalog.preview_change to dothi_gatekeeper;

-- Whether the layer still has the release that the delivery was compared with. The desk reads no catalogue of layers,
-- some of which whoever asks may not know of.
create function catalog.preview_is_current(p_delivery bigint) returns boolean language sql stable
security definer set search_path = catalog, pg_temp as $$
    select l.current_release is not distinct from p.release
    from catalog.preview as p
    inner join catalog.delivery as d on p.delivery_id = d.id
    inner join catalog.layer as l on d.layer_id = l.id
    where p.delivery_id = p_delivery
$$;
revoke execute on function catalog.preview_is_current(bigint) from public;
grant execute on function catalog.preview_is_current(bigint) to dothi_gatekeeper;

create function catalog.forget_preview() returns trigger language plpgsql as $$
begin
    delete from catalog.preview where delivery_id = new.id;
    return null;
end;
$$;
revoke execute on function catalog.forget_preview() from public;
create trigger forget_preview after update of status on catalog.delivery
for each row when (old.status = 'diagnosed' and new.status <> 'diagnosed')
execute function catalog.forget_preview();
