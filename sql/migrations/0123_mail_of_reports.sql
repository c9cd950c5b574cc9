-- Reviewers hear by mail of reports of citizens that wait (docs/decisions/0102-mail.md).
create function mail.note_report() returns trigger language plpgsql
security definer set search_path = mail, pg_temp as $$
begin
    insert into event (kind, subject) values ('reports_waiting', new.id);
    return null;
end;
$$;
revoke execute on function mail.note_report() from public;
create trigger note_report after insert on citizen.report
for each row execute function mail.note_report();

-- who writes the mail says how many wait, and nothing of what they say
grant select (id, status) on citizen.report to dothi_worker;
