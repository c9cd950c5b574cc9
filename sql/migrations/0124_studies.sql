-- Studies: a question, the runs that answer it, and what was concluded (docs/decisions/0121-studies.md).
create schema study;

-- owner, agency: who made it and for whom they acted then; author: under which name. sharing: who else reads it.
create table study.study (
    id uuid primary key default gen_random_uuid(),
    name text not null check (btrim(name) <> '' and length(name) <= 200),
    question text not null default '' check (length(question) <= 4000),
    conclusion text not null default '' check (length(conclusion) <= 20000),
    owner uuid not null,
    author text not null,
    agency text,
    sharing text not null default 'private' check (sharing in ('private', 'group', 'everybody')),
    created_at timestamptz not null default clock_timestamp(),
    updated_at timestamptz not null default clock_timestamp(),
    removed_at timestamptz
);
create index on study.study (owner) where removed_at is null;

-- Who works on it beside its owner: they read it, add runs and write notes.
create table study.member (
    study_id uuid not null references study.study on delete cascade,
    person uuid not null,
    name text not null,
    primary key (study_id, person)
);

-- replaces: the run in the place of which this one was made, on newer data or with other inputs. Both stay.
create table study.run (
    study_id uuid not null references study.study on delete cascade,
    job_id uuid not null references job.job on delete cascade,
    title text not null default '' check (length(title) <= 200),
    note text not null default '' check (length(note) <= 4000),
    replaces uuid,
    author text not null,
    added_at timestamptz not null default clock_timestamp(),
    primary key (study_id, job_id)
);
create index on study.run (job_id);

alter table study.study enable row level security;
alter table study.member enable row level security;
alter table study.run enable row level security;

grant usage on schema study to dothi_reader_internal, dothi_worker;
grant select on study.study, study.member, study.run to dothi_reader_internal;

-- Of an analysis that has ended: the claims of who started it on the layers that it has read, which are all that its
-- result tells of. shown_to: the claims that somebody must have to see the job; null where everybody may.
alter table job.job add column needed_claims jsonb,
add column shown_to jsonb generated always as (nullif(coalesce(needed_claims, claims), '{}')) stored;

-- sql/functions/job.sql makes it anew, with who started each job and what was asked
drop function if exists job.list(
    text[], bigint, bigint, text[], timestamptz, timestamptz, double precision, double precision
);
drop function if exists job.state(uuid);
