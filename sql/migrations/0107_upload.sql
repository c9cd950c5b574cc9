-- Files that come in parts (tus 1.0, docs/decisions/0107-uploads-in-parts.md): each part is stored before it is
-- acknowledged, so that a file goes on where it stopped, whatever died. The delivery that it becomes has an archive of
-- its own.
create schema upload;

-- editor: under which name whoever sends it is known. received: bytes that are there, from the beginning on.
create table upload.file (
    id uuid primary key default gen_random_uuid(),
    editor text not null,
    name text not null,
    length_bytes bigint not null check (length_bytes > 0),
    received_bytes bigint not null default 0 check (received_bytes between 0 and length_bytes),
    created_at timestamptz not null default clock_timestamp(),
    touched_at timestamptz not null default clock_timestamp()
);
create index on upload.file (editor);

create table upload.part (
    file_id uuid not null references upload.file on delete cascade,
    start_byte bigint not null,
    content bytea not null,
    primary key (file_id, start_byte)
);
-- what is sent is mostly compressed
alter table upload.part alter column content set storage external;

grant usage on schema upload to dothi_gatekeeper, dothi_loader, dothi_worker;
grant select, insert, update, delete on table upload.file to dothi_gatekeeper;
grant insert on table upload.part to dothi_gatekeeper;
grant select, delete on table upload.file to dothi_loader;
grant select on table upload.part to dothi_loader;
grant select, delete on table upload.file to dothi_worker;

-- Appends a part and says how many bytes are there now; null where another number were there, or nothing is: two
-- that send at once never write over each other.
create function upload.append_part(p_file uuid, p_editor text, p_start bigint, p_content bytea) returns bigint
language plpgsql
as $$
declare
    total bigint;
begin
    update upload.file
    set received_bytes = received_bytes + octet_length(p_content), touched_at = clock_timestamp()
    where id = p_file and editor = p_editor and received_bytes = p_start
    returning received_bytes into total;
    if found then
        insert into upload.part (file_id, start_byte, content) values (p_file, p_start, p_content);
    end if;
    return total;
end;
$$;
revoke execute on function upload.append_part(uuid, text, bigint, bytea) from public;
grant execute on function upload.append_part(uuid, text, bigint, bytea) to dothi_gatekeeper;
