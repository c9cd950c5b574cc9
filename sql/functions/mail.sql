-- Who may be written to: people with an address who are let in. With the owner's rights, since whoever writes the mails
-- may read nothing else of people.
create or replace function mail.people()
returns table (id uuid, name text, title text, email text, language text, role text, agency text)
language sql stable security definer set search_path = access, pg_temp as $$
    select p.id, p.name, p.title, p.email, p.language, p.role, p.agency from access.person as p
    where p.email is not null and p.name is not null and p.disabled_at is null;
$$;

revoke execute on function mail.people() from public;
grant execute on function mail.people() to dothi_worker;

-- Who had this address before theirs was changed, with that address, which is kept no longer; no row where it is gone.
-- Whether they are let in does not matter: the letter asks whether they know of the change.
create or replace function mail.take_former_address(number bigint)
returns table (id uuid, name text, title text, email text, language text, role text, agency text)
language sql volatile security definer set search_path = mail, access, pg_temp as $$
    with taken as (delete from former_address as f where f.id = number returning f.person, f.address)
    select p.id, p.name, p.title, taken.address, p.language, p.role, p.agency
    from taken join person as p on p.id = taken.person where p.name is not null;
$$;

revoke execute on function mail.take_former_address(bigint) from public;
grant execute on function mail.take_former_address(bigint) to dothi_worker;
