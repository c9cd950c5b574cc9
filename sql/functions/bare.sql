-- A text without the marks on its letters. The rules of unaccent know the letters of Latin, those too that are no
-- letter with a mark (đ, ø); of what is left, as in Greek and Cyrillic, Unicode's decomposition tells the marks. Those
-- of Japanese stay, as OGC 21-065 recommends.
create or replace function catalog.bare(given text) returns text
language plpgsql immutable strict parallel safe as $$
declare
    plain text := public.unaccent(given);
begin
    if octet_length(plain) = length(plain) then
        return plain;
    end if;
    return public.unaccent(normalize(regexp_replace(
        normalize(given, nfd), '[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+', '', 'g'
    ), nfc));
end;
$$;
