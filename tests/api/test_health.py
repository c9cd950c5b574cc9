"""Health checks answer soon, whatever hangs: a database that takes connections and says nothing, a disk, a client."""

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from dothi.api.common import health
from dothi.api.http import full_disk
from dothi.api.master import CatalogueWatch
from dothi.core import database as core_database
from dothi.core.layer import Audience
from dothi.core.shared_look import SharedLook
from dothi.core.store_mark import MARK, read_mark
from tests.api.conftest import Desk, school
from tests.services import PATIENCE_S

type Client = Callable[..., FlaskClient]

# Two are promised; a new connection alone is waited for for ten.
SOON_S = 8.0
WITH_KEY = {'Authorization': 'Bearer nobodys'}


@pytest.fixture
def silent_database(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """What puts one in place of the database: the system takes connections to a process that is stopped."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(('127.0.0.1', 0)))

        def silence() -> None:
            url = f'postgresql://nobody:secret@127.0.0.1:{listener.getsockname()[1]}/none'
            monkeypatch.setenv('DOTHI_DATABASE_URL', url)
            core_database.fresh()

        yield silence
    core_database.fresh()


@pytest.mark.parametrize('audience', ['public', 'internal'])
@pytest.mark.parametrize('headers', [{}, WITH_KEY], ids=['stranger', 'with a key'])
def test_a_database_that_says_nothing_is_named_soon(
    desk: Desk, client: Client, silent_database: Callable[[], None], audience: Audience, headers: dict[str, str]
) -> None:
    """Also to who sends a key: whose it is only the database knows."""
    desk.release('schools', [('POINT(0 0)', school('A'))])
    app = client(audience)
    silent_database()
    began_s = time.monotonic()
    live, whole, ready = (app.get(path, headers=headers) for path in ('/health/live', '/health', '/health/ready'))
    assert time.monotonic() - began_s < SOON_S
    assert (live.status_code, whole.status_code, ready.status_code) == (200, 503, 503)
    assert whole.get_json()['database'] == 'silent'
    assert ready.get_json()['checks']['database'] == 'silent'
    assert ready.headers['Retry-After']


def test_figures_say_which_part_hangs_before_who_collects_them_gives_up(
    desk: Desk, client: Client, silent_database: Callable[[], None]
) -> None:
    """Prometheus waits for 10 s, and would call the whole service dead."""
    desk.release('schools', [('POINT(0 0)', school('A'))])
    app = client('internal')
    silent_database()
    began_s = time.monotonic()
    figures = app.get('/metrics').get_data(as_text=True)
    assert time.monotonic() - began_s < SOON_S
    assert 'dothi_ready{part="database"} 0.0' in figures
    assert 'dothi_disk_free_bytes' in figures


def test_a_master_gives_signs_of_life_beside_a_database_that_says_nothing(
    desk: Desk, silent_database: Callable[[], None]
) -> None:
    """It was killed as one that stands still, with its service, and asks again later."""
    watch = CatalogueWatch('public')
    assert watch.generation()
    watch.close()
    silent_database()
    began_s = time.monotonic()
    assert [watch.generation() for _ in range(3)] == [None, None, None]
    assert time.monotonic() - began_s < SOON_S


def test_a_disk_that_hangs_is_named_soon_and_keeps_no_other_request(
    desk: Desk, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.release('schools', [('POINT(0 0)', school('A'))])
    app, ends = client('public'), threading.Event()
    hangs = SharedLook(lambda: ends.wait(PATIENCE_S))
    monkeypatch.setattr(health, 'FILES', hangs)
    monkeypatch.setattr(full_disk._Disk, 'look', hangs)
    monkeypatch.setattr(full_disk._Disk, 'looked_at_s', float('-inf'))
    began_s = time.monotonic()
    ready, items = app.get('/health/ready'), app.get('/api/collections/schools/items')
    assert time.monotonic() - began_s < SOON_S
    ends.set()
    assert {name: ready.get_json()['checks'][name] for name in ('store', 'disk')} == {
        'store': 'silent',
        'disk': 'silent',
    }
    assert items.status_code == 200


def test_a_pipe_in_place_of_the_mark_of_the_store_keeps_nobody(tmp_path: Path) -> None:
    """Whoever opens one waits for somebody to write to it."""
    os.mkfifo(tmp_path / MARK)
    marks: list[str | None] = []
    reading = threading.Thread(target=lambda: marks.append(read_mark(tmp_path)), daemon=True)
    reading.start()
    reading.join(SOON_S)
    assert marks == [None]
