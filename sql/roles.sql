-- The roles of the platform, each with what its work needs and no more. Applied at every migrate, as administrator.
-- Passwords are set by the program: they are made per installation and never stand in a file of the project.

do $$
declare
    name text;
begin
    foreach name in array array[
        'dothi_owner', 'dothi_loader', 'dothi_reader_public', 'dothi_reader_internal', 'dothi_editor', 'dothi_worker'
    ] loop
        if not exists (select 1 from pg_roles where rolname = name) then
            execute format('create role %I login', name);
        end if;
    end loop;
end
$$;

-- Services may not make objects where everybody looks for them.
revoke create on schema public from public;
grant usage on schema public to public;

do $$
begin
    execute format('grant create, connect, temporary on database %I to dothi_owner', current_database());
    execute format(
        'grant connect, temporary on database %I to dothi_loader, dothi_worker, dothi_editor', current_database()
    );
    -- an analysis puts the features that were sent along into a table of its own session
    execute format(
        'grant connect, temporary on database %I to dothi_reader_public, dothi_reader_internal', current_database()
    );
end
$$;
