"""Who is let in after a restore: what was ended or revoked after the moment that is restored must not open again."""

from contextlib import closing

import psycopg2
from pydantic import BaseModel

from dothi.core.access.log import Deed
from dothi.core.postgis import DATABASE, LocalPostgis

IS_THERE = "select to_regprocedure('access.append(uuid, text, jsonb)') is not null"
# Tokens of settings are no matter of the database: the service makes their keys what the settings say.
REVOKE = """
    update access.api_key set revoked_at = clock_timestamp()
    where revoked_at is null and not from_setting and (expires_at is null or expires_at > clock_timestamp())
"""
COUNT = """
    select count(*) from access.api_key as k join access.person as p on p.id = k.person
    where k.revoked_at is null and not k.from_setting and p.disabled_at is null
        and (k.expires_at is null or k.expires_at > clock_timestamp())
"""
NOTE = "select access.append(null, %s, jsonb_build_object('sessions', %s, 'links', %s, 'keys_revoked', %s))"


class AccessAfterRestore(BaseModel):
    """What was ended, and how many keys are in force: also those that were revoked after the moment of the backup."""

    sessions_ended: int = 0
    links_ended: int = 0
    keys_revoked: int = 0
    keys_in_force: int = 0


def close_access(server: LocalPostgis, *, revoke_keys: bool) -> AccessAfterRestore:
    """Ends all sessions and links of a recovered database, and with `revoke_keys` all keys; the log has a line."""
    url = server.url.set(drivername='postgresql', database=DATABASE).render_as_string(hide_password=False)
    with closing(psycopg2.connect(url, connect_timeout=10)) as db, db, db.cursor() as cursor:
        cursor.execute(IS_THERE)
        if cursor.fetchone() != (True,):
            # a backup of before there were people
            return AccessAfterRestore()
        cursor.execute('update access.session set ended_at = clock_timestamp() where ended_at is null')
        sessions = cursor.rowcount
        cursor.execute('delete from access.invitation where used_at is null')
        links, revoked = cursor.rowcount, 0
        if revoke_keys:
            cursor.execute(REVOKE)
            revoked = cursor.rowcount
        cursor.execute(NOTE, [Deed.RESTORED, sessions, links, revoked])
        cursor.execute(COUNT)
        (in_force,) = cursor.fetchone() or (0,)
    return AccessAfterRestore(sessions_ended=sessions, links_ended=links, keys_revoked=revoked, keys_in_force=in_force)
