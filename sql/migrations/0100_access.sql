-- People, how they show who they are, and what they did (docs/decisions/0100-people-and-sessions.md).
-- Only the gatekeeper reads here: the role by which the internal service finds out who asks. The roles that answer
-- requests for data cannot, so that a fault in a query shows nobody's password, session or key.
create schema access;

-- removed_at: the name is gone, the id stays for what the log says of it.
create table access.person (
    id uuid primary key default gen_random_uuid(),
    name text collate "C" unique check (name ~ '^[a-z0-9][a-z0-9._@-]{0,63}$'),
    title text,
    email text,
    language text not null default 'vi' check (language in ('vi', 'en')),
    role text not null,
    agency text,
    -- Argon2id in PHC form; null until an invitation was taken up, and for programs
    password_hash text,
    password_set_at timestamptz,
    -- encrypted by a key in the secrets folder; confirmed once a code of it was shown
    totp_secret bytea,
    totp_confirmed_at timestamptz,
    -- the time step of the last code that was taken: none is taken twice (RFC 6238, 5.2)
    totp_step bigint not null default 0,
    created_at timestamptz not null default clock_timestamp(),
    disabled_at timestamptz,
    removed_at timestamptz,
    check ((name is null) = (removed_at is not null))
);

-- A link that lets its bearer set a password, once. sha256: of the secret in it.
create table access.invitation (
    sha256 bytea primary key,
    person uuid not null references access.person on delete cascade,
    purpose text not null check (purpose in ('invite', 'recover')),
    created_at timestamptz not null default clock_timestamp(),
    expires_at timestamptz not null,
    used_at timestamptz
);
create index on access.invitation (person);

create table access.session (
    id uuid primary key default gen_random_uuid(),
    sha256 bytea not null unique,
    person uuid not null references access.person on delete cascade,
    address text not null,
    user_agent text not null,
    created_at timestamptz not null default clock_timestamp(),
    seen_at timestamptz not null default clock_timestamp(),
    ended_at timestamptz
);
create index on access.session (person) where ended_at is null;

-- from_setting: a token of DOTHI_EDIT_TOKEN or of secrets/edit_token, which ends when it stands there no more.
create table access.api_key (
    id uuid primary key default gen_random_uuid(),
    sha256 bytea not null unique,
    person uuid not null references access.person on delete cascade,
    label text not null,
    scopes text[] not null,
    from_setting boolean not null default false,
    created_at timestamptz not null default clock_timestamp(),
    expires_at timestamptz,
    used_at timestamptz,
    revoked_at timestamptz
);
create index on access.api_key (person) where revoked_at is null;

-- Attempts to sign in that failed: by the name that was typed, and the address that they came from.
create table access.failed_attempt (
    name_sha256 bytea not null,
    address text not null,
    failures int not null,
    last_at timestamptz not null,
    primary key (name_sha256, address)
);
create index on access.failed_attempt (last_at);

-- What was done, each line chained to the one before it. Of people it has ids, no names: whoever is removed leaves a
-- line that nobody can read a name from, and the chain holds.
create table access.log (
    number bigint primary key,
    at timestamptz not null,
    person uuid,
    action text not null,
    detail jsonb not null,
    sha256 bytea not null
);
create index on access.log (at);
create index on access.log (person, number);

grant usage on schema access to dothi_gatekeeper, dothi_loader, dothi_editor;
grant select, insert, update on table access.person, access.invitation, access.session, access.api_key
to dothi_gatekeeper;
grant delete on table access.invitation, access.session to dothi_gatekeeper;
grant select, insert, update, delete on table access.failed_attempt to dothi_gatekeeper;
grant select on table access.log to dothi_gatekeeper;
