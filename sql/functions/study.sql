-- Who reads a study, and what its members may do with it. Tables are read through row-level security; they are written
-- by the functions below alone, each of which looks who asks: that name is signed (scenario.reader).

-- Whether who asks owns the study, or works on it.
create or replace function study.is_member(study_id uuid)
returns boolean language sql stable security definer set search_path = study, pg_temp as $$
    select exists (
        select from study.study as s, scenario.reader() as reader
        where s.id = is_member.study_id and s.removed_at is null and (
            s.owner = reader.id
            or exists (select from study.member as m where m.study_id = s.id and m.person = reader.id)
        )
    );
$$;

-- Whether who asks reads the study.
create or replace function study.is_shown(study_id uuid)
returns boolean language sql stable security definer set search_path = study, pg_temp as $$
    select exists (
        select from study.study as s
        where s.id = is_shown.study_id and s.removed_at is null
            and (scenario.shows(s.owner, s.agency, s.sharing) or study.is_member(s.id))
    );
$$;

drop policy if exists shown on study.study;
create policy shown on study.study for select to dothi_reader_internal
using (removed_at is null and (scenario.shows(owner, agency, sharing) or study.is_member(id)));
drop policy if exists shown on study.member;
create policy shown on study.member for select to dothi_reader_internal using (study.is_shown(study_id));
drop policy if exists shown on study.run;
create policy shown on study.run for select to dothi_reader_internal using (study.is_shown(study_id));

-- Whether a study that is there has this job among its runs: its result is kept for as long.
create or replace function study.keeps(job_id uuid)
returns boolean language sql stable security definer set search_path = study, pg_temp as $$
    select exists (
        select from study.run as r join study.study as s on s.id = r.study_id
        where r.job_id = keeps.job_id and s.removed_at is null
    );
$$;

-- The id of a new study of who asks; null for who has not signed in, and for who has as many as may be.
create or replace function study.make(name text, question text, sharing text, most bigint)
returns uuid language sql volatile security definer set search_path = study, pg_temp as $$
    insert into study.study (name, question, sharing, owner, author, agency)
    select make.name, make.question, make.sharing, reader.id, reader.author, reader.agency
    from scenario.reader() as reader
    where (select count(*) from study.study as s where s.owner = reader.id and s.removed_at is null) < make.most
    returning id;
$$;

-- Whether who asks works on the study, which then cannot be changed by anybody else until the end of the transaction.
-- owner: whether only its owner may.
create or replace function study.lock_own(study_id uuid, owner boolean)
returns boolean language plpgsql volatile security definer set search_path = study, pg_temp as $$
begin
    perform from study.study as s where s.id = lock_own.study_id and s.removed_at is null for update;
    return found and study.is_member(lock_own.study_id) and (not lock_own.owner or exists (
        select from study.study as s, scenario.reader() as reader
        where s.id = lock_own.study_id and s.owner = reader.id
    ));
end;
$$;

-- Gives the study another name, question, conclusion or sharing; null leaves what there is. False for who may not:
-- members write, only the owner shares.
create or replace function study.describe(
    study_id uuid, name text, question text, conclusion text, sharing text
)
returns boolean language plpgsql volatile security definer set search_path = study, pg_temp as $$
begin
    if not study.lock_own(study_id, describe.sharing is not null) then
        return false;
    end if;
    update study.study as s set
        name = coalesce(describe.name, s.name),
        question = coalesce(describe.question, s.question),
        conclusion = coalesce(describe.conclusion, s.conclusion),
        sharing = coalesce(describe.sharing, s.sharing),
        updated_at = clock_timestamp()
    where s.id = describe.study_id;
    return true;
end;
$$;

-- Takes the study away: nobody reads it any more, and it keeps no results. False for who is not its owner.
create or replace function study.remove(study_id uuid)
returns boolean language plpgsql volatile security definer set search_path = study, pg_temp as $$
begin
    if not study.lock_own(study_id, true) then
        return false;
    end if;
    update study.study as s set removed_at = clock_timestamp() where s.id = remove.study_id;
    return true;
end;
$$;

-- Gives the study these members, by the names of their accounts, in the place of those that it has. The names that
-- nobody at work has; nothing is changed where there are any. Null for who is not its owner.
create or replace function study.set_members(study_id uuid, names text[])
returns text[] language plpgsql volatile security definer set search_path = study, access, pg_temp as $$
declare
    unknown text[];
begin
    if not study.lock_own(study_id, true) then
        return null;
    end if;
    select coalesce(array_agg(wanted.name order by wanted.name), '{}') into unknown
    from unnest(names) as wanted (name)
    where not exists (select from access.person_at_work(wanted.name) as person where person.id is not null);
    if unknown <> '{}' then
        return unknown;
    end if;
    delete from study.member as m where m.study_id = set_members.study_id;
    insert into study.member (study_id, person, name)
    select set_members.study_id, person.id, person.name
    from (select distinct wanted.name from unnest(names) as wanted (name)) as distinct_name (name),
        lateral access.person_at_work(distinct_name.name) as person
    on conflict do nothing;
    update study.study as s set updated_at = clock_timestamp() where s.id = set_members.study_id;
    return '{}';
end;
$$;

-- Adds a run to the study, or gives one that it has another title, note or predecessor; null leaves what there is. What
-- came of it: done, foreign (who asks does not work on the study), unknown (they see no such job, or it is one of a
-- single person), full.
create or replace function study.put_run(
    study_id uuid, job_id uuid, title text, note text, replaces uuid, most bigint
)
returns text language plpgsql volatile security definer set search_path = study, job, pg_temp as $$
begin
    if not study.lock_own(study_id, false) then
        return 'foreign';
    end if;
    perform from job.job as j
    where j.id = put_run.job_id and j.editor is null and j.status <> 'dismissed'
        and job.answerable(j.audience, j.editor, j.shown_to, j.scenarios)
    for share;
    if not found then
        return 'unknown';
    end if;
    if (select count(*) from study.run as r where r.study_id = put_run.study_id and r.job_id <> put_run.job_id)
        >= put_run.most then
        return 'full';
    end if;
    insert into study.run as r (study_id, job_id, title, note, replaces, author)
    select
        put_run.study_id, put_run.job_id, coalesce(put_run.title, ''), coalesce(put_run.note, ''), put_run.replaces,
        reader.author
    from scenario.reader() as reader
    on conflict on constraint run_pkey do update set
        title = coalesce(put_run.title, r.title),
        note = coalesce(put_run.note, r.note),
        replaces = coalesce(put_run.replaces, r.replaces);
    update study.study as s set updated_at = clock_timestamp() where s.id = put_run.study_id;
    return 'done';
end;
$$;

-- Takes a run out of the study; its result is kept no longer for that. What came of it: done, foreign or unknown.
create or replace function study.take_run(study_id uuid, job_id uuid)
returns text language plpgsql volatile security definer set search_path = study, pg_temp as $$
begin
    if not study.lock_own(study_id, false) then
        return 'foreign';
    end if;
    delete from study.run as r where r.study_id = take_run.study_id and r.job_id = take_run.job_id;
    if not found then
        return 'unknown';
    end if;
    update study.study as s set updated_at = clock_timestamp() where s.id = take_run.study_id;
    return 'done';
end;
$$;

-- The runs of a study that who asks reads, those added first before the others, each with the state of its job. Of one
-- whose job they may not see, because of what it read, only the place in the list: its job_id is null. The author is
-- who started it, whoever added it.
create or replace function study.runs(study_id uuid)
returns table (
    job_id uuid, title text, note text, replaces uuid, author text, added_at timestamptz,
    process_id text, inputs jsonb, status text, progress smallint, message_vi text, message_en text, gone boolean,
    created_at timestamptz, finished_at timestamptz, layers_changed text[]
) language sql stable security definer set search_path = study, job, pg_temp as $$
    select
        s.id, r.title, r.note, r.replaces, coalesce(s.asker, r.author), r.added_at, s.process_id, s.inputs, s.status, s.progress,
        s.message_vi, s.message_en, s.gone, s.created_at, s.finished_at,
        case when s.status = 'successful' then job.layers_changed(s.releases, s.read_at) else '{}' end
    from study.run as r left join lateral job.state(r.job_id) as s on true
    where r.study_id = runs.study_id and study.is_shown(runs.study_id)
    order by r.added_at, r.job_id;
$$;

revoke execute on all functions in schema study from public;
grant execute on function
study.is_member(uuid), study.is_shown(uuid), study.make(text, text, text, bigint),
study.describe(uuid, text, text, text, text), study.remove(uuid), study.set_members(uuid, text[]),
study.put_run(uuid, uuid, text, text, uuid, bigint), study.take_run(uuid, uuid), study.runs(uuid)
to dothi_reader_internal;
grant execute on function study.keeps(uuid) to dothi_worker;
