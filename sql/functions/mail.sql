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
