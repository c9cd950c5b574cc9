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
-- answered to that editor alone. The service says who asks in `dothi.editor`, once for its session.
create or replace function job.answerable(audience text, editor text) returns boolean language plpgsql stable as $$
begin
    return audience = job.audience() and (editor is null or editor = current_setting('dothi.editor', true));
end;
$$;

-- The id of a new job, which waits in the queue. Both rows or none.
create or replace function job.submit(
    process_id text, inputs jsonb, software_version text, editor text default null, upload bytea default null
)
returns uuid language plpgsql security definer set search_path = job, pg_temp as $$
declare
    job_id uuid;
    queued bigint[];
begin
    insert into job.job (process_id, inputs, audience, software_version, editor, upload)
    values (
        submit.process_id, submit.inputs, job.audience(), submit.software_version, submit.editor, submit.upload
    )
    returning id into job_id;
    queued := procrastinate_defer_jobs_v1(array[
        row('analyses', 'processes.run', 0, null, null, jsonb_build_object('job_id', job_id), null)
    ]::procrastinate_job_to_defer_v1[]);
    update job.job set queue_id = queued[1] where id = job_id;
    return job_id;
end;
$$;

-- One job of the caller's audience without its result, or no row.
create or replace function job.state(job_id uuid)
returns table (
    id uuid, process_id text, inputs jsonb, status text, progress smallint, message_vi text, message_en text,
    error_code text, error_family text, releases jsonb, media_type text, software_version text,
    created_at timestamptz, started_at timestamptz, finished_at timestamptz, updated_at timestamptz
) language sql stable security definer set search_path = job, pg_temp as $$
    select
        id, process_id, inputs, status, progress, message_vi, message_en, error_code, error_family, releases,
        media_type, software_version, created_at, started_at, finished_at, updated_at
    from job.job
    where job.id = job_id and job.answerable(job.audience, job.editor);
$$;

-- The outputs of a successful job of the caller's audience, or no row: each a document, or the path of a file in the
-- store and what it is to be called. Neither is there any more when it was kept for long enough.
create or replace function job.results(job_id uuid)
returns table (name text, media_type text, body bytea, file text, file_name text, row_count bigint)
language sql stable security definer set search_path = job, pg_temp as $$
    select o.name, o.media_type, o.body, o.file, o.file_name, o.rows
    from job.job join job.output as o on o.job_id = job.id
    where job.id = results.job_id and job.answerable(job.audience, job.editor) and job.status = 'successful'
    order by o.position;
$$;

-- Jobs of the internal service, newest first, with the number of all. The public service lists none: its users are
-- strangers to one another, and each has the id of their own job. No list has the jobs of editors, for the same reason.
create or replace function job.list(wanted_status text, at_most bigint, skip bigint)
returns table (
    id uuid, process_id text, status text, progress smallint, message_vi text, message_en text, media_type text,
    created_at timestamptz, started_at timestamptz, finished_at timestamptz, updated_at timestamptz, matched bigint
) language sql stable security definer set search_path = job, pg_temp as $$
    select
        id, process_id, status, progress, message_vi, message_en, media_type,
        created_at, started_at, finished_at, updated_at, count(*) over ()
    from job.job
    where
        audience = 'internal' and job.audience() = 'internal' and editor is null
        and (wanted_status is null or status = wanted_status)
    order by created_at desc, id
    limit at_most offset skip;
$$;

-- Whether there was such a job to end: one that waits leaves the queue, one that runs is killed by its worker.
create or replace function job.dismiss(job_id uuid)
returns boolean language plpgsql security definer set search_path = job, pg_temp as $$
declare
    queued bigint;
begin
    update job.job set status = 'dismissed', finished_at = now(), updated_at = now()
    where id = job_id and job.answerable(audience, editor) and status in ('accepted', 'running')
    returning queue_id into queued;
    if not found then
        return false;
    end if;
    perform procrastinate_cancel_job_v1(queued, true, true);
    return true;
end;
$$;

-- Whether any worker gave a sign of life in the last `within_s` seconds.
create or replace function job.worker_alive(within_s double precision)
returns boolean language sql stable security definer set search_path = job, pg_temp as $$
    select exists (
        select from procrastinate_workers where last_heartbeat > now() - make_interval(secs => within_s)
    );
$$;

revoke execute on function
job.audience(), job.answerable(text, text), job.submit(text, jsonb, text, text, bytea),
job.state(uuid), job.results(uuid), job.list(text, bigint, bigint),
job.dismiss(uuid), job.worker_alive(double precision) from public;
grant execute on function
job.audience(), job.answerable(text, text), job.submit(text, jsonb, text, text, bytea),
job.state(uuid), job.results(uuid), job.list(text, bigint, bigint),
job.dismiss(uuid), job.worker_alive(double precision) to dothi_reader_public, dothi_reader_internal;
