-- New one-time codes take the place of the old ones when a code of the new ones is shown. Until then the old ones were
-- off: whoever had the password came in with it alone.

-- totp_pending: a secret of which no code was shown yet, encrypted like totp_secret.
alter table access.person add column totp_pending bytea;

update access.person set totp_pending = totp_secret, totp_secret = null where totp_confirmed_at is null;
