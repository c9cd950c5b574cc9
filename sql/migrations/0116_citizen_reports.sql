-- Reports of citizens (docs/decisions/0117-citizens-reports.md): what anybody sends at the public map, until somebody
-- has decided on it. The public service writes here as dothi_reporter, who may call two functions and read nothing.
create schema citizen;

-- What may be sent, as locality.yml says, in one row; none where nobody ever reported anything. is_open: whether
-- reports are taken; what was sent before they were not any more is removed after the same term. extent: west, south,
-- east, north.
create table citizen.rules (
    only_row boolean primary key default true check (only_row),
    is_open boolean not null,
    layer_id text not null,
    kinds text[] not null,
    extent double precision[] not null,
    min_characters integer not null,
    max_characters integer not null,
    photo_bytes integer not null,
    per_address integer not null,
    per_day integer not null,
    keep_days integer not null,
    time_zone text not null
);

-- How many reports came on a day. salt: made at random; addresses of senders are hashed with it, and it goes with the
-- day, after which nobody can tell which address a hash was made of.
create table citizen.day (
    day date primary key,
    salt bytea not null,
    reports integer not null default 0
);
create table citizen.sender (
    day date not null references citizen.day on update cascade on delete cascade,
    address_hmac bytea not null,
    reports integer not null,
    primary key (day, address_hmac)
);

-- tracking_code: by it who sent the report looks up what became of it; nobody else reads it. idempotency_key and
-- content_sha256: by them a report that is sent twice is one. words, contact, place and photo go after a term.
create table citizen.report (
    id bigint primary key generated always as identity,
    tracking_code text collate "C" not null unique,
    idempotency_key uuid unique,
    content_sha256 bytea not null,
    kind text not null,
    words text,
    contact text,
    place geometry (point, 4326),
    received_at timestamptz not null default clock_timestamp(),
    status text not null default 'received' check (status in ('received', 'accepted', 'refused')),
    decided_at timestamptz,
    decided_by text,
    reason text,
    release bigint,
    expired_at timestamptz,
    check ((status = 'received') = (decided_at is null)),
    check ((status = 'refused') <= (reason is not null))
);
create index on citizen.report (status, id);
create index on citizen.report (received_at) where expired_at is null;

create table citizen.photo (
    report_id bigint primary key references citizen.report on delete cascade,
    content bytea not null
);
-- what is in it is compressed
alter table citizen.photo alter column content set storage external;

grant usage on schema citizen to dothi_reporter, dothi_gatekeeper, dothi_editor, dothi_worker;
-- who reviews reads what was reported, and by no column what would let them look up a report as its sender
grant select (id, kind, words, contact, place, received_at, status, decided_at, decided_by, reason, release, expired_at)
on citizen.report to dothi_gatekeeper;
grant select on citizen.photo to dothi_gatekeeper;
grant select (id, kind, words, place, received_at, status, decided_at, decided_by, reason, release)
on citizen.report to dothi_editor;
grant update (status, decided_at, decided_by, reason, release) on citizen.report to dothi_editor;

-- What was decided on a report is in the log, whatever door it came through.
create function access.log_citizen_report() returns trigger language plpgsql
security definer set search_path = access, pg_temp as $$
begin
    perform access.note_event(
        'citizen_report.' || new.status, new.decided_by,
        jsonb_strip_nulls(jsonb_build_object('citizen_report', new.id, 'release', new.release))
    );
    return null;
end;
$$;
create constraint trigger log_citizen_report after update of status on citizen.report
deferrable initially deferred for each row when (old.status <> new.status)
execute function access.log_citizen_report();
revoke execute on function access.log_citizen_report() from public;
