-- Reports of citizens. dothi_reporter, as which the public service writes, may call submit(), room_left() and
-- state_of(), and has no other right: whoever learns its password can send reports within the day's number, and read
-- nobody's.

-- Takes a report, and says what came of it: received, again (the same was sent before: its code), other_content (the
-- key is that of another report), off, unfit, full (no more on this day), too_many (no more from this address). wait_s:
-- until the next day. Nothing is raised: what a statement says that raises would stand in the server's log.
-- The service has looked at everything before, and says what is wrong; here it is looked at once more.
create or replace function citizen.submit(
    p_key uuid, p_address text, p_kind text, p_lon double precision, p_lat double precision, p_words text,
    p_contact text, p_photo bytea, out outcome text, out code text, out wait_s integer
)
language plpgsql security definer set search_path = citizen, public, pg_temp as $$
declare
    limits citizen.rules;
    own_day citizen.day;
    content bytea;
    before citizen.report;
    number bigint;
    local_now timestamp;
begin
    select * into limits from citizen.rules where is_open;
    if not found then
        outcome := 'off';
        return;
    end if;
    if not citizen.fits(limits, p_kind, p_lon, p_lat, p_words, p_contact, p_photo) or p_key is null
        or p_address is null
    then
        outcome := 'unfit';
        return;
    end if;
    local_now := clock_timestamp() at time zone limits.time_zone;
    wait_s := ceil(extract(epoch from date_trunc('day', local_now) + interval '1 day' - local_now));
    -- of earlier days nobody needs to know who sent how many
    delete from citizen.day where day < local_now::date;
    insert into citizen.day (day, salt) values (local_now::date, gen_random_bytes(32)) on conflict do nothing;
    -- one at a time from here on: however many come at once, each sees those before it
    select * into own_day from citizen.day where day = local_now::date for update;
    content := digest(
        convert_to(
            jsonb_build_array(p_kind, p_lon, p_lat, p_words, p_contact, encode(digest(p_photo, 'sha256'), 'hex'))::text,
            'UTF8'
        ), 'sha256'
    );
    select * into before from citizen.report where idempotency_key = p_key;
    if found then
        outcome := case when before.content_sha256 = content then 'again' else 'other_content' end;
        code := case outcome when 'again' then before.tracking_code end;
        return;
    end if;
    if own_day.reports >= limits.per_day then
        outcome := 'full';
        return;
    end if;
    insert into citizen.sender as s (day, address_hmac, reports)
    values (own_day.day, hmac(convert_to(p_address, 'UTF8'), own_day.salt, 'sha256'), 1)
    on conflict (day, address_hmac) do update set reports = s.reports + 1 where s.reports < limits.per_address;
    if not found then
        outcome := 'too_many';
        return;
    end if;
    update citizen.day set reports = reports + 1 where day = own_day.day;
    insert into citizen.report as r (tracking_code, idempotency_key, content_sha256, kind, words, contact, place)
    values (
        citizen.new_code(), p_key, content, p_kind, p_words, nullif(p_contact, ''),
        st_setsrid(st_point(p_lon, p_lat), 4326)
    )
    returning r.id, r.tracking_code into number, code;
    if p_photo is not null then
        insert into citizen.photo (report_id, content) values (number, p_photo);
    end if;
    outcome := 'received';
end;
$$;

-- Whether a report could still come today, asked before its photo is opened, which takes most of the time: null, or
-- what submit() would say, full or too_many. Of a report that is there already it is null: sending it again costs no
-- place.
create or replace function citizen.room_left(p_key uuid, p_address text, out outcome text, out wait_s integer)
language sql stable security definer set search_path = citizen, public, pg_temp as $$
    select case
            when exists (select from citizen.report where idempotency_key = p_key) then null
            when d.reports >= rules.per_day then 'full'
            when coalesce(s.reports, 0) >= rules.per_address then 'too_many'
        end,
        ceil(extract(epoch from date_trunc('day', clock.now) + interval '1 day' - clock.now))::integer
    from citizen.rules
    cross join lateral (select clock_timestamp() at time zone rules.time_zone as now) as clock
    left join citizen.day as d on d.day = clock.now::date
    left join citizen.sender as s
        on s.day = d.day and s.address_hmac = hmac(convert_to(p_address, 'UTF8'), d.salt, 'sha256')
    where rules.is_open;
$$;

-- Whether a report is one that the rules take. Control characters but for tab and line ends are none of a text, nor are
-- those that turn the direction of writing: a reviewer would read something else than what is there.
create or replace function citizen.fits(
    limits citizen.rules, kind text, lon double precision, lat double precision, words text, contact text, photo bytea
)
returns boolean language sql stable set search_path = citizen, pg_temp as $$
    select coalesce(
        kind = any (limits.kinds)
        and lon between limits.extent[1] and limits.extent[3] and lat between limits.extent[2] and limits.extent[4]
        and length(words) between limits.min_characters and limits.max_characters
        and length(coalesce(contact, '')) <= 200
        and concat(words, contact)
        !~ e'[\u0001-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]'
        -- a JPEG of the service's own making; it is never opened here
        and (photo is null or (octet_length(photo) <= limits.photo_bytes and substr(photo, 1, 3) = '\xffd8ff'::bytea)),
        false
    );
$$;

-- A code of 100 random bits in letters that are not taken for each other: 7KQ2-9XWM-….
create or replace function citizen.new_code()
returns text language sql volatile set search_path = citizen, public, pg_temp as $$
    select string_agg(
        substr('0123456789ABCDEFGHJKMNPQRSTVWXYZ', get_byte(random, place) % 32 + 1, 1)
        || case when place % 4 = 3 and place < 19 then '-' else '' end, '' order by place
    )
    from gen_random_bytes(20) as random, generate_series(0, 19) as place;
$$;

-- What became of the report with the code, for who sent it: no row where there is none, and nothing of its content.
create or replace function citizen.state_of(p_code text)
returns table (status text, received_at timestamptz, decided_at timestamptz, reason text)
language sql stable security definer set search_path = citizen, pg_temp as $$
    select r.status, r.received_at, r.decided_at, r.reason from citizen.report as r where r.tracking_code = p_code;
$$;

-- Removes what came from people when its term has ended, and days that are over; says how many reports that were.
-- The place of a report that nobody has decided on stays: without it there is nothing to decide.
create or replace function citizen.expire()
returns bigint language plpgsql security definer set search_path = citizen, pg_temp as $$
declare
    expired bigint;
begin
    delete from citizen.day using citizen.rules
    where day < (clock_timestamp() at time zone rules.time_zone)::date;
    with gone as (
        update citizen.report as r
        set words = null, contact = null, idempotency_key = null, expired_at = clock_timestamp()
        from citizen.rules
        where r.expired_at is null and r.received_at < clock_timestamp() - make_interval(days => rules.keep_days)
        returning r.id
    ), photos as (
        delete from citizen.photo using gone where report_id = gone.id
    )
    select count(*) into expired from gone;
    update citizen.report set place = null
    where expired_at is not null and status <> 'received' and place is not null;
    return expired;
end;
$$;

revoke execute on function
citizen.submit(uuid, text, text, double precision, double precision, text, text, bytea), citizen.state_of(text),
citizen.fits(citizen.rules, text, double precision, double precision, text, text, bytea), citizen.new_code(),
citizen.expire(), citizen.room_left(uuid, text) from public;
grant execute on function
citizen.submit(uuid, text, text, double precision, double precision, text, text, bytea), citizen.state_of(text),
citizen.room_left(uuid, text)
to dothi_reporter;
grant execute on function citizen.expire() to dothi_worker;
