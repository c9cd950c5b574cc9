-- The roles of the platform, each with what its work needs and no more. Applied at every migrate, as administrator.
-- Passwords are set by the program: they are made per installation and never stand in a file of the project.

do $$
declare
    name text;
begin
    foreach name in array array[
        'dothi_owner', 'dothi_loader', 'dothi_reader_public', 'dothi_reader_internal', 'dothi_editor', 'dothi_worker',
        'dothi_gis_public', 'dothi_gis_internal', 'dothi_gatekeeper', 'dothi_reporter'
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
    -- PostgreSQL lets everybody make temporary tables, with which a disk can be filled
    execute format('revoke temporary on database %I from public', current_database());
    execute format('grant create, connect, temporary on database %I to dothi_owner', current_database());
    execute format(
        'grant connect, temporary on database %I to dothi_loader, dothi_worker, dothi_editor', current_database()
    );
    execute format('grant connect on database %I to dothi_gatekeeper, dothi_reporter', current_database());
    -- an analysis puts the features that were sent along into a table of its own session
    execute format(
        'grant connect, temporary on database %I to dothi_reader_public, dothi_reader_internal', current_database()
    );
end
$$;

-- Under row-level security an index answers only operators that tell nothing of rows that are not shown. Whether two
-- boxes overlap tells nothing: it raises no error and writes no message. Who may not say so goes without the index.
do $$
begin
    if not (select proleakproof from pg_proc where oid = 'geometry_overlaps(geometry, geometry)'::regprocedure) then
        alter function geometry_overlaps(geometry, geometry) leakproof;
    end if;
exception
    when insufficient_privilege then null;
end
$$;

-- Statements of other sessions hold their signed claims, and anybody may read those of their own role. Who may not
-- take that away from everybody does so from none: then whoever smuggles SQL in may see what others see at that moment.
do $$
begin
    if has_function_privilege('public', 'pg_stat_get_activity(integer)', 'execute') then
        revoke execute on function pg_stat_get_activity(integer), pg_stat_get_backend_activity(integer) from public;
        grant execute on function pg_stat_get_activity(integer), pg_stat_get_backend_activity(integer)
        to pg_read_all_stats, dothi_owner;
    end if;
exception
    when insufficient_privilege then null;
end
$$;

-- Since when others' transactions are open is for monitoring to know. Who may not grant that goes without: then the
-- oldest transaction of catalog.figures() is the owner's own.
do $$
begin
    if not pg_has_role('dothi_owner', 'pg_read_all_stats', 'member') then
        grant pg_read_all_stats to dothi_owner;
    end if;
exception
    when insufficient_privilege then null;
end
$$;

-- GIS staff connect as these from their desks: they read schema share, where QGIS finds layer_styles without its
-- schema's name, they change nothing, and a forgotten window neither holds a transaction nor counts for ever.
do $$
declare
    name text;
    wanted constant text[] := array[
        'search_path=share, public', 'default_transaction_read_only=on', 'statement_timeout=2min',
        'idle_in_transaction_session_timeout=10min'
    ];
begin
    foreach name in array array['dothi_gis_public', 'dothi_gis_internal'] loop
        execute format('grant connect on database %I to %I', current_database(), name);
        -- only where it is not so already: many databases of one server share their roles
        if (select rolconfig from pg_roles where rolname = name) is distinct from wanted then
            execute format('alter role %I set search_path = share, public', name);
            execute format('alter role %I set default_transaction_read_only = on', name);
            execute format('alter role %I set statement_timeout = %L', name, '2min');
            execute format('alter role %I set idle_in_transaction_session_timeout = %L', name, '10min');
        end if;
    end loop;
end
$$;
