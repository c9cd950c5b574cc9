-- What a service may do with jobs. Each function runs as its owner, because readers must not see the table: it
-- holds what everybody asked. The audience comes from the role that signed in to the database, which a request
-- cannot choose, so that the public service neither starts nor reads a job of the internal one.

create or replace function job.audience() returns text language plpgsql stable as $$
begin
    return case session_user
        when 'dothi_reader_public' then 'public'
        when 'dothi_reader_internal' then 'internal'
    end;
end;
$$;

-- Whether the caller may have a job: one that an editor's token started tells of data that only editors see, and is
-- answered to that editor alone. Who asks is signed (sql/functions/access_claims.sql). One that may have read what not
-- everybody sees is answered to whoever sees that too, and one about a scenario to whoever sees the scenario.
create or replace function job.answerable(audience text, editor text, claims jsonb, scenarios uuid[])
returns boolean language plpgsql stable as $$
begin
    return audience = job.audience() and (editor is null or editor = access.author())
        and (claims is null or coalesce(access.claims() @> claims, false))
        and job.all_shown(scenarios);
end;
$$;

-- Whether the caller sees all of these scenarios. sql/functions/scenario.sql comes after this file.
create or replace function job.all_shown(scenarios uuid[])
returns boolean language plpgsql stable as $$
begin
    return scenarios = '{}' or scenario.all_shown(scenarios);
end;
$$;

-- Whether whoever asks can do what a text advises stewards to do: it names commands and settings of the platform.
create or replace function job.reads_advice() returns boolean
language sql stable security definer set search_path = job, access, pg_temp as $$
    select job.audience() = 'internal' and exists (
        select
        from access.person_at_work(
            coalesce(author(), verified(current_setting('dothi.reader', true)) ->> 'author')
        ) as person
        where person.role in ('steward', 'administrator')
    );
$$;

-- Has what was computed of a layer before it was guarded answered to who sees all of it, with these columns, and to
-- nobody else: it was made when everybody saw that.
create or replace function job.guard_results(layer_id text, columns text[]) returns void
language sql security definer set search_path = job, pg_temp as $$
    update job.job
    set
        claims = coalesce(claims, '{}') || added.claim,
        needed_claims = needed_claims || added.claim
    from (select jsonb_build_object(
        guard_results.layer_id, jsonb_build_object('columns', guard_results.columns, 'rows', null)
    )) as added (claim)
    where audience = 'internal' and releases ? layer_id and not coalesce(claims ? layer_id, false);
$$;

-- The layers of which what a job read is not what there is now; of those that it read as of a time, what there was
-- then.
create or replace function job.layers_changed(releases jsonb, read_at jsonb) returns text[]
language sql stable security definer set search_path = job, catalog, pg_temp as $$
    select coalesce(array_agg(used.layer order by used.layer), '{}')
    from jsonb_each_text(releases) as used (layer, number)
    left join layer on layer.id = used.layer
    where used.number::bigint is distinct from case
        when read_at ? used.layer then (
            select max(r.number) from release as r
            where r.layer_id = used.layer and r.released_at <= (read_at ->> used.layer)::timestamptz
        )
        else layer.current_release
    end;
$$;

-- In how many layers what a job read is not what there is now.
create or replace function job.inputs_changed(releases jsonb, read_at jsonb) returns bigint
language sql stable security definer set search_path = job, pg_temp as $$
    select cardinality(job.layers_changed(releases, read_at))::bigint;
$$;

-- The job that has answered the same request on the releases that there are now, or null.
create or replace function job.answered(request text, audience text, claims jsonb) returns uuid
language sql stable security definer set search_path = job, pg_temp as $$
    select coalesce(result_of, id) from job.job
    where
        job.request = answered.request and job.audience = answered.audience and status = 'successful'
        and job.claims is not distinct from answered.claims
        -- who does not see a scenario gets no answer that was computed with it, also where the request is the same
        and job.all_shown(scenarios)
        and gone_at is null and job.inputs_changed(releases, read_at) = 0
    order by finished_at desc limit 1;
$$;

-- The open job that will answer the same request on the releases that there are now, or null: one that waits reads
-- what there is when it begins, one that runs has read what there was then, so nothing may have been released since.
create or replace function job.underway(request text, audience text, claims jsonb) returns uuid
language sql security definer set search_path = job, catalog, pg_temp as $$
    select leader.id from job.job as leader
    where
        leader.request = underway.request and leader.audience = underway.audience
        and leader.claims is not distinct from underway.claims
        and job.all_shown(leader.scenarios)
        and leader.status in ('accepted', 'running') and leader.follows is null
        and not exists (select from release where release.released_at > leader.started_at)
    order by leader.created_at limit 1
    -- it must not end before whoever follows it is known, or nobody would answer them
    for share of leader;
$$;

-- Puts a job into the queue, at its turn.
create or replace function job.queue_up(job_id uuid, asker text, cost_s double precision) returns void
language plpgsql security definer set search_path = job, pg_temp as $$
declare
    own record;
    queued bigint[];
begin
    select * into own from job.turn_of(asker, cost_s);
    queued := procrastinate_defer_jobs_v1(array[
        row(
            'analyses', 'processes.run', -least(own.begins, 2147483647), null, null,
            jsonb_build_object('job_id', job_id), null
        )
    ]::procrastinate_job_to_defer_v1[]);
    update job.job set queue_id = queued[1], turn = own.begins, turn_lasts = own.lasts, follows = null
    where id = job_id;
end;
$$;

-- What becomes of the jobs that wait for the run of another one, when that has ended: they have its result, or fail as
-- it did. Where it was dismissed, or a layer that it read has a newer release by now, the first of them is run, and the
-- others wait for that.
create or replace function job.answer_followers() returns trigger
language plpgsql security definer set search_path = job, pg_temp as $$
declare
    next_id uuid;
    next_asker text;
begin
    if new.status = 'successful' and job.inputs_changed(new.releases, new.read_at) = 0 then
        perform job.answer_from(job.id, coalesce(new.result_of, new.id)) from job.job
        where job.follows = new.id and job.status in ('accepted', 'running');
    elsif new.status = 'failed' then
        update job.job set
            status = 'failed', message_vi = new.message_vi, message_en = new.message_en, advice_vi = new.advice_vi,
            advice_en = new.advice_en, error_code = new.error_code, error_family = new.error_family,
            finished_at = clock_timestamp(), updated_at = clock_timestamp()
        where job.follows = new.id and job.status in ('accepted', 'running');
    else
        select job.id, job.asker into next_id, next_asker from job.job
        where job.follows = new.id and job.status in ('accepted', 'running')
        order by job.created_at, job.id limit 1;
        if found then
            perform job.queue_up(next_id, next_asker, new.turn_lasts / 10.0);
            update job.job set follows = next_id where job.follows = new.id and job.status in ('accepted', 'running');
        end if;
    end if;
    return null;
end;
$$;
create or replace trigger answer_followers after update of status on job.job
for each row when (
    old.status in ('accepted', 'running') and new.status in ('successful', 'failed', 'dismissed')
)
execute function job.answer_followers();

-- Answers an open job with the result of another one that was the same.
create or replace function job.answer_from(job_id uuid, other uuid) returns void
language sql security definer set search_path = job, pg_temp as $$
    update job.job set
        status = 'successful', progress = 100, result_of = other, releases = known.releases,
        read_at = known.read_at, media_type = known.media_type, needed_claims = known.needed_claims,
        copies = known.copies, message_vi = 'Đã có kết quả của yêu cầu giống hệt',
        message_en = 'The same was asked before', started_at = coalesce(job.started_at, now()), finished_at = now(),
        updated_at = now()
    from (select releases, read_at, media_type, needed_claims, copies from job.job where id = other) as known
    where job.id = job_id and job.status in ('accepted', 'running');
$$;

-- When the turn of a new job of `asker` comes and how long it lasts. Start-time fair queueing: a job begins, in the
-- queue's own time, when the one before of the same asker ends, or now; what is begun next is what begins first. So
-- whoever has one job waits for one turn of somebody who has 200, and nobody is passed over for ever.
-- Goyal, Vin, Cheng: Start-time Fair Queuing, IEEE/ACM Transactions on Networking 5 (1997), 690-704.
create or replace function job.turn_of(asker text, cost_s double precision)
returns table (begins bigint, lasts bigint)
language plpgsql security definer set search_path = job, pg_temp as $$
declare
    -- a tenth of a second: priorities of the queue have 32 bits, which last for seven years without an idle moment
    length constant bigint := greatest(1, round(10 * cost_s));
    start bigint;
begin
    if not exists (select from job.job where status in ('accepted', 'running')) then
        delete from job.asker;
        update job.clock set turn = 0;
    end if;
    select greatest(clock.turn, known.next_turn) into start
    from job.clock left join job.asker as known on known.name = turn_of.asker;
    insert into job.asker values (turn_of.asker, start + length)
    on conflict (name) do update set next_turn = excluded.next_turn;
    return query select start, length;
end;
$$;

-- How many bytes of inputs and results are kept of an asker, in the caller's audience.
create or replace function job.stored_bytes_of(asker text) returns numeric
language sql stable security definer set search_path = job, pg_temp as $$
    select coalesce(sum(
        octet_length(job.inputs::text) + coalesce(octet_length(job.upload), 0) + coalesce(
            (
                select sum(coalesce(o.stored_bytes, octet_length(o.body), 0)) from job.output as o
                where o.job_id = job.id
            ), 0
        )
    ), 0)
    from job.job
    where job.asker = stored_bytes_of.asker and job.audience = job.audience() and job.gone_at is null;
$$;

-- The id of a new job: it waits in the queue, follows one that runs or waits when the same was asked just now, or has
-- been answered when the same was asked before. Without an id, `refused` says why: as many jobs of the asker are open
-- as may be ('asker'), as many of all ('all'), or as much is kept of the asker as may be ('stored'; no limit where
-- most_stored_bytes is null).
-- One at a time, so that limits and turns hold. A job is in the name of who asks, and of nobody else: it decides and
-- releases as that person may.
create or replace function job.submit(
    process_id text, inputs jsonb, software_version text, norms_version text, asker text, cost_s double precision,
    request text, subscriber jsonb, editor text, upload bytea, most_each bigint, most_of_all bigint,
    most_stored_bytes bigint
)
returns table (id uuid, refused text)
language plpgsql security definer set search_path = job, pg_temp as $$
declare
    known uuid;
    leader uuid;
    job_id uuid;
    open_each bigint;
    open_of_all bigint;
begin
    if submit.editor <> coalesce(access.author(), '') then
        raise insufficient_privilege using message = format('a job in the name of "%s"', submit.editor);
    end if;
    perform pg_advisory_xact_lock(hashtext('job.queue'));
    known := job.answered(submit.request, job.audience(), access.claims());
    if known is null then
        select count(*) filter (where job.asker = submit.asker), count(*) into open_each, open_of_all
        from job.job where status in ('accepted', 'running');
        if open_each >= most_each or open_of_all >= most_of_all then
            return query select null::uuid, case when open_each >= most_each then 'asker' else 'all' end;
            return;
        end if;
        if job.stored_bytes_of(submit.asker) >= most_stored_bytes then
            return query select null::uuid, 'stored';
            return;
        end if;
        leader := job.underway(submit.request, job.audience(), access.claims());
    end if;
    insert into job.job (
        process_id, inputs, audience, software_version, norms_version, asker, request, subscriber, editor, upload,
        follows
    )
    values (
        submit.process_id, submit.inputs, job.audience(), submit.software_version, submit.norms_version, submit.asker,
        submit.request, submit.subscriber, submit.editor, submit.upload, leader
    )
    returning job.id into job_id;
    if known is not null then
        perform job.answer_from(job_id, known);
    elsif leader is null then
        perform job.queue_up(job_id, submit.asker, submit.cost_s);
    end if;
    return query select job_id, null::text;
end;
$$;

-- Notes that a job begins: the queue's own time comes to its turn, and moves on by its length shared among those who
-- have a job open. Without the second, time would stand still while new askers keep coming, all of them with a turn
-- before the second job of whoever was there first.
create or replace function job.begun(turn bigint, lasts bigint) returns void
language sql security definer set search_path = job, pg_temp as $$
    update job.clock set turn = greatest(
        begun.turn,
        clock.turn + begun.lasts / (
            select greatest(1, count(distinct job.asker)) from job.job where status in ('accepted', 'running')
        )
    );
$$;

-- One job of the caller's audience without its result, or no row. inputs_changed: of how many layers that it read there
-- is a newer release. gone: whether its result was removed. copies: ids of the layers of which the result holds rows as
-- they are; null of a job without one.
create or replace function job.state(job_id uuid)
returns table (
    id uuid, process_id text, inputs jsonb, status text, progress smallint, message_vi text, message_en text,
    error_code text, error_family text, releases jsonb, read_at jsonb, media_type text, software_version text,
    norms_version text, inputs_changed bigint, gone boolean, kept boolean, asker text, copies text[],
    created_at timestamptz, started_at timestamptz, finished_at timestamptz, updated_at timestamptz
) language sql stable security definer set search_path = job, pg_temp as $$
    select
        own.id, own.process_id, own.inputs, run.status, run.progress,
        concat_ws(' ', run.message_vi, case when (select job.reads_advice()) then run.advice_vi end),
        concat_ws(' ', run.message_en, case when (select job.reads_advice()) then run.advice_en end),
        own.error_code, own.error_family, own.releases, own.read_at, own.media_type, own.software_version, own.norms_version,
        case when own.status = 'successful' then job.inputs_changed(own.releases, own.read_at) else 0 end,
        own.gone_at is not null, own.kept, own.asker, own.copies, own.created_at, run.started_at, own.finished_at,
        run.updated_at
    -- one that follows another is as far as that
    from job.job as own join job.job as run
        on run.id = case when own.status = 'accepted' and own.follows is not null then own.follows else own.id end
    where own.id = job_id and job.answerable(own.audience, own.editor, own.shown_to, own.scenarios);
$$;

-- The newest run by which whoever asks has a file that came in parts delivered; no row for one that failed, and for a
-- trial. A service may end after it has handed a run in and before it says so: who asks again wants no second delivery.
create or replace function job.run_of_upload(upload_id text)
returns table (id uuid, status text, inputs jsonb)
language sql stable security definer set search_path = job, pg_temp as $$
    select run.id, run.status, run.inputs
    from job.job as run
    where
        run.process_id = 'deliver-layer' and run.inputs ->> 'upload' = upload_id
        and run.audience = job.audience() and run.editor = access.author()
        and run.status in ('accepted', 'running', 'successful')
        and not coalesce((run.inputs ->> 'dry_run')::boolean, false)
    order by run.created_at desc
    limit 1;
$$;

-- The oldest run of whoever asks that does the same and has not ended, or null.
create or replace function job.open_run(process_id text, inputs jsonb)
returns uuid language sql stable security definer set search_path = job, pg_temp as $$
    select run.id
    from job.job as run
    where
        run.process_id = open_run.process_id and run.inputs = open_run.inputs
        and run.audience = job.audience() and run.editor = access.author()
        and run.status in ('accepted', 'running')
    order by run.created_at
    limit 1;
$$;

-- The outputs of a successful job of the caller's audience, or no row: each a document, or the path of a file in the
-- store, what it is to be called, and its size and hash. Neither is there any more when it was kept for long enough.
create or replace function job.results(job_id uuid)
returns table (
    name text, media_type text, body bytea, file text, file_name text, row_count bigint, stored_bytes bigint,
    sha256 text
)
language sql stable security definer set search_path = job, pg_temp as $$
    select o.name, o.media_type, o.body, o.file, o.file_name, o.rows, o.stored_bytes, o.sha256
    from job.job join job.output as o on o.job_id = coalesce(job.result_of, job.id)
    where
        job.id = results.job_id and job.answerable(job.audience, job.editor, job.shown_to, job.scenarios)
        and job.status = 'successful' and job.gone_at is null
    order by o.position;
$$;

-- Has nobody be answered any more by the run of a job of the caller's audience: its file is not what was kept. Whoever
-- asks for the same has it computed anew.
create or replace function job.lose_result(job_id uuid) returns void
language sql security definer set search_path = job, pg_temp as $$
    update job.job set gone_at = now()
    from (
        select coalesce(own.result_of, own.id) as id from job.job as own
        where own.id = lose_result.job_id
            and job.answerable(own.audience, own.editor, own.shown_to, own.scenarios)
    ) as run
    where coalesce(job.result_of, job.id) = run.id and job.gone_at is null;
$$;

-- The names of those whose jobs are meant: `me`, or `group` for everybody of the same agency, or of the centre.
-- scenario.reader comes after this file.
create or replace function job.starters(started_by text)
returns text[] language plpgsql stable security definer set search_path = job, access, pg_temp as $$
begin
    return (
        select coalesce(array_agg(distinct reader.author), '{}') || case started_by when 'group' then array(
            select concat(case when person.agency <> person.name then person.agency || '/' end, person.name)
            from person where person.name is not null and exists (
                select from scenario.reader() as colleague where colleague.agency is not distinct from person.agency
            )
        ) else '{}' end
        from scenario.reader() as reader
    );
end;
$$;

-- Jobs of the internal service, newest first, with the number of all. The public service lists none: its users are
-- strangers to one another, and each has the id of their own job. For the same reason an editor's jobs are in that
-- editor's list only. Null lets all pass. A job lasts from its start to its end, or till now. started_by: `me` for
-- one's own, `group` for those of one's agency, or of the centre.
create or replace function job.list(
    statuses text[], at_most bigint, skip bigint, processes text[] default null,
    created_from timestamptz default null, created_to timestamptz default null,
    min_s double precision default null, max_s double precision default null, started_by text default null
)
returns table (
    id uuid, process_id text, inputs jsonb, asker text, status text, progress smallint, message_vi text,
    message_en text, media_type text, gone boolean, created_at timestamptz, started_at timestamptz,
    finished_at timestamptz, updated_at timestamptz,
    matched bigint
) language sql stable security definer set search_path = job, pg_temp as $$
    select
        own.id, own.process_id, own.inputs, own.asker, run.status, run.progress,
        concat_ws(' ', run.message_vi, case when (select job.reads_advice()) then run.advice_vi end),
        concat_ws(' ', run.message_en, case when (select job.reads_advice()) then run.advice_en end),
        own.media_type, own.gone_at is not null, own.created_at, run.started_at, own.finished_at, run.updated_at,
        count(*) over ()
    from job.job as own
    -- one that follows another is as far as that, as in job.state
    join job.job as run
        on run.id = case when own.status = 'accepted' and own.follows is not null then own.follows else own.id end,
    lateral (select extract(epoch from coalesce(own.finished_at, now()) - run.started_at) as lasted_s) as span
    where
        own.audience = 'internal' and job.answerable(own.audience, own.editor, own.shown_to, own.scenarios)
        and (statuses is null or run.status = any(statuses))
        and (processes is null or own.process_id = any(processes))
        and (created_from is null or own.created_at >= created_from)
        and (created_to is null or own.created_at <= created_to)
        and (min_s is null or span.lasted_s >= min_s)
        and (max_s is null or span.lasted_s <= max_s)
        and (started_by is null or own.asker = any(job.starters(started_by)))
    order by own.created_at desc, own.id
    limit at_most offset skip;
$$;

-- Whether who asks may end a job of the asker: one's own, one that nobody with a name started, or as administrator. On
-- the public service each has the id of their own job alone.
create or replace function job.may_end(asker text)
returns boolean language sql stable security definer set search_path = job, access, pg_temp as $$
    select job.audience() <> 'internal' or may_end.asker = access.author() or access.person_of(may_end.asker) is null
        or exists (
            select from access.person_at_work(access.author()) as person where person.role = 'administrator'
        );
$$;

-- Dismisses a job, and says whether there was one to dismiss: one that waits leaves the queue, one that runs is killed
-- by its worker, and of one that has ended the result is removed, as the standard has it (OGC 18-062r2, clause 13).
-- What was sent along is gone too: a dismissed job cannot be run again.
create or replace function job.dismiss(job_id uuid)
returns boolean language plpgsql security definer set search_path = job, pg_temp as $$
declare
    before record;
begin
    perform pg_advisory_xact_lock(hashtext('job.queue'));
    select status, queue_id, asker, turn_lasts into before from job.job
    where
        id = job_id and job.answerable(audience, editor, shown_to, scenarios) and status <> 'dismissed'
        and job.may_end(asker)
    for update;
    if not found then
        return false;
    end if;
    update job.job set
        status = 'dismissed', finished_at = coalesce(finished_at, now()), updated_at = now(), gone_at = now(),
        message_vi = 'Đã hủy', message_en = 'Dismissed', inputs = '{}', upload = null, wishes = null
    where id = job_id;
    -- a result that also answers somebody else stays for that job; files are the worker's to remove (jobs.expire)
    delete from output where
        output.job_id = dismiss.job_id and file is null
        and not exists (select from job.job as other where other.result_of = dismiss.job_id and other.gone_at is null);
    perform procrastinate_cancel_job_v1(before.queue_id, true, true);
    -- what was never begun has not used its turn
    update job.asker set next_turn = next_turn - coalesce(before.turn_lasts, 0)
    where before.status = 'accepted' and name = before.asker;
    return true;
end;
$$;

-- Whether the worker that runs a job has given no sign of life for `silent_s` seconds, or is gone from the list: false
-- for a job that nobody runs. Of one that follows another it is that one's worker.
create or replace function job.worker_lost(job_id uuid, silent_s double precision)
returns boolean language sql stable security definer set search_path = job, pg_temp as $$
    select exists (
        select from job.job as own
        join job.job as run on run.id = coalesce(own.follows, own.id)
        join procrastinate_jobs as queued on queued.id = run.queue_id and queued.status = 'doing'
        left join procrastinate_workers as worker on worker.id = queued.worker_id
        where
            own.id = worker_lost.job_id and run.status = 'running'
            and coalesce(worker.last_heartbeat, '-infinity') < now() - make_interval(secs => silent_s)
    );
$$;

-- Whether any worker gave a sign of life in the last `within_s` seconds.
create or replace function job.worker_alive(within_s double precision)
returns boolean language sql stable security definer set search_path = job, pg_temp as $$
    select exists (
        select from procrastinate_workers where last_heartbeat > now() - make_interval(secs => within_s)
    );
$$;

-- Whoever subscribed is told of a job's beginning, progress and end. While a note still waits, it serves for the next
-- change too.
create or replace function job.note_callback() returns trigger
language plpgsql security definer set search_path = job, pg_temp as $$
declare
    happened constant text := case new.status
        when 'successful' then 'successUri' when 'running' then 'inProgressUri' else 'failedUri'
    end;
begin
    if new.subscriber ? happened then
        insert into job.callback (job_id, event) values (new.id, happened) on conflict do nothing;
    end if;
    return null;
end;
$$;
create or replace trigger note_callback after update of status, progress on job.job
for each row when (
    new.subscriber is not null and old.status in ('accepted', 'running') and new.status <> 'accepted'
)
execute function job.note_callback();

revoke execute on function job.guard_results(text, text[]),
job.audience(), job.answerable(text, text, jsonb, uuid[]), job.inputs_changed(jsonb, jsonb),
job.layers_changed(jsonb, jsonb), job.answered(text, text, jsonb), job.may_end(text), job.starters(text),
job.answer_from(uuid, uuid), job.underway(text, text, jsonb), job.queue_up(uuid, text, double precision),
job.answer_followers(), job.worker_lost(uuid, double precision), job.turn_of(text, double precision),
job.stored_bytes_of(text),
job.begun(bigint, bigint), job.note_callback(),
job.submit(
    text, jsonb, text, text, text, double precision, text, jsonb, text, bytea, bigint, bigint, bigint
),
job.state(uuid), job.results(uuid), job.lose_result(uuid),
job.list(text[], bigint, bigint, text[], timestamptz, timestamptz, double precision, double precision, text),
job.dismiss(uuid), job.run_of_upload(text), job.open_run(text, jsonb), job.reads_advice(),
job.worker_alive(double precision) from public;
grant execute on function
job.audience(), job.answerable(text, text, jsonb, uuid[]),
job.submit(
    text, jsonb, text, text, text, double precision, text, jsonb, text, bytea, bigint, bigint, bigint
),
job.state(uuid), job.results(uuid), job.lose_result(uuid),
job.list(text[], bigint, bigint, text[], timestamptz, timestamptz, double precision, double precision, text),
job.dismiss(uuid), job.reads_advice(), job.run_of_upload(text), job.open_run(text, jsonb),
job.worker_alive(double precision), job.worker_lost(uuid, double precision)
to dothi_reader_public, dothi_reader_internal;
grant execute on function
job.answered(text, text, jsonb), job.answer_from(uuid, uuid), job.begun(bigint, bigint),
job.inputs_changed(jsonb, jsonb)
to dothi_worker;
