-- Whoever waits for an analysis longer than a page is looked at hears of its end by mail, and an invitation comes by
-- mail where there is a mail server (docs/decisions/0102-mail.md).

-- asked by somebody who had signed in: for others there is nobody of that name
create function mail.note_job() returns trigger language plpgsql
security definer set search_path = mail, pg_temp as $$
begin
    insert into event (kind, subject) values ('analysis_done', new.id);
    return null;
end;
$$;
revoke execute on function mail.note_job() from public;
create trigger note_job after update of status on job.job
for each row when (
    old.status not in ('successful', 'failed') and new.status in ('successful', 'failed')
    and new.audience = 'internal' and clock_timestamp() - new.created_at > interval '1 minute'
)
execute function mail.note_job();

-- who invites queues the mail with the link, in the transaction that makes it
grant insert, select (about) on table mail.message to dothi_gatekeeper;
