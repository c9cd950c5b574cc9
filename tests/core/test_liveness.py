"""A connection to the database of another machine that is lost on the way is noticed soon."""

import os
import socket

import pytest

from dothi.core import database as core_database
from dothi.core.database import connection


def options(role: core_database.Role) -> tuple[int, int, int]:
    """Of a new connection: idle seconds before it is probed, how often, and ms for which nothing may be confirmed."""
    with connection(role) as db, socket.socket(fileno=os.dup(db.fileno())) as way:
        names = (socket.TCP_KEEPIDLE, socket.TCP_KEEPCNT, socket.TCP_USER_TIMEOUT)
        idle_s, count, timeout_ms = (way.getsockopt(socket.IPPROTO_TCP, name) for name in names)
    return idle_s, count, timeout_ms


@pytest.mark.parametrize('role', ['admin', 'reader_public', 'worker'])
def test_a_connection_that_nothing_confirms_is_given_up_within_half_a_minute(
    database: dict[str, str], role: core_database.Role
) -> None:
    assert options(role) == (15, 3, 30_000)


def test_what_the_url_says_itself_goes_before(database: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('DOTHI_DATABASE_URL', f'{database["DOTHI_DATABASE_URL"]}?keepalives_idle=99')
    core_database.fresh()
    assert options('admin') == (99, 3, 30_000)
