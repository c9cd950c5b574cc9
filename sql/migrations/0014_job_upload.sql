-- A job may come from an editor and bring a file, which is kept until the job has ended: the delivery that it becomes
-- has its own archive.
alter table job.job add column editor text, add column upload bytea;

create function job.forget_upload() returns trigger language plpgsql as $$
begin
    new.upload := null;
    return new;
end;
$$;
revoke execute on function job.forget_upload() from public;
create trigger forget_upload before update of status on job.job
for each row when (new.status in ('successful', 'failed', 'dismissed')) execute function job.forget_upload();

-- its successor takes editor and upload, too
drop function if exists job.submit(text, jsonb, text);
