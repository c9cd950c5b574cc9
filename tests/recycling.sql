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

-- The rows that every copy begins with: those of now. Called again where a template gets more tables or rows.
-- A row is the same as long as it lies where it lay and was written by the same transaction. Values are not compared:
-- reading them again, styles of some hundred kilobytes among them, took most of the time between two tests.
create function recycling.remember() returns void language plpgsql as $$
declare
    seeded record;
    filled boolean;
begin
    drop event trigger if exists recycling_ddl;
    drop event trigger if exists recycling_drop;
    for seeded in select tablename from pg_tables where schemaname = 'recycling' and tablename <> 'changed' loop
        execute format('drop table recycling.%I', seeded.tablename);
    end loop;
    truncate recycling.changed;
    create table recycling.seed (name text primary key, copy text);
    create table recycling.sequence as
        select format('%I.%I', schemaname, sequencename) as name, start_value, last_value from pg_sequences;
    for seeded in select * from recycling.tables() loop
        execute format('select exists (select from %s)', seeded.name) into filled;
        if filled then
            execute format(
                'create table recycling.%I as select t as content, t.ctid as place, t.xmin as writer from %s t',
                'seed_' || seeded.oid, seeded.name
            );
            insert into recycling.seed values (seeded.name, 'seed_' || seeded.oid);
        end if;
    end loop;
    create event trigger recycling_ddl on ddl_command_end execute function recycling.note();
    create event trigger recycling_drop on sql_drop execute function recycling.note();
end;
$$;

-- Gives a table the rows back that it had at first, and touches no other.
create function recycling.restore(name text, copy text) returns void language plpgsql as $$
declare
    lost record;
    new_place tid;
begin
    execute format(
        'delete from %s t where not exists (select from recycling.%I s where s.place = t.ctid and s.writer = t.xmin)',
        name, copy
    );
    for lost in execute format(
        'select s.place from recycling.%I s
         where not exists (select from %s t where t.ctid = s.place and t.xmin = s.writer) order by s.place',
        copy, name
    ) loop
        execute format(
            'insert into %s overriding system value select (s.content).* from recycling.%I s where s.place = $1
             returning ctid',
            name, copy
        ) into new_place using lost.place;
        execute format(
            'update recycling.%I set place = $2, writer = pg_current_xact_id()::xid where place = $1', copy
        ) using lost.place, new_place;
    end loop;
end;
$$;

-- Empties the tables that were empty at first. Tables that others refer to are deleted from: to truncate them would
-- truncate all that refer to them, which takes five times as long.
create function recycling.empty() returns void language plpgsql as $$
declare
    filled record;
    names text;
begin
    for filled in
        select t.name, exists (select from pg_constraint c where c.contype = 'f' and c.confrelid = t.oid) as referred
        from recycling.tables() t left join recycling.seed s using (name)
        where s.name is null and pg_relation_size(t.oid) > 0
    loop
        if filled.referred then
            execute format('delete from %s', filled.name);
        else
            names := concat_ws(', ', names, filled.name);
        end if;
    end loop;
    if names is not null then
        execute format('truncate %s', names);
    end if;
end;
$$;

-- Whether the database is again what it was at first.
create function recycling.clean() returns boolean language plpgsql as $$
declare
    dropped record;
begin
    if exists (select from recycling.changed) or exists (
        select from pg_db_role_setting where setdatabase = (select oid from pg_database where datname = current_database())
    ) then
        return false;
    end if;
    -- neither triggers nor foreign keys: rows go and come as they were
    set local session_replication_role = replica;
    for dropped in select name from recycling.tables() where name like 'staging.%' loop
        execute format('drop table %s', dropped.name);
    end loop;
    perform recycling.empty();
    perform recycling.restore(s.name, s.copy) from recycling.seed s;
    perform setval(s.name::regclass, coalesce(s.last_value, s.start_value), s.last_value is not null)
    from recycling.sequence s join pg_sequences p on s.name = format('%I.%I', p.schemaname, p.sequencename)
    where p.last_value is distinct from s.last_value;
    return true;
end;
$$;
