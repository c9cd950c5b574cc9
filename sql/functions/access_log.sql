-- Adds a line to the log of what people did, chained to the line before it, and gives its number.
-- One writer at a time: a chain has one end.
create or replace function access.note(person uuid, action text, detail jsonb default '{}')
returns bigint language plpgsql security definer set search_path = access, pg_temp as $$
declare
    last access.log;
    now_at constant timestamptz := date_trunc('milliseconds', clock_timestamp());
begin
    perform pg_advisory_xact_lock(920900100);
    select * into last from access.log order by number desc limit 1;
    insert into access.log (number, at, person, action, detail, sha256)
    values (
        coalesce(last.number, 0) + 1, now_at, note.person, note.action, note.detail,
        access.log_hash(last.sha256, coalesce(last.number, 0) + 1, now_at, note.person, note.action, note.detail)
    );
    return coalesce(last.number, 0) + 1;
end;
$$;

-- SHA-256 of a line and of the hash before it, as anybody can work it out: the parts in UTF-8, each after its length
-- in bytes and a colon.
create or replace function access.log_hash(
    before bytea, number bigint, at timestamptz, person uuid, action text, detail jsonb
) returns bytea language sql immutable set search_path = access, pg_temp set timezone = 'UTC' as $$
    select sha256(convert_to(string_agg(octet_length(convert_to(part, 'UTF8')) || ':' || part, '' order by place), 'UTF8'))
    from unnest(array[
        coalesce(encode(before, 'hex'), ''), number::text, to_char(at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
        coalesce(person::text, ''), action, detail::text
    ]) with ordinality as parts (part, place);
$$;

-- The first line that does not follow from the one before it, or null; with the number of lines and the last hash.
create or replace function access.verify_log(out lines bigint, out first_broken bigint, out last_sha256 text)
language sql stable security definer set search_path = access, pg_temp as $$
    with chained as (
        select
            number, sha256, row_number() over (order by number) as place,
            access.log_hash(lag(sha256) over (order by number), number, at, person, action, detail) as computed
        from access.log
    )
    select
        count(*), min(number) filter (where sha256 <> computed or number <> place),
        encode((array_agg(sha256 order by number desc))[1], 'hex')
    from chained;
$$;

revoke execute on function access.note(uuid, text, jsonb), access.verify_log() from public;
grant execute on function access.note(uuid, text, jsonb) to dothi_gatekeeper, dothi_loader, dothi_editor;
grant execute on function access.verify_log() to dothi_gatekeeper;
