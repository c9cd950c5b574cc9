-- What the database has signed for who knows who asks (dothi/core/access/signing.py): claims of an access class, and
-- under which name jobs are kept. The role that answers requests carries both, and cannot make them: SQL that somebody
-- smuggled into a query sees no other rows, and neither asks nor reads in the name of anybody else.

-- The document as a text that access.verified() takes for so many seconds. It is called by the functions below alone.
create or replace function access.signed(document jsonb, lasts_s integer)
returns text language sql volatile security definer set search_path = access, public, pg_temp as $$
    select body || '.' || encode(hmac(convert_to(body, 'UTF8'), secret, 'sha256'), 'hex')
    from claim_key, lateral (
        select replace(encode(convert_to((
            document || jsonb_build_object('until', extract(epoch from clock_timestamp())::bigint + lasts_s)
        )::text, 'UTF8'), 'base64'), e'\n', '') as body
    ) as written;
$$;

-- The document in such a text; null for what is not signed, or not valid any more.
create or replace function access.verified(token text)
returns jsonb language plpgsql stable parallel safe security definer set search_path = access, public, pg_temp as $$
declare
    body constant text := split_part(token, '.', 1);
    document jsonb;
begin
    if token is null or token = '' then
        return null;
    end if;
    if split_part(token, '.', 2) is distinct from
        (select encode(hmac(convert_to(body, 'UTF8'), secret, 'sha256'), 'hex') from claim_key)
    then
        return null;
    end if;
    document := convert_from(decode(body, 'base64'), 'UTF8')::jsonb;
    return case when (document ->> 'until')::bigint >= extract(epoch from clock_timestamp()) then document end;
end;
$$;

-- Claims by layer, as a text for the setting dothi.claims. A layer that is claimed as a whole stands there as 0: most
-- are, and each statement reads the text several times.
create or replace function access.sign_claims(claims jsonb, lasts_s integer)
returns text language sql volatile security definer set search_path = access, pg_temp as $$
    select access.signed(jsonb_build_object('layers', (
        select coalesce(
            jsonb_object_agg(key, case when value = '{"rows": null, "columns": []}' then '0' else value end), '{}'
        ) from jsonb_each(claims)
    )), lasts_s);
$$;

-- Claims by layer as they were signed; null without claims. The functions below it run as whoever asks, and their text
-- is parsed when they are created, so that the planner puts the shorter ones in the place of their calls: a statement
-- on a guarded layer calls two or three of them. In plpgsql, which keeps its plan: an SQL function that is not put in
-- the place of its call is begun and ended each time, which took a third of the time.
create or replace function access.signed_claims()
returns jsonb language plpgsql stable parallel safe security definer set search_path = access, pg_temp as $$
begin
    return access.verified(current_setting('dothi.claims', true)) -> 'layers';
end;
$$;

-- What the session has claimed, by layer; null without claims.
create or replace function access.claims()
returns jsonb language sql stable parallel safe
begin atomic
    select jsonb_object_agg(key, case when value = '0' then '{"rows": null, "columns": []}' else value end)
    from jsonb_each(access.signed_claims());
end;

-- Ids of the layers of which the session has claimed something.
create or replace function access.claimed_layers()
returns text[] language sql stable parallel safe
return array(select jsonb_object_keys(access.signed_claims()));

-- Ids of the layers of which the session has claimed all rows.
create or replace function access.whole_layers()
returns text[] language sql stable parallel safe
return array(select key from jsonb_each(access.signed_claims()) where value = '0' or value -> 'rows' = 'null');

-- Whether the session has claimed all rows of the layer.
create or replace function access.claims_all_rows(layer_id text)
returns boolean language sql stable parallel safe
return coalesce(jsonb_path_exists(access.signed_claims() -> layer_id, '$ ? (@ == 0 || @.rows == null)'), false);

-- The values by which the session has claimed rows of the layer.
create or replace function access.claimed_values(layer_id text, column_name text)
returns text[] language sql stable parallel safe
return array(select jsonb_array_elements_text(access.signed_claims() -> layer_id -> 'rows' -> column_name));

-- Whether the session has claimed the restricted column.
create or replace function access.claims_column(layer_id text, column_name text)
returns boolean language sql stable parallel safe
return coalesce(access.signed_claims() -> layer_id -> 'columns' ? column_name, false);

-- The name under which releases and jobs are kept of who asks, as a text for the setting dothi.author.
create or replace function access.sign_author(author text, lasts_s integer)
returns text language sql volatile security definer set search_path = access, pg_temp as $$
    select access.signed(jsonb_build_object('author', author), lasts_s);
$$;

-- In whose name the session asks; null for who has not said.
create or replace function access.author()
returns text language sql stable parallel safe security definer set search_path = access, pg_temp as $$
    select access.verified(current_setting('dothi.author', true)) ->> 'author';
$$;

revoke execute on function
access.signed(jsonb, integer), access.verified(text), access.sign_claims(jsonb, integer),
access.sign_author(text, integer)
from public;
grant execute on function access.sign_claims(jsonb, integer), access.sign_author(text, integer)
to dothi_gatekeeper, dothi_worker;
