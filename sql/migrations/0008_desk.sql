-- The delivery desk: a delivery is received, diagnosed, and then accepted, returned or superseded by a newer one.

-- `diagnosed` waits for a person; `failed` ended with a fault that was not the file's; `unchanged` brought nothing new.
alter table catalog.delivery drop constraint delivery_status_check;
update catalog.delivery set status = 'diagnosed' where status = 'undecided';
alter table catalog.delivery add constraint delivery_status_check check (
    status in ('received', 'diagnosed', 'accepted', 'returned', 'superseded', 'unchanged', 'failed')
);

-- all options it came with: a decision runs the original again with these and its own
alter table catalog.delivery add column options jsonb;
update catalog.delivery set options = jsonb_strip_nulls(jsonb_build_object(
    'layer', layer_id, 'agency', agency, 'origin', origin, 'scope', scope, 'mode', mode, 'as_of', as_of,
    'crs', declared_crs, 'encoding', encoding, 'note', note
));
alter table catalog.delivery alter column options set not null;

-- the role of whoever handed it over, never a name
alter table catalog.delivery add column sender text;
-- what was found when it began to wait; `report` is how it ended
alter table catalog.delivery add column diagnosis jsonb;
update catalog.delivery set diagnosis = report where status = 'diagnosed';
alter table catalog.delivery add column superseded_by bigint references catalog.delivery;
alter table catalog.delivery add constraint superseded_names_its_successor check (
    (status = 'superseded') = (superseded_by is not null)
);
create index delivery_waiting on catalog.delivery (layer_id, id) where status = 'diagnosed';

-- What persons decided on deliveries, one row for each time: a history, nothing in it is ever changed.
create table catalog.decision (
    id bigint generated always as identity primary key,
    delivery_id bigint not null references catalog.delivery,
    decision text not null check (decision in ('accept', 'return')),
    decided_at timestamptz not null default now(),
    -- a role or the user of the machine
    decided_by text not null,
    reason text not null check (reason <> ''),
    -- the options that were added to those of the delivery
    options jsonb not null default '{}',
    -- what became of the delivery: it goes on waiting where the file, so read, did not fit
    outcome text not null check (outcome in ('accepted', 'unchanged', 'returned', 'diagnosed')),
    -- what the check with these options found
    report jsonb
);
create index decision_delivery on catalog.decision (delivery_id, id);

-- A release of demonstration data: rows of it are labelled, and real rows replace them. A rollback to demonstration
-- data is one too.
alter table catalog.release add column demo boolean not null default false;
update catalog.release set demo = true where origin = 'demo';
-- geometry type, key and columns of the layer file then: a rollback restores rows only into the same ones
alter table catalog.release add column shape jsonb;

-- Reports quote rows, which may hold personal data: the desk's tables are the loader's alone.
grant select, insert on table catalog.decision to dothi_loader;
