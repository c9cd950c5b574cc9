"""Renderers die alone: a crash, a hang, a picture too large or a parent that is gone touch nothing else."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from psycopg2 import sql

from dothi.cartography.mapping.document import Maker, order
from dothi.cartography.mapping.layer_query import Reader
from dothi.cartography.mapping.limits import DrawingBroke, PictureTooLarge, TooBusy, TookTooLong
from dothi.cartography.mapping.picture import Picture
from dothi.cartography.mapping.pool import Renderers
from dothi.cartography.mapping.view import View
from dothi.core import database as core_database
from dothi.core.database import NoDatabase, connection
from dothi.core.limit_settings import MapSettings
from dothi.core.locality import Locality
from dothi.core.settings import PROJECT
from tests.conftest import PATIENCE_S, Instance
from tests.mapping.drawing import shown
from tests.mapping.test_placement import GREEN, of_the_province

PNG = b'\x89PNG'


@pytest.fixture
def pool() -> Iterator[Callable[..., Renderers]]:
    """Makes renderers with other settings than usual; they end with the test."""
    made = []

    def make(**settings: float) -> Renderers:
        made.append(Renderers(MapSettings(**settings)))
        return made[-1]

    yield make
    for one in made:
        one.end()


def slow(locality: Locality, seconds: float, view: View | None = None) -> bytes:
    """An order for a picture of which the database lets the renderer wait so long."""
    waits = sql.SQL('(select pg_sleep({}) is not null)').format(sql.Literal(seconds))
    layer = shown(locality, 'districts', GREEN, condition=waits)
    with connection('reader_internal') as db:
        picture = Picture(view or of_the_province(locality, 9209), (layer,))
        return order(picture, Maker(Reader(db, locality, 'internal', {}), {}))


def children() -> set[int]:
    """Process ids of the renderers that this process started and that live."""
    command = ['pgrep', '-P', str(os.getpid()), '-f', 'mapping.renderer']
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    return {int(pid) for pid in found.stdout.split()}


def wait_for(condition: Callable[[], bool], seconds: float = PATIENCE_S) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_crash_takes_one_renderer_and_one_request(drawn_province: Locality, pool: Callable[..., Renderers]) -> None:
    renderers, quick = pool(map_renderers=2), slow(drawn_province, 0)
    before = children()
    with ThreadPoolExecutor(2) as threads:
        hit = threads.submit(renderers.draw, slow(drawn_province, 20))
        wait_for(lambda: len(children() - before) == 1)
        (victim,) = children() - before
        other = threads.submit(renderers.draw, slow(drawn_province, 1.5))
        wait_for(lambda: len(children() - before) == 2)
        wait_for(lambda: sleeping() == 2)
        os.kill(victim, signal.SIGSEGV)
        with pytest.raises(DrawingBroke):
            hit.result(5)
        assert other.result(10).startswith(PNG)
    survivors = children() - before
    assert victim not in survivors
    assert renderers.draw(quick).startswith(PNG)
    # one that dies while nobody asks anything of it costs no request at all
    for pid in survivors:
        os.kill(pid, signal.SIGSEGV)
    wait_for(lambda: not children() & survivors)
    assert renderers.draw(quick).startswith(PNG)
    assert children() - before - survivors


def sleeping() -> int:
    """How many pictures wait in the database."""
    with connection('reader_internal') as db, db.cursor() as cursor:
        cursor.execute(
            "select count(*) from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'"
        )
        return cursor.fetchone()[0]


def test_a_picture_that_takes_too_long_is_given_up(drawn_province: Locality, pool: Callable[..., Renderers]) -> None:
    """The database ends a query that takes too long; a renderer that answers nothing at all is killed."""
    renderers = pool(map_seconds=2)
    before = children()
    assert renderers.draw(slow(drawn_province, 0)).startswith(PNG)
    with pytest.raises(TookTooLong, match='within 2 s'):
        renderers.draw(slow(drawn_province, 20))
    (kept,) = children() - before
    os.kill(kept, signal.SIGSTOP)
    begun = time.monotonic()
    with pytest.raises(TookTooLong):
        renderers.draw(slow(drawn_province, 0))
    assert time.monotonic() - begun < 4
    assert kept not in children()
    assert renderers.draw(slow(drawn_province, 0)).startswith(PNG)


def test_a_full_queue_is_told_at_once(drawn_province: Locality, pool: Callable[..., Renderers]) -> None:
    renderers, wait = pool(map_renderers=1, map_queue=1, map_wait_s=5), slow(drawn_province, 1.5)
    with ThreadPoolExecutor(2) as threads:
        drawn = [threads.submit(renderers.draw, wait) for _ in range(2)]
        wait_for(lambda: sleeping() == 1)
        begun = time.monotonic()
        with pytest.raises(TooBusy):
            renderers.draw(wait)
        assert time.monotonic() - begun < 0.5
        assert all(one.result(10).startswith(PNG) for one in drawn)
    impatient = pool(map_renderers=1, map_queue=5, map_wait_s=0.3)
    with ThreadPoolExecutor(1) as threads:
        drawn = [threads.submit(impatient.draw, wait)]
        wait_for(lambda: sleeping() == 1)
        with pytest.raises(TooBusy):
            impatient.draw(wait)


def test_a_picture_that_needs_more_memory_than_there_may_be_is_refused(
    drawn_province: Locality, pool: Callable[..., Renderers]
) -> None:
    renderers, province = pool(map_memory_mb=120), of_the_province(drawn_province, 9209)
    poster = View(province.crs, province.box, 10_000, 10_000)
    with pytest.raises((PictureTooLarge, DrawingBroke)):
        renderers.draw(slow(drawn_province, 0, poster))
    assert renderers.draw(slow(drawn_province, 0)).startswith(PNG)


def test_a_connection_that_the_server_closed_is_made_anew(
    drawn_province: Locality, pool: Callable[..., Renderers]
) -> None:
    renderers, quick = pool(), slow(drawn_province, 0)
    assert renderers.draw(quick).startswith(PNG)
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = 'dothi map'"
        )
        assert cursor.rowcount > 0
    assert renderers.draw(quick).startswith(PNG)


def test_a_database_that_restarts_is_waited_for(
    drawn_province: Locality,
    pool: Callable[..., Renderers],
    instance: Instance,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    renderers, quick = pool(), slow(drawn_province, 0)
    assert renderers.draw(quick).startswith(PNG)
    with instance.closed('pictures'), ThreadPoolExecutor(1) as one:
        waiting = one.submit(renderers.draw, quick)
        time.sleep(0.5)
        assert not waiting.done()
        instance.open('pictures')
        assert waiting.result().startswith(PNG)
    with instance.closed('pictures'):
        monkeypatch.setattr('dothi.cartography.mapping.pool.PAUSES_S', (0.1,))
        with pytest.raises(NoDatabase):
            renderers.draw(quick)
    # those of this process are dead, too
    core_database.fresh()


PARENT = """
import os, sys, threading
from dothi.cartography.mapping.pool import renderers
quick, slow = (open(name, 'rb').read() for name in sys.argv[1:])
# a thread of a web server, which ends long before its process does
one = threading.Thread(target=lambda: renderers().draw(quick))
one.start()
one.join()
renderers().draw(quick)
forked = os.fork()
if not forked:
    os._exit(0 if renderers().draw(quick).startswith(b'\\x89PNG') else 1)
assert os.waitstatus_to_exitcode(os.waitpid(forked, 0)[1]) == 0
assert renderers().draw(quick).startswith(b'\\x89PNG')
print('ready', flush=True)
renderers().draw(slow)
"""


def test_no_renderer_outlives_its_parent(drawn_province: Locality, tmp_path: Path) -> None:
    """However the parent ends, even in the middle of a picture; and it outlives the thread that drew first."""
    orders = [tmp_path / 'quick', tmp_path / 'slow']
    for file, seconds in zip(orders, (0, 30), strict=True):
        file.write_bytes(slow(drawn_province, seconds))
    environment = os.environ | {'PYTHONPATH': str(PROJECT)}
    for ending in (signal.SIGKILL, signal.SIGTERM):
        command = [sys.executable, '-c', PARENT, *map(str, orders)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as parent:
            assert parent.stdout
            assert parent.stdout.readline() == 'ready\n'
            wait_for(lambda: sleeping() == 1)
            listed = subprocess.run(['pgrep', '-P', str(parent.pid)], capture_output=True, text=True, check=True)
            (renderer,) = map(int, listed.stdout.split())
            parent.send_signal(ending)
        wait_for(lambda gone=Path(f'/proc/{renderer}'): not gone.exists(), 3)
        wait_for(lambda: sleeping() == 0)
