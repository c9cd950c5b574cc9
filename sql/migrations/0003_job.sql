-- Jobs: what was asked, by which audience, how far it is, and what came out. The queue itself is procrastinate's
-- (0002): a row there says that a job waits or is being worked on, the row here is the whole truth about it.

create table job.job (
    -- random, because whoever knows the id of a public job may read its result
    id uuid primary key default gen_random_uuid(),
    process_id text not null,
    inputs jsonb not null,
    audience text not null check (audience in ('public', 'internal')),
    software_version text not null,
    status text not null default 'accepted'
        check (status in ('accepted', 'running', 'successful', 'failed', 'dismissed')),
    progress smallint not null default 0 check (progress between 0 and 100),
    message_vi text not null default '',
    message_en text not null default '',
    -- of a failed job: the class of the error and the family that decides the HTTP status
    error_code text,
    error_family text,
    -- number of the release that was read, by layer
    releases jsonb,
    result bytea,
    media_type text,
    queue_id bigint,
    created_at timestamptz not null default now(),
    started_at timestamptz,
    finished_at timestamptz,
    updated_at timestamptz not null default now()
);
create index job_created on job.job (audience, created_at desc);

create function job.tell_of_status() returns trigger language plpgsql as $$
begin
    perform pg_notify('dothi_job', new.id::text);
    return null;
end;
$$;
create trigger tell_of_status after update of status on job.job
for each row execute function job.tell_of_status();

-- Services get at jobs only through the functions of sql/functions/job.sql; the tables are the worker's.
revoke execute on all functions in schema job from public;
grant usage on schema job to dothi_worker, dothi_reader_public, dothi_reader_internal;
grant select, insert, update, delete on all tables in schema job to dothi_worker;
grant usage on all sequences in schema job to dothi_worker;
grant execute on all functions in schema job to dothi_worker;
