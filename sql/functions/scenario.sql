-- Who sees a scenario, and what its author may do with it. Who asks is signed (sql/functions/access_claims.sql): the
-- session carries the name as dothi.reader, and cannot make it. Tables are read through row-level security; they are
-- written by the functions below alone, each of which looks who asks.

-- The person who asks, and the agency for which they act; no row for who has not signed in or is let in no more.
create or replace function scenario.reader()
returns table (id uuid, author text, agency text)
language sql stable security definer set search_path = access, pg_temp as $$
    select person.id, said.author, person.agency
    from (select access.verified(current_setting('dothi.reader', true)) ->> 'author') as said (author),
        lateral access.person_at_work(said.author) as person
    where said.author is not null;
$$;

-- Whether who asks sees what belongs to this owner and is shared like this. A group is an agency, or the centre.
create or replace function scenario.shows(owner uuid, agency text, sharing text)
returns boolean language sql stable security definer set search_path = scenario, pg_temp as $$
    select exists (
        select from scenario.reader() as reader
        where
            reader.id = shows.owner or shows.sharing = 'everybody'
            or (shows.sharing = 'group' and reader.agency is not distinct from shows.agency)
    );
$$;

-- Whether who asks is this owner.
create or replace function scenario.is_own(owner uuid)
returns boolean language sql stable security definer set search_path = scenario, pg_temp as $$
    select exists (select from scenario.reader() as reader where reader.id = is_own.owner);
$$;

-- Whether who asks sees all of these scenarios, also those that were removed since.
create or replace function scenario.all_shown(ids uuid[])
returns boolean language sql stable security definer set search_path = scenario, pg_temp as $$
    select ids = '{}' or (
        select count(*) = cardinality(ids) from scenario.scenario as s
        where s.id = any(ids) and scenario.shows(s.owner, s.agency, s.sharing)
    );
$$;

drop policy if exists shown on scenario.scenario;
create policy shown on scenario.scenario for select to dothi_reader_internal
using (removed_at is null and scenario.shows(owner, agency, sharing));
drop policy if exists shown on scenario.version;
create policy shown on scenario.version for select to dothi_reader_internal
using (exists (select from scenario.scenario as s where s.id = version.scenario_id));
-- what a job was accepted with is read when its turn comes
drop policy if exists all_of_jobs on scenario.scenario;
create policy all_of_jobs on scenario.scenario for select to dothi_worker using (true);
drop policy if exists all_of_jobs on scenario.version;
create policy all_of_jobs on scenario.version for select to dothi_worker using (true);

-- The id of a new scenario of who asks; null for who has not signed in.
create or replace function scenario.make(name text, description text, sharing text)
returns uuid language sql volatile security definer set search_path = scenario, pg_temp as $$
    insert into scenario.scenario (name, description, sharing, owner, author, agency)
    select make.name, make.description, make.sharing, reader.id, reader.author, reader.agency
    from scenario.reader() as reader
    returning id;
$$;

-- Whether who asks is the author of the scenario, which then cannot be changed by anybody else until the end of the
-- transaction.
create or replace function scenario.lock_own(scenario_id uuid)
returns boolean language plpgsql volatile security definer set search_path = scenario, pg_temp as $$
begin
    perform from scenario.scenario as s, scenario.reader() as reader
    where s.id = lock_own.scenario_id and s.removed_at is null and s.owner = reader.id
    for update of s;
    return found;
end;
$$;

-- Gives the scenario another name, description or sharing; null leaves what there is. False for who is not its author.
create or replace function scenario.describe(scenario_id uuid, name text, description text, sharing text)
returns boolean language plpgsql volatile security definer set search_path = scenario, pg_temp as $$
begin
    if not scenario.lock_own(scenario_id) then
        return false;
    end if;
    update scenario.scenario as s set
        name = coalesce(describe.name, s.name),
        description = coalesce(describe.description, s.description),
        sharing = coalesce(describe.sharing, s.sharing),
        updated_at = clock_timestamp()
    where s.id = describe.scenario_id;
    return true;
end;
$$;

-- Takes the scenario away: nobody sees it any more. False for who is not its author.
create or replace function scenario.remove(scenario_id uuid)
returns boolean language plpgsql volatile security definer set search_path = scenario, pg_temp as $$
begin
    if not scenario.lock_own(scenario_id) then
        return false;
    end if;
    update scenario.scenario as s set removed_at = clock_timestamp() where s.id = remove.scenario_id;
    return true;
end;
$$;

-- The number of a new version; null for who is not the author of the scenario.
create or replace function scenario.add_version(scenario_id uuid, digest text, changes jsonb, message text)
returns integer language plpgsql volatile security definer set search_path = scenario, pg_temp as $$
declare
    next_number integer;
begin
    if not scenario.lock_own(scenario_id) then
        return null;
    end if;
    select coalesce(max(v.number), 0) + 1 into next_number
    from scenario.version as v where v.scenario_id = add_version.scenario_id;
    insert into scenario.version (scenario_id, number, digest, changes, message, author)
    select
        add_version.scenario_id, next_number, add_version.digest, add_version.changes, add_version.message,
        reader.author
    from scenario.reader() as reader;
    update scenario.scenario as s set updated_at = clock_timestamp() where s.id = add_version.scenario_id;
    return next_number;
end;
$$;

-- The scenarios that a job is about: the one among its inputs, and those of the earlier jobs that its inputs name, as
-- far as who asks sees them. A job that they do not see is none to the run either, which will say so.
create or replace function job.scenarios_in(inputs jsonb)
returns uuid[] language sql stable security definer set search_path = job, pg_temp as $$
    with reference (id) as (
        select value #>> '{}' from jsonb_path_query(
            case when jsonb_typeof(inputs) = 'object' then inputs else '{}' end,
            '$.keyvalue() ? (@.key == "job" || @.key == "before" || @.key == "after").value ? (@.type() == "string")'
        ) as value
        union all
        select value #>> '{}' from unnest(array['$.*.job', '$.*[*].job', '$.*[*].*.job']::jsonpath[]) as place,
            lateral jsonb_path_query(
                case when jsonb_typeof(inputs) = 'object' then inputs else '{}' end, place
            ) as value
    ), concerned (id) as (
        select (inputs #>> '{scenario,id}')::uuid
        where
            (inputs #>> '{scenario,id}')
            ~ '^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$'
        union
        select unnest(earlier.scenarios)
        from reference join job.job as earlier on earlier.id::text = lower(reference.id)
        where scenario.all_shown(earlier.scenarios)
    )
    select coalesce(array_agg(concerned.id order by concerned.id), '{}')
    from concerned join scenario.scenario as s on s.id = concerned.id
    where scenario.shows(s.owner, s.agency, s.sharing);
$$;

create or replace function job.note_scenarios() returns trigger
language plpgsql security definer set search_path = job, pg_temp as $$
begin
    if new.audience = 'internal' then
        new.scenarios := job.scenarios_in(new.inputs);
    end if;
    return new;
end;
$$;
create or replace trigger note_scenarios before insert on job.job
for each row execute function job.note_scenarios();

revoke execute on function
scenario.reader(), scenario.shows(uuid, text, text), scenario.is_own(uuid), scenario.all_shown(uuid[]),
scenario.make(text, text, text),
scenario.lock_own(uuid), scenario.describe(uuid, text, text, text), scenario.remove(uuid),
scenario.add_version(uuid, text, jsonb, text), job.scenarios_in(jsonb), job.note_scenarios()
from public;
grant execute on function
scenario.shows(uuid, text, text), scenario.is_own(uuid), scenario.make(text, text, text),
scenario.describe(uuid, text, text, text), scenario.remove(uuid), scenario.add_version(uuid, text, jsonb, text)
to dothi_reader_internal;
-- sql/functions/job.sql asks it for whoever asks for a job
grant execute on function scenario.all_shown(uuid[]) to dothi_reader_internal, dothi_reader_public;
