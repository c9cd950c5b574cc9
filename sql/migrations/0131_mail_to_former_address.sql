-- Whoever moves somebody's mails to an address of their own does so unheard, unless the address before it hears of it
-- as well (OWASP ASVS 2.2.3; docs/decisions/0102-mail.md).

-- An address is here until the letter to it is written, or a day where nobody writes letters.
create table mail.former_address (
    id bigint generated always as identity primary key,
    person uuid not null references access.person on delete cascade,
    address text not null,
    at timestamptz not null default clock_timestamp()
);
-- with whom they go
grant select (person), delete on table mail.former_address to dothi_gatekeeper;

-- keeps_address: it goes to the address that it was written for, and not to its reader's of now.
alter table mail.message add column keeps_address boolean not null default false;

create function mail.note_address() returns trigger language plpgsql
security definer set search_path = mail, pg_temp as $$
declare
    former bigint;
begin
    delete from former_address where at < clock_timestamp() - interval '1 day';
    insert into former_address (person, address) values (old.id, old.email) returning id into former;
    insert into event (kind, subject) values
        ('account_changed', concat_ws('/', 'address-' || former, 'email', new.id)),
        ('address_left', former);
    return null;
end;
$$;
revoke execute on function mail.note_address() from public;
-- who is removed leaves no address behind
create trigger note_address after update of email on access.person
for each row when (old.email is distinct from new.email and old.email is not null and new.removed_at is null)
execute function mail.note_address();
