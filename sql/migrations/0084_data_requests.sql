-- Written requests for data: who asks, what for, which layers, on which legal basis; and the answer, or the refusal
-- with its legal basis (Decree 194/2025). What was shared with whom is read from here, so nothing is deleted.
create table catalog.data_request (
    id bigint generated always as identity primary key,
    received_at timestamptz not null default now(),
    -- an office or a role, never a person's name
    requester text not null check (requester <> ''),
    purpose text not null check (purpose <> ''),
    layers text[] not null check (cardinality(layers) > 0),
    format text not null,
    legal_basis text not null check (legal_basis <> ''),
    letter jsonb,
    status text not null default 'open' check (status in ('open', 'answered', 'refused')),
    decided_at timestamptz,
    decided_by text,
    -- of an answer: an addition; of a refusal: why
    reason text,
    refusal_basis text,
    answer_letter jsonb,
    -- of an answer: each file with its layer, release, licence, hash and size
    files jsonb not null default '[]',
    constraint a_decision_is_whole check ((status = 'open') = (decided_at is null and decided_by is null)),
    constraint a_refusal_has_its_basis check (status <> 'refused' or coalesce(refusal_basis, '') <> '')
);

grant select, insert, update on table catalog.data_request to dothi_loader;
