-- Adds a line to the log of what people did, chained to the line before it, and gives its number. It is called by the
-- functions below alone: each writes what its callers may say.
-- One writer at a time: a chain has one end.
create or replace function access.append(person uuid, action text, detail jsonb)
returns bigint language plpgsql security definer set search_path = access, pg_temp as $$
declare
    last access.log;
    now_at timestamptz;
begin
    perform pg_advisory_xact_lock(920900100);
    now_at := date_trunc('milliseconds', clock_timestamp());
    select * into last from access.log order by number desc limit 1;
    insert into access.log (number, at, person, action, detail, sha256)
    values (
        coalesce(last.number, 0) + 1, now_at, append.person, append.action, append.detail,
        access.log_hash(last.sha256, coalesce(last.number, 0) + 1, now_at, append.person, append.action, append.detail)
    );
    return coalesce(last.number, 0) + 1;
end;
$$;

-- What the gatekeeper says of people, sessions and keys. What happened to data has a dot in its name and is written by
-- triggers alone: no role can say that somebody released what nobody did.
create or replace function access.note(person uuid, action text, detail jsonb default '{}')
returns bigint language plpgsql security definer set search_path = access, pg_temp as $$
begin
    if note.action like '%.%' then
        raise insufficient_privilege using message = format('only a trigger writes "%s"', note.action);
    end if;
    return access.append(note.person, note.action, note.detail);
end;
$$;

-- The person whom releases, deliveries and jobs name as `agency/name` or `name`, or null.
create or replace function access.person_of(author text)
returns uuid language sql stable security definer set search_path = access, pg_temp as $$
    select id from access.person where name = substring(author from '[^/]*$');
$$;

-- Notes what happened to data, for triggers: by the person whose name the author is, and with the program that did it.
create or replace function access.note_event(action text, author text, detail jsonb)
returns void language sql security definer set search_path = access, pg_temp as $$
    select access.append(
        access.person_of(note_event.author), note_event.action,
        note_event.detail || jsonb_build_object('program', current_setting('application_name'))
    );
$$;

-- Notes that a person read layers which not everybody sees: one line for a layer and minute, whoever answered.
create or replace function access.note_reads(person uuid, layers text[])
returns void language plpgsql security definer set search_path = access, pg_temp as $$
begin
    perform pg_advisory_xact_lock(920900100);
    perform access.append(note_reads.person, 'layer_read', jsonb_build_object('layer', layer_id))
    from unnest(note_reads.layers) as layer_id
    where not exists (
        select from access.log
        where
            log.person = note_reads.person and log.action = 'layer_read' and log.detail ->> 'layer' = layer_id
            and log.at >= date_trunc('minute', clock_timestamp())
    );
end;
$$;

-- Notes the rules of access.yml where they are not those that were noted last.
create or replace function access.note_policy(rules jsonb)
returns void language plpgsql security definer set search_path = access, pg_temp as $$
begin
    -- of several processes that start at one moment, one notes it
    perform pg_advisory_xact_lock(920900100);
    if note_policy.rules is distinct from (
        select detail -> 'rules' from access.log where action = 'policy_changed' order by number desc limit 1
    ) then
        perform access.append(null, 'policy_changed', jsonb_build_object('rules', note_policy.rules));
    end if;
end;
$$;

-- SHA-256 of a line and of the hash before it, as anybody can work it out: the parts in UTF-8, each after its length
-- in bytes and a colon.
create or replace function access.log_hash(
    before bytea, number bigint, at timestamptz, person uuid, action text, detail jsonb
) returns bytea language sql immutable set search_path = access, pg_temp set timezone = 'UTC' as $$
    select sha256(convert_to(
        string_agg(octet_length(convert_to(part, 'UTF8')) || ':' || part, '' order by place), 'UTF8'
    ))
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

-- Whoever is called like that and is let in, for workers: what somebody queued is done if they may still do it.
create or replace function access.person_at_work(author text)
returns table (id uuid, name text, title text, role text, language text, agency text)
language sql stable security definer set search_path = access, pg_temp as $$
    select p.id, p.name, p.title, p.role, p.language, p.agency from access.person as p
    where p.id = access.person_of(author) and p.disabled_at is null;
$$;

-- loader and editor: installations of before let them note whatever they liked
revoke execute on function
access.append(uuid, text, jsonb), access.note(uuid, text, jsonb), access.note_event(text, text, jsonb),
access.person_of(text), access.person_at_work(text), access.note_policy(jsonb), access.note_reads(uuid, text[]),
access.verify_log()
from public, dothi_loader, dothi_editor;
grant execute on function
access.note(uuid, text, jsonb), access.note_policy(jsonb), access.note_reads(uuid, text[]), access.verify_log()
to dothi_gatekeeper;
grant execute on function access.person_at_work(text) to dothi_loader;
