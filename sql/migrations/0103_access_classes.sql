-- Layers, columns and rows that not everybody sees who works with the platform (docs/decisions/0103-access-classes.md).
-- What somebody may see of them reaches the database as claims that it has signed itself: the role that answers
-- requests carries them, and cannot make them.

-- guard: how the layer's tables are guarded now, as made by dothi/core/guard_sync.py; null where everybody sees it.
-- hides_rows: a claim is needed to see it at all. row_columns: by which columns claims may choose its rows.
alter table catalog.layer
add column guard text,
add column hides_rows boolean not null default false,
add column row_columns text[] collate "C" not null default '{}';

-- The key with which claims are signed.
create table access.claim_key (
    only_row boolean primary key default true check (only_row),
    secret bytea not null
);
insert into access.claim_key (secret) values (gen_random_bytes(32));

-- Claims: by layer what restricted columns of it somebody sees, and which of its rows: {"wells": {"columns": ["owner"],
-- "rows": {"district_code": ["366"]}}}, where rows is null for all of them.
-- Whoever knows who asks (the gatekeeper, and the worker for who started a job) has them signed; whoever answers sets
-- them as dothi.claims, where each statement looks once.

-- The claims as a text that access.claims() takes for so many seconds.
create function access.sign_claims(claims jsonb, lasts_s integer)
returns text language sql volatile security definer set search_path = access, public, pg_temp as $$
    select body || '.' || encode(hmac(convert_to(body, 'UTF8'), secret, 'sha256'), 'hex')
    from claim_key, lateral (
        select replace(encode(convert_to(jsonb_build_object(
            'layers', claims, 'until', extract(epoch from clock_timestamp())::bigint + lasts_s
        )::text, 'UTF8'), 'base64'), e'\n', '') as body
    ) as written;
$$;

-- What the session has claimed, by layer; null without claims, and for those that are not signed or not valid any more.
create function access.claims()
returns jsonb language plpgsql stable parallel safe security definer set search_path = access, public, pg_temp as $$
declare
    token constant text := current_setting('dothi.claims', true);
    body constant text := split_part(token, '.', 1);
    claimed jsonb;
begin
    if token is null or token = '' then
        return null;
    end if;
    if split_part(token, '.', 2) is distinct from
        (select encode(hmac(convert_to(body, 'UTF8'), secret, 'sha256'), 'hex') from claim_key)
    then
        return null;
    end if;
    claimed := convert_from(decode(body, 'base64'), 'UTF8')::jsonb;
    if (claimed ->> 'until')::bigint < extract(epoch from clock_timestamp()) then
        return null;
    end if;
    return claimed -> 'layers';
end;
$$;

-- Ids of the layers of which the session has claimed something.
create function access.claimed_layers()
returns text[] language sql stable parallel safe set search_path = access, pg_temp as $$
    select coalesce(array_agg(id), '{}') from jsonb_object_keys(access.claims()) as id;
$$;

-- Ids of the layers of which the session has claimed all rows.
create function access.whole_layers()
returns text[] language sql stable parallel safe set search_path = access, pg_temp as $$
    select coalesce(array_agg(key), '{}') from jsonb_each(access.claims()) where value -> 'rows' = 'null';
$$;

-- Whether the session has claimed all rows of the layer.
create function access.claims_all_rows(layer_id text)
returns boolean language sql stable parallel safe set search_path = access, pg_temp as $$
    select coalesce(access.claims() -> layer_id -> 'rows' = 'null', false);
$$;

-- The values by which the session has claimed rows of the layer.
create function access.claimed_values(layer_id text, column_name text)
returns text[] language sql stable parallel safe set search_path = access, pg_temp as $$
    select coalesce(array_agg(value), '{}')
    from jsonb_array_elements_text(access.claims() -> layer_id -> 'rows' -> column_name) as value;
$$;

-- Whether the session has claimed the restricted column.
create function access.claims_column(layer_id text, column_name text)
returns boolean language sql stable parallel safe set search_path = access, pg_temp as $$
    select coalesce(access.claims() -> layer_id -> 'columns' ? column_name, false);
$$;

revoke execute on function access.sign_claims(jsonb, integer) from public;
grant execute on function access.sign_claims(jsonb, integer) to dothi_gatekeeper, dothi_worker;

-- How each layer is guarded now: a service does not serve what is to be guarded in another way.
create function access.guards()
returns table (id text, guard text) language sql stable security definer set search_path = catalog, pg_temp as $$
    select layer.id, layer.guard from layer;
$$;
revoke execute on function access.guards() from public;
grant execute on function access.guards() to dothi_gatekeeper;

-- What hangs on a layer is seen by who sees the layer; what tells of its rows, by who sees all of them.
drop policy internal_layers on catalog.layer;
create policy internal_layers on catalog.layer for select to dothi_reader_internal
using (
    case when hides_rows then id = any((select access.claimed_layers())::text[]) else access <> 'restricted' end
);
create policy edited_layers_seen on catalog.layer for select to dothi_editor
using (hides_rows or access <> 'restricted');
drop policy edited_layers on catalog.layer;
create policy edited_layers on catalog.layer for update to dothi_editor
using (hides_rows or access <> 'restricted');

do $$
declare
    name text;
begin
    foreach name in array array[
        'catalog.tile_cell', 'catalog.tile_count', 'general.state', 'general.block', 'general.outline'
    ] loop
        execute format('drop policy visible on %s', name);
        execute format(
            'create policy visible on %s for select to dothi_reader_public'
            ' using (layer_id in (select id from catalog.layer))', name
        );
        execute format(
            'create policy visible_internal on %s for select to dothi_reader_internal using (layer_id in ('
            '    select id from catalog.layer'
            '    where not hides_rows or id = any((select access.whole_layers())::text[])))', name
        );
    end loop;
end
$$;

-- Which tiles a release has changed tells where rows are.
drop policy visible on catalog.release_tiles;
create policy visible on catalog.release_tiles for select to dothi_reader_public
using (release in (select number from catalog.release));
create policy visible_internal on catalog.release_tiles for select to dothi_reader_internal
using (
    release in (
        select release.number
        from catalog.layer
        inner join catalog.release on layer.id = release.layer_id
        where not layer.hides_rows or layer.id = any((select access.whole_layers())::text[])
    )
);
drop policy internal_downloads on catalog.download;
create policy internal_downloads on catalog.download for select to dothi_reader_internal
using (audience = 'internal' and layer_id in (select id from catalog.layer));

-- What a claim shows of restricted columns: views of the layers and of their history.
create schema guarded;
create schema guarded_history;
grant usage on schema guarded, guarded_history to dothi_reader_internal;
grant usage on schema access to dothi_reader_internal, dothi_worker;
-- views of schema share read as whoever asks them
grant usage on schema layer to dothi_gis_public, dothi_gis_internal;

-- What the person who started it saw, as claims; null for what everybody sees.
alter table job.job add column claims jsonb default access.claims();
-- sql/functions/job.sql has others, which look at the claims too.
drop function if exists job.answerable(text, text);
drop function if exists job.answered(text, text);
drop function if exists job.underway(text, text);
