-- Who asked, for a queue that is fair between askers; what makes two requests the same, for an answer that is there
-- already; whom to tell how it ends; and for how long it is kept.
alter table job.job
add column asker text not null default '',
-- when its turn comes and how long that lasts, in the queue's own time: see job.turn_of
add column turn bigint not null default 0,
add column turn_lasts bigint not null default 0,
add column norms_version text not null default '',
-- a hash of all that decides the answer but the releases; null where the answer is not to be used again
add column request text,
-- the job whose outputs are its result, where that is not itself
add column result_of uuid references job.job,
-- addresses by the standard's names (successUri, failedUri, inProgressUri), and `api`, under which the job is found
add column subscriber jsonb,
-- when its result was removed
add column gone_at timestamptz,
-- its result stays, however old it is
add column kept boolean not null default false;

create index job_answers on job.job (request, finished_at desc) where status = 'successful' and gone_at is null;
create index job_results on job.job (coalesce(result_of, id));
create index job_open on job.job (asker) where status in ('accepted', 'running');

-- The queue's own time, which is the turn of the newest job that was begun, and when each asker's next turn comes.
-- Both begin anew whenever nothing waits.
create table job.clock (
    only_row boolean primary key default true check (only_row),
    turn bigint not null default 0
);
insert into job.clock default values;
create table job.asker (
    name text primary key,
    next_turn bigint not null
);

-- Who is still to be told of what became of a job. What they are told is read when it is sent.
create table job.callback (
    job_id uuid not null references job.job on delete cascade,
    event text not null check (event in ('successUri', 'failedUri', 'inProgressUri')),
    attempts smallint not null default 0,
    due_at timestamptz not null default now(),
    primary key (job_id, event)
);
create index callback_due on job.callback (due_at);

grant select, insert, update, delete on job.clock, job.asker, job.callback to dothi_worker;

-- sql/functions/job.sql makes them anew, with other arguments or columns
drop function if exists job.submit(text, jsonb, text, text, bytea);
drop function if exists job.state(uuid);
drop function if exists job.list(text, bigint, bigint);
