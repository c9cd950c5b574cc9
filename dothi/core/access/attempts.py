"""Attempts to sign in that failed, and how long the next one has to wait: longer each time, and nobody is locked out.

Counted by name and address together, so that a stranger who guesses does not keep the person out who sits elsewhere;
and by name alone, far more loosely, for strangers with many addresses. Of a device from which the person has signed in
before, only its own failures count.
"""

import hashlib
from math import ceil

from psycopg2.extensions import connection as Connection

from dothi.core.access.log import Deed, note
from dothi.core.errors import TooMany

FREE_FAILURES, FREE_OF_ALL = 3, 50
FIRST_WAIT_S, LONGEST_WAIT_S = 2, 15 * 60
# After a day without another, failures are forgotten.
MEMORY = '1 day'
# Attempts on one name come one after the other, in all processes: else many at once would each be the first.
LOCK = "select pg_advisory_xact_lock(920900101, hashtext(encode(%(name)s, 'hex')))"
WAITS = """
    select
        coalesce(max(failures) filter (where address = %(address)s), 0),
        coalesce(extract(epoch from clock_timestamp() - max(last_at) filter (where address = %(address)s)), 0)::float8,
        coalesce(sum(failures), 0), coalesce(extract(epoch from clock_timestamp() - max(last_at)), 0)::float8
    from access.failed_attempt
    where name_sha256 = %(name)s and last_at > clock_timestamp() - %(memory)s::interval
"""
# Of the name at the address, and of all names at the address, which stand under no name.
COUNT = """
    insert into access.failed_attempt as f
    values (%(name)s, %(address)s, 1, clock_timestamp()), ('', %(address)s, 1, clock_timestamp())
    on conflict (name_sha256, address) do update set
        failures = case when f.last_at > clock_timestamp() - %(memory)s::interval then f.failures + 1 else 1 end,
        last_at = clock_timestamp()
    returning name_sha256 = '', failures
"""
FORGET = 'delete from access.failed_attempt where last_at < clock_timestamp() - %(memory)s::interval'
FORGIVE = 'delete from access.failed_attempt where name_sha256 = %(name)s and address = %(address)s'


class TooManyAttempts(TooMany):
    """The next attempt to sign in has to wait. wait_s: how long."""

    def __init__(self, wait_s: int) -> None:
        self.wait_s = wait_s
        super().__init__(
            vi=f'Đã thử sai nhiều lần. Đợi {wait_s} giây rồi thử lại; quên mật khẩu thì nhờ quản trị viên.',
            en=f'Too many wrong attempts. Wait {wait_s} s, and try again; if you forgot the password, ask the '
            'administrator.',
        )


def require_patience(db: Connection, name: str, address: str, device: str = '') -> None:
    """Raises TooManyAttempts where the last failures are too recent. Others with this name wait for the transaction.

    device: what tells a device of the person from others; empty for any other.
    """
    with db.cursor() as cursor:
        cursor.execute(LOCK, _values(name, address, device))
        cursor.execute(WAITS, _values(name, address, device))
        here, since_here_s, everywhere, since_s = cursor.fetchone() or (0, 0.0, 0, 0.0)
    wait_s = max(
        wait_after(here, FREE_FAILURES) - since_here_s,
        wait_after(int(everywhere), FREE_OF_ALL) - since_s,
    )
    if wait_s > 0:
        raise TooManyAttempts(ceil(wait_s))


def wait_after(failures: int, free: int) -> float:
    """Seconds until the next attempt: 0 for the first `free` failures, then 2, 4, 8, … up to a quarter of an hour."""
    return 0 if failures < free else min(FIRST_WAIT_S * 2.0 ** min(failures - free, 20), LONGEST_WAIT_S)


def count_failure(db: Connection, name: str, address: str, device: str = '') -> None:
    """Counts an attempt that failed; whether or not there is somebody of that name.

    The log gets a line for the first failure, the second, fourth, eighth …: of each name that is somebody's, and of all
    others at the address together. So it grows with the logarithm of what strangers try.
    """
    with db.cursor() as cursor:
        cursor.execute(COUNT, _values(name, address, device))
        failures = dict(cursor.fetchall())
        cursor.execute(FORGET, _values(name, address, device))
        cursor.execute('select id::text from access.person where name = %s', [name.strip().lower()])
        (person,) = cursor.fetchone() or (None,)
    count = failures[person is None]
    if count.bit_count() == 1:
        note(db, None, Deed.SIGN_IN_FAILED, person=person, address=address, failures=count)


def forgive(db: Connection, name: str, address: str, device: str = '') -> None:
    """Forgets failures of who has signed in now."""
    with db.cursor() as cursor:
        cursor.execute(FORGIVE, _values(name, address, device))


def _values(name: str, address: str, device: str) -> dict[str, object]:
    """People type their password into the field of the name: what was typed is kept as a hash."""
    digest = hashlib.sha256(f'{name.strip().casefold()}{device and f" {device}"}'.encode()).digest()
    return {'name': digest, 'address': address, 'memory': MEMORY}
