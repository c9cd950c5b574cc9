-- Scenarios: named sets of proposed changes on top of the releases (docs/decisions/0119-scenarios.md).
create schema scenario;

-- owner, agency: who made it and for whom they acted then; author: under which name. sharing: who else sees it.
-- A scenario that was removed keeps its versions, for results were computed with them; nobody can use it any more.
create table scenario.scenario (
    id uuid primary key default gen_random_uuid(),
    name text not null check (btrim(name) <> '' and length(name) <= 200),
    description text not null default '' check (length(description) <= 4000),
    owner uuid not null,
    author text not null,
    agency text,
    sharing text not null default 'private' check (sharing in ('private', 'group', 'everybody')),
    created_at timestamptz not null default clock_timestamp(),
    updated_at timestamptz not null default clock_timestamp(),
    removed_at timestamptz
);
create index on scenario.scenario (owner) where removed_at is null;

-- digest: SHA-256 of the changes as canonical JSON, in hex.
create table scenario.version (
    scenario_id uuid not null references scenario.scenario,
    number integer not null check (number between 1 and 1000),
    digest text not null check (digest ~ '^[0-9a-f]{64}$'),
    changes jsonb not null check (jsonb_typeof(changes) = 'array' and jsonb_array_length(changes) between 1 and 2000),
    message text not null default '' check (length(message) <= 2000),
    author text not null,
    created_at timestamptz not null default clock_timestamp(),
    primary key (scenario_id, number)
);
alter table scenario.version alter column changes set storage extended;

-- A version is what results name: it never changes, whoever asks.
create function scenario.refuse_change() returns trigger language plpgsql as $$
begin
    raise insufficient_privilege using message = 'a version of a scenario does not change';
end;
$$;
create trigger version_stays before update or delete on scenario.version
for each row execute function scenario.refuse_change();

alter table scenario.scenario enable row level security;
alter table scenario.version enable row level security;

grant usage on schema scenario to dothi_reader_internal, dothi_reader_public, dothi_worker;
grant select on scenario.scenario, scenario.version to dothi_reader_internal, dothi_worker;

-- Of which scenarios something is in what a job was asked, or in the results that it reads: whoever may not see one of
-- them has no such job.
alter table job.job add column scenarios uuid[] not null default '{}';
-- sql/functions/job.sql has another, which looks at the scenarios too
drop function if exists job.answerable(text, text, jsonb);
