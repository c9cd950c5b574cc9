-- Accounts at an OpenID Connect provider, by which people sign in (docs/decisions/0106-openid-connect.md).
-- issuer and subject together name an account for ever; an e-mail address does not, and is not kept.
create table access.provider_account (
    issuer text not null,
    subject text not null check (length(subject) between 1 and 255),
    person uuid not null references access.person on delete cascade,
    linked_at timestamptz not null default clock_timestamp(),
    primary key (issuer, subject),
    -- a province that moves to another provider links people anew, and has the old links until then
    unique (person, issuer)
);
grant select, insert, update, delete on table access.provider_account to dothi_gatekeeper;
