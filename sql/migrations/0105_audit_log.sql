-- What happens to data is in the log too, whatever door it came through (docs/decisions/0105-one-log.md). Each trigger
-- is deferred: the chain has one end, which a release of minutes would hold while everybody waits to sign in.
revoke usage on schema access from dothi_editor;
-- the rules that were noted last
create index on access.log (number) where action = 'policy_changed';
-- Names of people who were removed, as the hash of a key outside of the database has them: nobody gets one again.
alter table access.person add column name_hmac bytea;
create unique index on access.person (name_hmac);

create function access.log_delivery() returns trigger language plpgsql
security definer set search_path = access, pg_temp as $$
begin
    if tg_op = 'INSERT' or old.status <> new.status then
        perform access.note_event(
            'delivery.' || new.status, case tg_op when 'INSERT' then new.sender end,
            jsonb_strip_nulls(jsonb_build_object(
                'delivery', new.id, 'layer', new.layer_id, 'agency', new.agency, 'origin', new.origin,
                'superseded_by', new.superseded_by
            ))
        );
    end if;
    return null;
end;
$$;
create constraint trigger log_delivery after insert or update of status on catalog.delivery
deferrable initially deferred for each row execute function access.log_delivery();

create function access.log_decision() returns trigger language plpgsql
security definer set search_path = access, pg_temp as $$
begin
    perform access.note_event(
        'decision.' || new.decision, new.decided_by,
        jsonb_build_object('delivery', new.delivery_id, 'outcome', new.outcome)
    );
    return null;
end;
$$;
create constraint trigger log_decision after insert on catalog.decision
deferrable initially deferred for each row execute function access.log_decision();

create function access.log_release() returns trigger language plpgsql
security definer set search_path = access, pg_temp as $$
begin
    perform access.note_event(
        'release.' || new.origin, new.released_by,
        jsonb_strip_nulls(jsonb_build_object(
            'release', new.number, 'layer', new.layer_id, 'delivery', new.delivery_id, 'restores', new.restores,
            'added', new.rows_added, 'changed', new.rows_changed, 'closed', new.rows_closed
        ))
    );
    return null;
end;
$$;
create constraint trigger log_release after insert on catalog.release
deferrable initially deferred for each row execute function access.log_release();

create function access.log_edits() returns trigger language plpgsql
security definer set search_path = access, pg_temp as $$
begin
    if tg_op = 'INSERT' or old.status <> new.status then
        perform access.note_event(
            'edits.' || new.status, case tg_op when 'INSERT' then new.author else new.decided_by end,
            jsonb_strip_nulls(jsonb_build_object('edits', new.id, 'layer', new.layer_id, 'release', new.release))
        );
    end if;
    return null;
end;
$$;
create constraint trigger log_edits after insert or update of status on catalog.change_set
deferrable initially deferred for each row execute function access.log_edits();

create function access.log_conflict() returns trigger language plpgsql
security definer set search_path = access, pg_temp as $$
begin
    perform access.note_event(
        'conflict.' || new.decision, new.decided_by,
        jsonb_strip_nulls(jsonb_build_object('conflict', new.id, 'layer', new.layer_id, 'release', new.release))
    );
    return null;
end;
$$;
create constraint trigger log_conflict after update of status on catalog.conflict
deferrable initially deferred for each row when (old.status = 'open' and new.status = 'decided')
execute function access.log_conflict();

-- What people of the internal service run; whoever else asks is nobody's name.
create function access.log_job() returns trigger language plpgsql
security definer set search_path = access, pg_temp as $$
begin
    if access.person_of(new.asker) is not null then
        perform access.note_event(
            'job.submitted', new.asker, jsonb_build_object('job', new.id, 'process', new.process_id)
        );
    end if;
    return null;
end;
$$;
create constraint trigger log_job after insert on job.job
deferrable initially deferred for each row when (new.audience = 'internal')
execute function access.log_job();

revoke execute on function
access.log_delivery(), access.log_decision(), access.log_release(), access.log_edits(), access.log_conflict(),
access.log_job() from public;
