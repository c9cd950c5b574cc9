"""Which long-running parts of the instance are there: each holds a lock in the database for as long as it lives.

The server gives the lock back when the process ends, however it ends, and nobody has to send signs of life.
"""

import logging
import select
import threading
import time
from contextlib import closing

import psycopg2
from psycopg2.extensions import connection as Connection

from dothi.core.database import Role, database_url
from dothi.core.errors import DothiError

LOG = logging.getLogger('dothi.presence')
# The first half of the lock's key; the second is the part.
KEY = 0x646F7468
PARTS = {'inbox': 1}
AGAIN_S = 1.0


def announce_presence(part: str, role: Role) -> None:
    """From now on, until this process ends, `is_present` says that `part` is there."""
    threading.Thread(target=_hold, args=(PARTS[part], role), name=f'presence of {part}', daemon=True).start()


def is_present(db: Connection, part: str) -> bool:
    """Whether a process of `part` lives and reaches the database."""
    query = """select exists (select from pg_locks
        where locktype = 'advisory' and classid = %s and objid = %s and objsubid = 2 and granted
            and database = (select oid from pg_database where datname = current_database()))"""
    with db.cursor() as cursor:
        cursor.execute(query, [KEY, PARTS[part]])
        ((is_held,),) = cursor.fetchall()
    return bool(is_held)


def _hold(part: int, role: Role) -> None:
    while True:
        try:
            _hold_once(part, role)
        except (psycopg2.Error, DothiError) as error:
            LOG.debug('no database to be present in: %s', error)
        time.sleep(AGAIN_S)


def _hold_once(part: int, role: Role) -> None:
    """Until the server closes the session; the kernel tells, so nothing is polled."""
    url = database_url(role).set(drivername='postgresql').render_as_string(hide_password=False)
    with closing(psycopg2.connect(url, connect_timeout=10, application_name='dothi presence')) as db:
        db.autocommit = True
        with db.cursor() as cursor:
            cursor.execute('select pg_advisory_lock_shared(%s, %s)', [KEY, part])
        select.select([db], [], [])
