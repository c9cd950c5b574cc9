-- Whoever gets into somebody else's account changes its password or its keys first: its owner hears of it by mail
-- (OWASP ASVS 2.2.3; docs/decisions/0102-mail.md). The worker may not read the log, so the event says what it needs:
-- which line it is about, what was changed, and whose.
create function mail.note_account() returns trigger language plpgsql
security definer set search_path = mail, pg_temp as $$
begin
    insert into event (kind, subject)
    select
        'account_changed',
        concat_ws('/', new.number, changed.what, coalesce(new.detail ->> 'person', new.person::text))
    from (
        select new.action as what where new.action <> 'changed'
        union all
        select jsonb_array_elements_text(new.detail -> 'what') where new.action = 'changed'
    ) as changed
    where changed.what in (
        'password_set', 'second_factor_on', 'second_factor_off', 'key_made', 'key_revoked', 'provider_account'
    );
    return null;
end;
$$;
revoke execute on function mail.note_account() from public;
create trigger note_account after insert on access.log
for each row when (
    not new.detail ? 'first'
    and new.action in ('password_set', 'second_factor_on', 'second_factor_off', 'key_made', 'key_revoked', 'changed')
)
execute function mail.note_account();
