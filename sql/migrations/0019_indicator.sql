-- Runs of indicator sets. Their values are the layer indicator_values, which changes by releases as every layer does;
-- here stands what a verdict can be defended with later: the set as it was, and the evidence of that day.

create schema indicator;

create table indicator.run (
    id bigint generated always as identity primary key,
    set_id text collate "C" not null,
    set_version text not null,
    -- the file's content, which may be another one by the time that somebody asks
    definition jsonb not null,
    level text collate "C" not null,
    -- the units in force on this day
    units_on date not null,
    period_from date not null,
    -- the first day after the period
    period_until date not null check (period_until > period_from),
    -- the day on which evidence had to be within its update cycle
    evidence_on date not null,
    -- number of the release that was read, by layer; what each indicator rests on, by its name
    releases jsonb not null,
    evidence jsonb not null,
    software_version text not null,
    computed_at timestamptz not null default now(),
    -- of the layer indicator_values, with these values in it; null when they could not be released
    release bigint references catalog.release
);
create index run_period on indicator.run (set_id, period_until desc);

-- How often each service was asked on a day whether it is well, and how often it answered. The worker asks.
create table indicator.availability (
    day date not null,
    service text collate "C" not null,
    asked integer not null check (asked > 0),
    answered integer not null check (answered between 0 and asked),
    primary key (day, service)
);

grant usage on schema indicator to dothi_loader, dothi_worker, dothi_reader_internal;
grant select, insert, update on table indicator.run to dothi_loader;
grant select, insert, update on table indicator.availability to dothi_worker;
grant select on table indicator.run, indicator.availability to dothi_reader_internal;
