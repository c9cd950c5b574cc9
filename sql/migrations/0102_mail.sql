-- Mails to people of the platform: what happened (events), what is written to whom (messages), what somebody does not
-- want to hear of (docs/decisions/0102-mail.md).
create schema mail;

-- told_at: when messages were written about it, or it was found that nobody is to hear of it.
create table mail.event (
    id bigint generated always as identity primary key,
    kind text not null,
    subject text not null,
    at timestamptz not null default clock_timestamp(),
    told_at timestamptz
);
create index on mail.event (id) where told_at is null;

-- about: what the message is about; nobody gets two about the same. given_up_at: the server refused it for good, or for
-- days.
create table mail.message (
    id bigint generated always as identity primary key,
    person uuid not null references access.person on delete cascade,
    kind text not null,
    about text not null,
    address text not null,
    subject text not null,
    body text not null,
    created_at timestamptz not null default clock_timestamp(),
    next_try_at timestamptz not null default clock_timestamp(),
    attempts int not null default 0,
    sent_at timestamptz,
    given_up_at timestamptz,
    fault text,
    unique (person, about)
);
create index on mail.message (next_try_at) where sent_at is null and given_up_at is null;

create table mail.unwanted (
    person uuid not null references access.person on delete cascade,
    kind text not null,
    primary key (person, kind)
);

grant usage on schema mail to dothi_worker, dothi_gatekeeper, dothi_loader;
grant select, insert, update on table mail.event, mail.message to dothi_worker;
grant select on table mail.message to dothi_loader;
-- whose edits were reviewed
grant select on table catalog.change_set, catalog.edit to dothi_loader;
grant select on table mail.unwanted to dothi_worker;
grant select, insert, delete on table mail.unwanted to dothi_gatekeeper;
-- with whom their mails go
grant select (person), delete on table mail.message to dothi_gatekeeper;

-- Whatever door a delivery or decision came through, it is noted here.
create function mail.note_delivery() returns trigger language plpgsql
security definer set search_path = mail, pg_temp as $$
begin
    if new.origin = 'delivery' and new.status in ('diagnosed', 'accepted', 'returned')
        and (tg_op = 'INSERT' or old.status <> new.status) then
        insert into event (kind, subject)
        values (case new.status when 'diagnosed' then 'decision_wanted' else 'delivery_' || new.status end, new.id);
    end if;
    return null;
end;
$$;
create trigger note_delivery after insert or update of status on catalog.delivery
for each row execute function mail.note_delivery();

create function mail.note_review() returns trigger language plpgsql
security definer set search_path = mail, pg_temp as $$
begin
    if old.status = 'open' and new.status in ('accepted', 'rejected') then
        insert into event (kind, subject) values ('edit_reviewed', new.id);
    end if;
    return null;
end;
$$;
create trigger note_review after update of status on catalog.change_set
for each row execute function mail.note_review();
