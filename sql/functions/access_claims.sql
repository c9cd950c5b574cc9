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

-- Claims by layer, as a text for the setting dothi.claims.
create or replace function access.sign_claims(claims jsonb, lasts_s integer)
returns text language sql volatile security definer set search_path = access, pg_temp as $$
    select access.signed(jsonb_build_object('layers', claims), lasts_s);
$$;

-- What the session has claimed, by layer; null without claims.
create or replace function access.claims()
returns jsonb language sql stable parallel safe security definer set search_path = access, pg_temp as $$
    select access.verified(current_setting('dothi.claims', true)) -> 'layers';
$$;

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
