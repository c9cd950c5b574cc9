-- A file that came in parts is there until the job that delivers it has ended well. It was removed within the run: one
-- whose worker died between its release and its end began anew and said that there is no such file.
create or replace function job.forget_upload() returns trigger language plpgsql as $$
begin
    new.upload := null;
    if new.status = 'successful' and new.process_id = 'deliver-layer' and not (new.inputs ->> 'dry_run')::boolean then
        delete from upload.file where id::text = new.inputs ->> 'upload' and editor = new.editor;
    end if;
    return new;
end;
$$;

revoke delete on table upload.file from dothi_loader;
