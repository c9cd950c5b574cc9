-- Makes one migrated database serve many tests: it notes whether a test changed more than rows, and takes the rows of a
-- test away again. Copying the database anew costs ten times as long.

create schema recycling;
create table recycling.changed (what text);

-- Whatever is not rows: a table, a column, a function, a right. Tables of a delivery's own come and go.
create function recycling.note() returns event_trigger language plpgsql
security definer set search_path = recycling, pg_temp as $$
begin
    if tg_event = 'sql_drop' then
        insert into changed select object_identity from pg_event_trigger_dropped_objects()
        where not is_temporary and schema_name is distinct from 'staging' and schema_name !~ '^pg_toast';
    else
        insert into changed select coalesce(object_identity, command_tag) from pg_event_trigger_ddl_commands()
        where schema_name is null or schema_name !~ '^(staging|pg_temp)';
    end if;
end;
$$;

create function recycling.tables() returns table (oid oid, name text) language sql stable as $$
    select c.oid, format('%I.%I', n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'r' and n.nspname !~ '^(pg_|information_schema|recycling|public|topology|tiger)';
$$;

-- Which versions of which rows a table holds: one that nobody wrote to since has the same ones. Values are not looked
-- at: reading them again, styles of some hundred kilobytes among them, took most of the time between two tests.
create function recycling.versions(name text) returns text language plpgsql as $$
declare
    found text;
begin
    execute format('select md5(string_agg(concat_ws('' '', ctid, xmin, xmax), '','' order by ctid)) from %s', name)
        into found;
    return coalesce(found, '');
end;
$$;

-- The rows that every copy begins with: those of now. Called again where a template gets more tables or rows.
create function recycling.remember() returns void language plpgsql as $$
declare
    one record;
begin
    drop event trigger if exists recycling_ddl;
    drop event trigger if exists recycling_drop;
    for one in select tablename from pg_tables where schemaname = 'recycling' and tablename <> 'changed' loop
        execute format('drop table recycling.%I', one.tablename);
    end loop;
    truncate recycling.changed;
    create table recycling.seed (name text primary key, copy text, versions text);
    create table recycling.sequence as
        select format('%I.%I', schemaname, sequencename) as name, start_value, last_value from pg_sequences;
    for one in select * from recycling.tables() loop
        if recycling.versions(one.name) <> '' then
            execute format('create table recycling.%I as table %s', 'seed_' || one.oid, one.name);
            insert into recycling.seed values (one.name, 'seed_' || one.oid, recycling.versions(one.name));
        end if;
    end loop;
    create event trigger recycling_ddl on ddl_command_end execute function recycling.note();
    create event trigger recycling_drop on sql_drop execute function recycling.note();
end;
$$;

-- Whether the database is again what it was at first.
create function recycling.clean() returns boolean language plpgsql as $$
declare
    one record;
    names text;
begin
    if exists (select from recycling.changed) or exists (
        select from pg_db_role_setting where setdatabase = (select oid from pg_database where datname = current_database())
    ) then
        return false;
    end if;
    -- neither triggers nor foreign keys: rows go and come as they were
    set local session_replication_role = replica;
    for one in select name from recycling.tables() where name like 'staging.%' loop
        execute format('drop table %s', one.name);
    end loop;
    select string_agg(t.name, ', ') into names from recycling.tables() t left join recycling.seed s using (name)
    where case when s.name is null then pg_relation_size(t.oid) > 0 else recycling.versions(t.name) <> s.versions end;
    if names is not null then
        execute format('truncate %s cascade', names);
    end if;
    for one in select * from recycling.seed s where recycling.versions(s.name) <> s.versions loop
        execute format('insert into %s overriding system value table recycling.%I', one.name, one.copy);
        update recycling.seed set versions = recycling.versions(one.name) where name = one.name;
    end loop;
    perform setval(s.name::regclass, coalesce(s.last_value, s.start_value), s.last_value is not null)
    from recycling.sequence s join pg_sequences p on s.name = format('%I.%I', p.schemaname, p.sequencename)
    where p.last_value is distinct from s.last_value;
    return true;
end;
$$;
