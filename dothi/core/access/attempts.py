"""Attempts to sign in that failed, and how long the next one has to wait: longer each time, and nobody is locked out.

Counted by name and address together, so that a stranger who guesses does not keep the person out who sits elsewhere;
and by name alone, far more loosely, for strangers with many addresses.
"""

import hashlib
from math import ceil

from psycopg2.extensions import connection as Connection

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
COUNT = """
    insert into access.failed_attempt as f values (%(name)s, %(address)s, 1, clock_timestamp())
    on conflict (name_sha256, address) do update set
        failures = case when f.last_at > clock_timestamp() - %(memory)s::interval then f.failures + 1 else 1 end,
        last_at = clock_timestamp()
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


def require_patience(db: Connection, name: str, address: str) -> None:
    """Raises TooManyAttempts where the last failures are too recent. Others with this name wait for the transaction."""
    with db.cursor() as cursor:
        cursor.execute(LOCK, _values(name, address))
        cursor.execute(WAITS, _values(name, address))
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


def count_failure(db: Connection, name: str, address: str) -> None:
    """Counts an attempt that failed; whether or not there is somebody of that name."""
    with db.cursor() as cursor:
        cursor.execute(COUNT, _values(name, address))
        cursor.execute(FORGET, _values(name, address))


def forgive(db: Connection, name: str, address: str) -> None:
    """Forgets failures of who has signed in now."""
    with db.cursor() as cursor:
        cursor.execute(FORGIVE, _values(name, address))


def _values(name: str, address: str) -> dict[str, object]:
    """People type their password into the field of the name: what was typed is kept as a hash."""
    digest = hashlib.sha256(name.strip().casefold().encode()).digest()
    return {'name': digest, 'address': address, 'memory': MEMORY}
