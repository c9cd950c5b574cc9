"""Renderers die alone: a crash, a hang, a picture too large or a parent that is gone touch nothing else."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from psycopg2 import sql

from dothi.cartography.mapping import frames
from dothi.cartography.mapping.document import Maker, order
from dothi.cartography.mapping.layer_query import Reader
from dothi.cartography.mapping.limits import DrawingBroke, NotDrawn, PictureTooLarge, TooBusy, TookTooLong
from dothi.cartography.mapping.picture import Picture
from dothi.cartography.mapping.pool import Renderer, Renderers
from dothi.cartography.mapping.view import View
from dothi.core import database as core_database
from dothi.core import turns
from dothi.core.database import NoDatabase, connection
from dothi.core.limit_settings import MapSettings
from dothi.core.locality import Locality
from dothi.core.settings import PROJECT
from dothi.core.turns import Turns
from tests.conftest import PATIENCE_S, Instance
from tests.mapping.drawing import shown
from tests.mapping.test_placement import GREEN, of_the_province
from tests.matrix import thorough

PNG = b'\x89PNG'
# Longer than any test: what would wait for it does not end.
ENDLESS_S = 10_000
# The lock that held pictures wait for.
LOCK = sql.SQL('(select pg_advisory_xact_lock_shared(42) is not null)')


@pytest.fixture
def pool() -> Iterator[Callable[..., Renderers]]:
    """Makes renderers with other settings than usual; they end with the test."""
    made = []

    def make(**settings: Any) -> Renderers:
        made.append(Renderers(MapSettings(**settings)))
        return made[-1]

    yield make
    for one in made:
        one.end()


def has_ended(process: int) -> bool:
    return not Path(f'/proc/{process}').exists()


def is_dead(child: int) -> bool:
    """Whether its exit code is there: one that is still dying has lost its command line and main thread before."""
    return os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def quick(locality: Locality, view: View | None = None) -> bytes:
    """An order for a picture that the database answers at once."""
    return ordered(locality, sql.SQL('true'), view)


def held(locality: Locality) -> bytes:
    """An order for a picture whose rows the database gives when the test lets it, see `holding`."""
    return ordered(locality, LOCK)


def ordered(locality: Locality, condition: sql.Composable, view: View | None = None) -> bytes:
    layer = shown(locality, 'districts', GREEN, condition=condition)
    with connection('reader_internal') as db:
        picture = Picture(view or of_the_province(locality, 9209), (layer,))
        return order(picture, Maker(Reader(db, locality, 'internal', {}), {}))


@contextmanager
def holding() -> Iterator[None]:
    """Pictures of `held` wait while inside."""
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute('select pg_advisory_xact_lock(42)')
        yield


def waiting() -> int:
    """How many pictures wait in the database."""
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute(
            """select count(*) from pg_stat_activity
               where datname = current_database() and application_name = 'dothi map' and wait_event = 'advisory'"""
        )
        ((count,),) = cursor.fetchall()
    return int(count)


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


def test_renderers_let_go_first_who_answers_with_what_is_kept(
    province_database: dict[str, str], locality: Locality, pool: Callable[..., Renderers]
) -> None:
    """They are later by a little, where a kept answer, which takes a millisecond, would be late for many."""
    own, renderers = os.getpriority(os.PRIO_PROCESS, 0), pool(map_renderers=1)
    renderers.draw(quick(locality))
    assert {os.getpriority(os.PRIO_PROCESS, pid) for pid in children()} == {min(own + 5, 19)}


def test_who_waits_for_a_picture_leaves_the_turn_to_others(
    drawn_province: Locality, pool: Callable[..., Renderers], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is kept is sent meanwhile; it waited for 20 ms behind each picture that was drawn."""
    monkeypatch.setattr(turns, 'LONGEST_TURN_S', PATIENCE_S)
    taken, renderers = Turns(1), pool(map_renderers=1)
    picture = held(drawn_province)

    def draw_in_turn() -> bytes:
        with taken.turn():
            return renderers.draw(picture)

    with ThreadPoolExecutor(1) as threads:
        with holding():
            drawing = threads.submit(draw_in_turn)
            wait_for(lambda: waiting() == 1)
            with taken.turn():
                assert not drawing.done()
        assert drawing.result(PATIENCE_S).startswith(PNG)


def test_a_crash_takes_one_renderer_and_one_request(drawn_province: Locality, pool: Callable[..., Renderers]) -> None:
    renderers, order_ = pool(map_renderers=2, map_seconds=PATIENCE_S), held(drawn_province)
    before = children()
    with ThreadPoolExecutor(2) as threads:
        with holding():
            hit = threads.submit(renderers.draw, order_)
            wait_for(lambda: waiting() == 1)
            (victim,) = children() - before
            other = threads.submit(renderers.draw, order_)
            wait_for(lambda: waiting() == 2)
            os.kill(victim, signal.SIGSEGV)
            with pytest.raises(DrawingBroke):
                hit.result(PATIENCE_S)
            assert not other.done()
        assert other.result(PATIENCE_S).startswith(PNG)
    survivors = children() - before
    assert victim not in survivors
    assert renderers.draw(order_).startswith(PNG)
    # one that dies while nobody asks anything of it costs no request at all
    for pid in survivors:
        os.kill(pid, signal.SIGSEGV)
    wait_for(lambda: all(is_dead(pid) for pid in survivors))
    assert renderers.draw(order_).startswith(PNG)
    assert children() - before - survivors


def test_the_database_ends_a_query_that_takes_too_long(drawn_province: Locality) -> None:
    """The renderer says so itself, long before it would be ended, and goes on drawing."""
    renderer = Renderer(MapSettings(map_seconds=1))
    ends = time.monotonic() + PATIENCE_S
    try:
        with holding():
            assert renderer.draw(held(drawn_province), ends) == (frames.TOO_SLOW, b'')
        drawn = renderer.draw(quick(drawn_province), ends)
        assert drawn
        assert drawn[0] == frames.DRAWN
    finally:
        renderer.end()


def test_a_picture_that_takes_too_long_is_given_up(drawn_province: Locality, pool: Callable[..., Renderers]) -> None:
    """The client is told the time that there was; a renderer that answers nothing at all is killed."""
    with holding(), pytest.raises(TookTooLong, match='within 1 s'):
        pool(map_seconds=1).draw(held(drawn_province))
    renderers, before = pool(map_seconds=PATIENCE_S), children()
    assert renderers.draw(quick(drawn_province)).startswith(PNG)
    (stopped,) = children() - before
    os.kill(stopped, signal.SIGSTOP)
    renderers.settings = MapSettings(map_seconds=1)
    with pytest.raises(TookTooLong):
        renderers.draw(quick(drawn_province))
    assert stopped not in children()
    renderers.settings = MapSettings(map_seconds=PATIENCE_S)
    assert renderers.draw(quick(drawn_province)).startswith(PNG)


def test_a_full_queue_is_told_at_once(drawn_province: Locality, pool: Callable[..., Renderers]) -> None:
    """While the one before waits for ever; whoever waits in the queue hears after the time that is set."""
    order_ = held(drawn_province)
    renderers = pool(map_renderers=1, map_queue=1, map_wait_s=ENDLESS_S, map_seconds=PATIENCE_S)
    impatient = pool(map_renderers=1, map_queue=5, map_wait_s=0.3, map_seconds=PATIENCE_S)
    with ThreadPoolExecutor(3) as threads:
        with holding():
            drawn = [threads.submit(renderers.draw, order_) for _ in range(2)]
            drawn.append(threads.submit(impatient.draw, order_))
            wait_for(lambda: waiting() == 2)
            for full in (renderers, impatient):
                with pytest.raises(TooBusy):
                    full.draw(order_)
            assert not any(one.done() for one in drawn)
        assert all(one.result(PATIENCE_S).startswith(PNG) for one in drawn)


def test_a_picture_that_needs_more_memory_than_there_may_be_is_refused(
    drawn_province: Locality, pool: Callable[..., Renderers]
) -> None:
    renderers, province = pool(map_memory_mb=120), of_the_province(drawn_province, 9209)
    poster = View(province.crs, province.box, 10_000, 10_000)
    with pytest.raises((PictureTooLarge, DrawingBroke)):
        renderers.draw(quick(drawn_province, poster))
    assert renderers.draw(quick(drawn_province)).startswith(PNG)


def test_a_renderer_keeps_what_a_picture_took_for_the_next(
    drawn_province: Locality, pool: Callable[..., Renderers]
) -> None:
    """A picture of 3 MB asks the system for no pages: given back and asked for anew they would be thousands."""
    renderers, province = pool(map_renderers=1), of_the_province(drawn_province, 9209)
    screen = quick(drawn_province, View(province.crs, province.box, 1024, 768))
    for _ in range(3):
        renderers.draw(screen)
    (renderer,) = renderers._idle
    before = page_faults(renderer.process.pid)
    for _ in range(5):
        renderers.draw(screen)
    assert page_faults(renderer.process.pid) - before < 5 * 100


def test_a_map_that_a_renderer_keeps_has_nothing_of_the_picture_before(
    drawn_province: Locality, pool: Callable[..., Renderers]
) -> None:
    """The same styles with other rows, in another place and size, and after an order that could not be drawn."""
    province = of_the_province(drawn_province, 9209)
    west, south, east, north = province.box
    half = View(province.crs, (west, south, (west + east) / 2, north), 150, 300)
    orders = [
        quick(drawn_province, province),
        ordered(drawn_province, sql.SQL('name is null'), province),
        quick(drawn_province, half),
        quick(drawn_province, province),
    ]
    assert len({json.loads(one)['styles'] for one in orders}) == 1
    broken = json.loads(orders[0])
    broken['layers'][0]['source']['table'] = '(select nothing) as rows'
    alone = [pool(map_renderers=1).draw(one) for one in orders]
    assert len(set(alone)) == 3
    renderers = pool(map_renderers=1)
    for one, picture in zip(orders, alone, strict=True):
        assert renderers.draw(one) == picture
        with pytest.raises(NotDrawn):
            renderers.draw(json.dumps(broken).encode())


@pytest.mark.parametrize('side', [1, 15, 16])
def test_a_narrow_picture_is_a_strip_of_the_wide_one(
    drawn_province: Locality, pool: Callable[..., Renderers], side: int
) -> None:
    """Also after a picture of another size in the same styles: a map of Mapnik keeps its size below 16 pixels."""
    province, renderers = of_the_province(drawn_province, 9209), pool(map_renderers=1)
    west, south, east, north = province.box
    across, down = (east - west) / 300, (north - south) / 300
    strips = {
        (0, 150, 300, 150 + side): (west, north - (150 + side) * down, east, north - 150 * down),
        (150, 0, 150 + side, 300): (west + 150 * across, south, west + (150 + side) * across, north),
    }
    for (left, top, right, bottom), box in strips.items():
        narrow = View(province.crs, box, right - left, bottom - top)
        first = image(renderers.draw(quick(drawn_province, narrow)))
        whole = image(renderers.draw(quick(drawn_province, View(province.crs, province.box, 300, 300))))
        again = image(renderers.draw(quick(drawn_province, narrow)))
        strip = whole.crop((left, top, right, bottom))
        assert len(strip.getcolors() or []) > 1
        assert first.tobytes() == again.tobytes()
        # edges are smoothed by where they lie, to the last bit of a number
        assert np.abs(np.asarray(first, dtype=int) - np.asarray(strip, dtype=int)).max() <= 2


def image(png: bytes) -> Image.Image:
    return Image.open(BytesIO(png)).convert('RGBA')


def page_faults(process: int) -> int:
    """How many pages the process got from the system without reading a disk (minflt of proc_pid_stat(5))."""
    return int(Path(f'/proc/{process}/stat').read_text(encoding='utf-8').rpartition(')')[2].split()[7])


def test_a_connection_that_the_server_closed_is_made_anew(
    drawn_province: Locality, pool: Callable[..., Renderers]
) -> None:
    renderers, order_ = pool(), quick(drawn_province)
    assert renderers.draw(order_).startswith(PNG)
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = 'dothi map'"
        )
        assert cursor.rowcount > 0
    assert renderers.draw(order_).startswith(PNG)


def test_a_database_that_restarts_is_waited_for(
    drawn_province: Locality,
    pool: Callable[..., Renderers],
    instance: Instance,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    renderers, order_ = pool(), quick(drawn_province)
    assert renderers.draw(order_).startswith(PNG)
    with instance.closed('pictures'), ThreadPoolExecutor(1) as one:
        waits = one.submit(renderers.draw, order_)
        time.sleep(0.5)
        assert not waits.done()
        instance.open('pictures')
        assert waits.result().startswith(PNG)
    with instance.closed('pictures'):
        monkeypatch.setattr('dothi.cartography.mapping.pool.PAUSES_S', (0.1,))
        with pytest.raises(NoDatabase):
            renderers.draw(order_)
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


@thorough
def test_no_renderer_outlives_its_parent(drawn_province: Locality, tmp_path: Path) -> None:
    """However the parent ends, even in the middle of a picture; and it outlives the thread that drew first."""
    orders = [tmp_path / 'quick', tmp_path / 'held']
    for file, order_ in zip(orders, (quick(drawn_province), held(drawn_province)), strict=True):
        file.write_bytes(order_)
    environment = os.environ | {'PYTHONPATH': str(PROJECT), 'DOTHI_MAP_SECONDS': str(10 * PATIENCE_S)}
    for ending in (signal.SIGKILL, signal.SIGTERM):
        command = [sys.executable, '-c', PARENT, *map(str, orders)]
        with holding(), subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as parent:
            assert parent.stdout
            assert parent.stdout.readline() == 'ready\n'
            wait_for(lambda: waiting() == 1)
            listed = subprocess.run(['pgrep', '-P', str(parent.pid)], capture_output=True, text=True, check=True)
            (renderer,) = map(int, listed.stdout.split())
            parent.send_signal(ending)
            # before the database would answer
            wait_for(partial(has_ended, renderer))
            wait_for(lambda: waiting() == 0)
