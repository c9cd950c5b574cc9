-- What of a layer is demonstration data, and how it is taken away. Nothing here commits: a layer is left whole or not
-- at all. docs/decisions/0084-leaving-the-demonstration.md

-- Fills the temporary table demo_version with all versions of the layer's features that are demonstration data, open
-- ones (release_to is null) and closed ones. A release's label does not decide: a rollback may have put that of
-- demonstration data on real rows, and an edit that of real data on a demonstration row.
-- edited: what a person made of a demonstration row.
create or replace function catalog.list_demo_versions(p_layer text) returns void
language plpgsql
as $$
declare
    later record;
    versions text := format($sql$(
        select id, release_from, null::bigint as release_to from layer.%1$I
        union all
        select id, release_from, release_to from history.%1$I
    )$sql$, p_layer);
begin
    drop table if exists demo_version;
    create temporary table demo_version (id bigint, release_from bigint, release_to bigint, edited boolean)
    on commit drop;
    if to_regclass(format('layer.%I', p_layer)) is null or to_regclass(format('history.%I', p_layer)) is null then
        return;
    end if;
    execute format($sql$
        insert into demo_version
        select v.id, v.release_from, v.release_to, false from %1$s as v
        where v.release_from in (select number from catalog.release where layer_id = %2$L and origin = 'demo')
        $sql$, versions, p_layer);
    create index on demo_version (id);
    create index on demo_version (release_to);
    analyze demo_version;
    for later in
        select number, origin, demo, restores, released_at from catalog.release
        where layer_id = p_layer and origin in ('edit', 'rollback') order by number
    loop
        if later.origin = 'rollback' then
            perform catalog.add_restored_versions(versions, later.number, later.restores, later.demo);
        elsif not exists (select from catalog.conflict where release = later.number) then
            perform catalog.add_edited_versions(p_layer, versions, later.number, later.released_at);
        end if;
    end loop;
end
$$;

-- Adds to demo_version what a rollback put back: what was demonstration data after the release p_restores.
create or replace function catalog.add_restored_versions(
    p_versions text, p_release bigint, p_restores bigint, p_demo boolean
) returns void
language plpgsql
as $$
begin
    execute format($sql$
        insert into demo_version
        select v.id, v.release_from, v.release_to, coalesce(bool_or(w.edited), false)
        from %1$s as v left join demo_version as w on w.id = v.id
            and w.release_from <= $2 and coalesce(w.release_to > $2, true)
        where v.release_from = $1 and (w.id is not null or $2 is null and $3)
        group by v.id, v.release_from, v.release_to
        $sql$, p_versions) using p_release, p_restores, p_demo;
end
$$;

-- Adds to demo_version what an edit made of demonstration rows. An open version is none any more once its agency has
-- spoken of the feature: that is, unless the base of the next merge is still what the demonstration said.
create or replace function catalog.add_edited_versions(
    p_layer text, p_versions text, p_release bigint, p_released_at timestamptz
) returns void
language plpgsql
as $$
begin
    execute format($sql$
        insert into demo_version
        select v.id, v.release_from, v.release_to, true
        from demo_version as w join %1$s as v on v.id = w.id and v.release_from = $1
        where w.release_to = $1 and (v.release_to is not null or catalog.is_demo_base(%2$L, v.id) and not exists (
            select from catalog.delivery as d
            where d.layer_id = %2$L and d.origin = 'delivery' and d.status in ('accepted', 'unchanged')
                and d.mode = 'replace' and d.scope = 'all' and d.finished_at > $2
        ))
        $sql$, p_versions, p_layer) using p_release, p_released_at;
end
$$;

-- Whether the next delivery of a feature that was edited will be merged with what the demonstration said of it.
create or replace function catalog.is_demo_base(p_layer text, p_id bigint) returns boolean
language plpgsql
stable
as $$
declare
    is_base boolean;
begin
    execute format($sql$
        select exists (
            select from catalog.edited as e
            join history.%1$I as h on h.id = e.feature_id
            join demo_version as w on (w.id, w.release_from) = (h.id, h.release_from) and not w.edited
            where e.layer_id = %1$L and e.feature_id = $1 and h.geom = e.geom and e.delivered = (
                select jsonb_object_agg(name, to_jsonb(h) -> name) from jsonb_object_keys(e.delivered) as name
            )
        )
        $sql$, p_layer) into is_base using p_id;
    return is_base;
end
$$;

-- Takes the rows of demo_version out of layer and history, and gives the number of the release that says so; null
-- where there were none. A layer in which nothing real is open has no current release then: an empty one would say
-- that there is nothing on the ground.
create or replace function catalog.remove_demo_versions(p_layer text, p_by text, p_note text) returns bigint
language plpgsql
as $$
declare
    number_of_release bigint;
    is_emptied boolean;
begin
    if not exists (select from demo_version) then
        return null;
    end if;
    execute format($sql$
        select not exists (
            select from layer.%I as l
            where not exists (select from demo_version as d where d.id = l.id and d.release_to is null)
        )
        $sql$, p_layer) into is_emptied;
    number_of_release := catalog.record_leaving(
        p_layer, (select count(*) from demo_version where release_to is null), p_by, p_note
    );
    if not is_emptied then
        perform catalog.close_demo_versions(p_layer, number_of_release);
    end if;
    execute format($sql$
        delete from layer.%1$I as l using demo_version as d where d.id = l.id and d.release_to is null
        $sql$, p_layer);
    if not is_emptied then
        perform catalog.record_release_tiles(p_layer, number_of_release);
        perform catalog.count_tile_cells(p_layer, number_of_release);
    end if;
    execute format($sql$
        delete from history.%1$I as h using demo_version as d where (d.id, d.release_from) = (h.id, h.release_from)
        $sql$, p_layer);
    perform catalog.take_outcome(p_layer, number_of_release, is_emptied);
    return number_of_release;
end
$$;

-- Moves open demonstration rows to the history, and notes them in etl_diff, as every release does: what counts cells
-- and changed tiles reads them there.
create or replace function catalog.close_demo_versions(p_layer text, p_release bigint) returns void
language plpgsql
as $$
declare
    own text := (
        select string_agg(quote_ident(h.attname), ', ' order by h.attnum)
        from pg_attribute as h
        where h.attrelid = format('history.%I', p_layer)::regclass and h.attnum > 0 and not h.attisdropped
            and h.attname <> 'release_to'
    );
begin
    drop table if exists etl_diff;
    create temporary table etl_diff on commit drop as
        select 'closed'::text as change, id, null::integer as row_number from demo_version where release_to is null;
    create index on etl_diff (id);
    analyze etl_diff;
    execute format($sql$
        insert into history.%1$I (%2$s, release_to)
        select %2$s, $1 from layer.%1$I where id in (select id from etl_diff)
        $sql$, p_layer, own) using p_release;
end
$$;

-- The number of a new release that takes the demonstration out of a layer.
create or replace function catalog.record_leaving(p_layer text, p_rows bigint, p_by text, p_note text) returns bigint
language sql
as $$
    insert into catalog.release (
        layer_id, origin, scope, mode, rows_added, rows_changed, rows_closed, rows_total, demo_rows, released_by, note,
        shape
    )
    select p_layer, 'leave', 'all', 'replace', 0, 0, p_rows, 0, 0, p_by, p_note,
        (select shape from catalog.release where number = l.current_release)
    from catalog.layer as l where l.id = p_layer
    returning number
$$;

-- Writes down what the layer holds after the release, and serves it, or nothing of a layer that is empty now.
create or replace function catalog.take_outcome(p_layer text, p_release bigint, p_is_emptied boolean) returns void
language plpgsql
as $$
declare
    rows_now bigint;
    box box2d;
begin
    execute format('select count(*), st_extent(geom) from layer.%I', p_layer) into rows_now, box;
    update catalog.release set rows_total = rows_now,
        extent = array[st_xmin(box), st_ymin(box), st_xmax(box), st_ymax(box)],
        extent_wgs84 = catalog.wgs84_outline(
            array[st_xmin(box), st_ymin(box), st_xmax(box), st_ymax(box)], find_srid('layer', p_layer, 'geom')
        )
    where number = p_release and box is not null;
    update catalog.layer set current_release = case when p_is_emptied then null else p_release end
    where id = p_layer and current_release is not null;
    if p_is_emptied then
        delete from general.state where layer_id = p_layer;
        delete from catalog.tile_cell where layer_id = p_layer;
        delete from catalog.tile_count where layer_id = p_layer;
        delete from catalog.release_tiles where release in (select number from catalog.release where layer_id = p_layer);
    end if;
    update catalog.generation set n = n + 1;
end
$$;

-- Takes the demonstration rasters of a coverage away, and gives the number of the release that says so; null where
-- there were none. What is real is served on, by that release as well.
create or replace function catalog.remove_demo_rasters(p_layer text, p_by text, p_note text) returns bigint
language plpgsql
as $$
declare
    served catalog.release;
    number_of_release bigint;
begin
    create temporary table demo_raster on commit drop as
    select r.number, raster.store_path
    from catalog.release as r join catalog.raster on raster.release = r.number
    where r.layer_id = p_layer and (r.demo or r.demo_rows > 0);
    if not exists (select from demo_raster) then
        drop table demo_raster;
        return null;
    end if;
    select r.* into served
    from catalog.layer as l join catalog.release as r on r.number = l.current_release where l.id = p_layer;
    number_of_release := catalog.record_leaving(
        p_layer, case when served.demo_rows > 0 then served.rows_total else 0 end, p_by, p_note
    );
    delete from catalog.raster where release in (select number from demo_raster);
    perform catalog.forsake(array(
        select store_path from demo_raster except select store_path from catalog.raster
    ));
    if served.number is null or served.number in (select number from demo_raster) then
        update catalog.layer set current_release = null where id = p_layer;
    else
        insert into catalog.raster (
            release, store_path, size_bytes, cells_sha256, srid, width, height, west, north, cell_width, cell_height,
            bands, file_sha256
        )
        select number_of_release, store_path, size_bytes, cells_sha256, srid, width, height, west, north, cell_width,
            cell_height, bands, file_sha256
        from catalog.raster where release = served.number;
        update catalog.release set rows_total = served.rows_total, extent = served.extent,
            extent_wgs84 = served.extent_wgs84
        where number = number_of_release;
        update catalog.layer set current_release = number_of_release where id = p_layer;
    end if;
    drop table demo_raster;
    update catalog.generation set n = n + 1;
    return number_of_release;
end
$$;

-- Notes files of the store that are to be removed.
create or replace function catalog.forsake(p_places text[]) returns void
language sql
as $$
    insert into catalog.forsaken_file (place) select unnest(p_places) on conflict do nothing
$$;

-- Marks the layer's releases that held demonstration data as left. A release that put real rows back among others
-- keeps these, which are not labelled any more.
create or replace function catalog.mark_left_releases(p_layer text) returns void
language plpgsql
as $$
begin
    update catalog.release set left_at = clock_timestamp()
    where layer_id = p_layer and left_at is null and (demo or demo_rows > 0);
    if to_regclass(format('layer.%I', p_layer)) is null then
        return;
    end if;
    execute format($sql$
        update catalog.release as r set demo = false
        where r.layer_id = %1$L and r.demo and r.origin <> 'demo' and (
            exists (select from layer.%1$I as l where l.release_from = r.number)
            or exists (select from history.%1$I as h where h.release_from = r.number)
        )
        $sql$, p_layer);
end
$$;

-- Takes away what demonstration deliveries left behind: originals, reports, refused rows, placed addresses. What waits
-- for a person is returned. One that is under way is not touched: it finds that it has no place here.
create or replace function catalog.remove_demo_deliveries(p_layer text) returns void
language plpgsql
as $$
declare
    left_ones bigint[] := array(
        select id from catalog.delivery
        where layer_id = p_layer and origin = 'demo' and left_at is null and status <> 'received'
    );
begin
    delete from catalog.address_correction as c
    where exists (select from catalog.placed_row as p where p.delivery_id = any(left_ones) and p.address = c.address)
        and not exists (
            select from catalog.placed_row as p join catalog.delivery as d on d.id = p.delivery_id
            where p.address = c.address and d.origin <> 'demo'
        );
    delete from catalog.placed_row where delivery_id = any(left_ones);
    delete from quarantine.row where delivery_id = any(left_ones);
    update catalog.decision set report = null where delivery_id = any(left_ones);
    update catalog.delivery set report = null, diagnosis = null, left_at = clock_timestamp(),
        status = case status when 'diagnosed' then 'returned' else status end,
        finished_at = coalesce(finished_at, clock_timestamp())
    where id = any(left_ones);
    perform catalog.forsake(array(
        select store_path from catalog.delivery where id = any(left_ones)
        except
        select store_path from catalog.delivery where left_at is null
    ));
end
$$;

-- Takes away what persons drew on features that are gone: edits that wait or were decided, bases of the next merge, and
-- conflicts. p_reason: why a change set of which nothing is left is rejected.
create or replace function catalog.remove_demo_edits(p_layer text, p_by text, p_reason text) returns void
language plpgsql
as $$
begin
    create temporary table gone_feature (id bigint primary key) on commit drop;
    execute format($sql$
        insert into gone_feature
        select distinct d.id from demo_version as d
        where not exists (select from layer.%1$I as l where l.id = d.id)
            and not exists (select from history.%1$I as h where h.id = d.id)
        $sql$, p_layer);
    delete from catalog.edit as e using catalog.change_set as s
    where s.id = e.change_set and s.layer_id = p_layer and e.feature_id in (select id from demo_version)
        and (
            e.feature_id in (select id from gone_feature)
            or e.base_release in (select number from catalog.release where left_at is not null)
        );
    update catalog.change_set as s set status = 'rejected', decided_at = clock_timestamp(), decided_by = p_by,
        reason = p_reason
    where s.layer_id = p_layer and s.status = 'open'
        and not exists (select from catalog.edit as e where e.change_set = s.id);
    delete from catalog.edited where layer_id = p_layer and feature_id in (select id from gone_feature);
    delete from catalog.conflict where layer_id = p_layer and feature_id in (select id from gone_feature);
    update catalog.conflict set base = null, base_geom = null, ours = null, ours_geom = null
    where layer_id = p_layer and status = 'decided' and feature_id in (select id from demo_version);
    drop table gone_feature;
end
$$;

-- Keeps what persons made of demonstration rows: it counts as drawn by them, and its agency has never had it.
create or replace function catalog.keep_edited_versions(p_layer text) returns void
language plpgsql
as $$
begin
    update catalog.edited set delivered = null, geom = null
    where layer_id = p_layer and feature_id in (select id from demo_version where edited);
    delete from demo_version where edited;
end
$$;

-- Whether any release that was read held demonstration data that is gone. p_releases: numbers by layer.
create or replace function catalog.rests_on_left(p_releases jsonb) returns boolean
language sql
stable
as $$
    select jsonb_typeof(p_releases) = 'object' and exists (
        select from jsonb_each_text(p_releases) as used
        join catalog.release as r on r.number = used.value::bigint and r.layer_id = used.key
        where r.left_at is not null
    )
$$;

-- The same of demonstration data that is still there.
create or replace function catalog.rests_on_demo(p_releases jsonb) returns boolean
language sql
stable
as $$
    select jsonb_typeof(p_releases) = 'object' and exists (
        select from jsonb_each_text(p_releases) as used
        join catalog.release as r on r.number = used.value::bigint and r.layer_id = used.key
        where r.demo or r.demo_rows > 0
    )
$$;

-- Takes away all that was made from releases that are left: results of jobs, files of whole layers, runs of indicator
-- sets. The locks are held from here to the end of the transaction: what is finished meanwhile waits, and then sees
-- that it has no place (job.refuse_left, processes/queue/downloads.py).
create or replace function catalog.remove_left_results() returns void
language plpgsql
as $$
declare
    places text[];
begin
    lock table job.job, catalog.download in share row exclusive mode;
    update job.job set gone_at = clock_timestamp(), kept = false
    where status = 'successful' and gone_at is null and catalog.rests_on_left(releases);
    with removed as (
        delete from job.output where job_id in (
            select coalesce(result_of, id) from job.job where gone_at is not null and catalog.rests_on_left(releases)
        )
        returning file
    )
    select array_agg(file) into places from removed where file is not null;
    perform catalog.forsake(places);
    with removed as (
        delete from catalog.download as d using catalog.release as r
        where r.number = d.release and r.left_at is not null
        returning d.file
    )
    select array_agg(file) into places from removed;
    perform catalog.forsake(places);
    delete from indicator.run where catalog.rests_on_left(releases);
end
$$;

-- A job that has read a layer before the demonstration left it, and ends afterwards, has no result.
create or replace function job.refuse_left() returns trigger
language plpgsql
security definer
set search_path = job, catalog, pg_temp
as $$
begin
    if catalog.rests_on_left(new.releases) then
        new.gone_at := clock_timestamp();
    end if;
    return new;
end
$$;
revoke execute on function job.refuse_left() from public;
create or replace trigger refuse_left before update of status on job.job
for each row when (new.status = 'successful') execute function job.refuse_left();

-- Everything beside rows that is, or rests on, demonstration data: what it is, of which layer, and how many.
create or replace function catalog.demo_traces()
returns table (kind text, layer_id text, count bigint)
language sql
stable
as $$
    select 'raster', r.layer_id, count(*)
    from catalog.raster join catalog.release as r on r.number = raster.release
    where r.demo or r.demo_rows > 0 group by r.layer_id
    union all
    select 'download', d.layer_id, count(*)
    from catalog.download as d join catalog.release as r on r.number = d.release
    where r.demo or r.demo_rows > 0 group by d.layer_id
    union all
    select 'generalised', s.layer_id, 1
    from general.state as s join catalog.release as r on r.number = s.release
    where s.form <> 'rows' and (r.demo or r.demo_rows > 0)
    union all
    select 'cells', c.layer_id, 1
    from catalog.tile_count as c join catalog.release as r on r.number = c.release
    where r.demo or r.demo_rows > 0
    union all
    select 'delivery', d.layer_id, count(*)
    from catalog.delivery as d where d.origin = 'demo' and d.left_at is null group by d.layer_id
    union all
    select 'refused', d.layer_id, count(*)
    from quarantine.row as q join catalog.delivery as d on d.id = q.delivery_id
    where d.origin = 'demo' group by d.layer_id
    union all
    select 'placed', d.layer_id, count(*)
    from catalog.placed_row as p join catalog.delivery as d on d.id = p.delivery_id
    where d.origin = 'demo' group by d.layer_id
    union all
    select 'edit', s.layer_id, count(*)
    from catalog.edit as e
    join catalog.change_set as s on s.id = e.change_set
    join catalog.release as r on r.number = e.base_release
    where r.origin = 'demo' group by s.layer_id
    union all
    select 'run', null, count(*) from indicator.run where catalog.rests_on_demo(releases) having count(*) > 0
    union all
    select 'result', null, count(distinct o.job_id)
    from job.output as o join job.job as j on coalesce(j.result_of, j.id) = o.job_id
    where catalog.rests_on_demo(j.releases) having count(*) > 0
    union all
    select 'file', null, count(*) from catalog.forsaken_file having count(*) > 0
$$;
