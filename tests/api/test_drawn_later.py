"""A proxy that keeps a tile of before is told so at once; the new one is drawn behind, once, and is there soon."""

from collections.abc import Callable
from threading import Event, Thread
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from dothi.api import drawn_later
from dothi.api.drawn_later import DrawnLater
from dothi.api.tiles.maker import TileMaker
from tests.api.conftest import Desk, building, school, square, tile_address
from tests.processes.workers import wait_until

type Client = Callable[..., FlaskClient]

TILE = tile_address('schools', 14)
ADDRESSES = [TILE, TILE.replace('/tiles', '/map/tiles'), TILE.replace('/collections/schools', '')]
ENVIRON = {'PATH_INFO': '/a', 'QUERY_STRING': '', 'HTTP_X_DOTHI_PROXY': 'keeps'}


def ask_after(app: FlaskClient, address: str, before: TestResponse, **headers: str) -> TestResponse:
    """What a proxy asks that has `before`."""
    return app.get(address, headers={'If-None-Match': before.headers['ETag'], **headers})


def proxy_asks_after(app: FlaskClient, address: str, before: TestResponse) -> TestResponse:
    return ask_after(app, address, before, **{'X-Dothi-Proxy': 'keeps'})


def release(desk: Desk, places: int) -> None:
    desk.release('schools', [('POINT(0 0)', school('A', places=places)), (f'POINT({places} 0)', school('B'))])


@pytest.fixture
def app(desk: Desk, client: Client) -> FlaskClient:
    desk.release('buildings', [(square(-50, -50, 100), building('A'))])
    release(desk, 100)
    return client('public')


@pytest.mark.parametrize('address', ADDRESSES)
def test_the_tile_of_before_is_true_until_the_new_one_is_drawn(app: FlaskClient, desk: Desk, address: str) -> None:
    before = app.get(address)
    assert before.status_code == 200
    release(desk, 200)
    answer = proxy_asks_after(app, address, before)
    assert (answer.status_code, answer.headers['ETag'], answer.data) == (304, before.headers['ETag'], b'')
    wait_until(lambda: proxy_asks_after(app, address, before).status_code == 200)
    assert app.get(address).data != before.data


@pytest.mark.parametrize('address', ADDRESSES)
def test_who_keeps_a_tile_itself_gets_the_new_one(app: FlaskClient, desk: Desk, address: str) -> None:
    before = app.get(address)
    release(desk, 200)
    answer = ask_after(app, address, before)
    assert answer.status_code == 200
    assert answer.data != before.data


def test_colleagues_get_the_new_one(desk: Desk, client: Client, app: FlaskClient) -> None:
    office = client('internal')
    before = office.get(TILE)
    release(desk, 200)
    assert proxy_asks_after(office, TILE, before).status_code == 200


def test_another_tag_is_no_tile_of_before(app: FlaskClient) -> None:
    answer = app.get(TILE, headers={'If-None-Match': 'W/"other-schools-1-0-mvt"', 'X-Dothi-Proxy': 'keeps'})
    assert answer.status_code == 200


def test_what_cannot_be_drawn_behind_is_drawn_for_who_asks(
    app: FlaskClient, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the tile of before would be true for ever."""
    before = app.get(TILE)
    release(desk, 200)
    keep, failed = TileMaker.keep, []

    def fail(*args: Any) -> Any:
        monkeypatch.setattr(TileMaker, 'keep', keep)
        failed.append(args)
        raise ValueError

    monkeypatch.setattr(TileMaker, 'keep', fail)
    assert proxy_asks_after(app, TILE, before).status_code == 304
    wait_until(lambda: proxy_asks_after(app, TILE, before).status_code == 200)
    assert len(failed) == 1


def test_a_question_is_asked_once_and_not_for_ever() -> None:
    """While it is asked it is being made; afterwards whoever asks gets the answer itself."""
    asked, go_on = [], Event()

    def answer(environ: dict[str, Any], _start: Any) -> Any:
        asked.append(environ)
        go_on.wait()
        raise OSError

    later = DrawnLater(answer)
    assert [later.takes(ENVIRON, 'new') for _ in range(5)] == [True] * 5
    go_on.set()
    wait_until(lambda: not later.takes(ENVIRON, 'new'))
    assert [(environ['PATH_INFO'], 'HTTP_X_DOTHI_PROXY' in environ) for environ in asked] == [('/a', False)]
    assert later.takes(ENVIRON, 'newer')


def test_so_many_wait_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawn_later, 'MOST_WAITING', 3)
    go_on = Event()

    def answer(*_: Any) -> list[bytes]:
        go_on.wait()
        return []

    later = DrawnLater(answer)
    assert [later.takes(ENVIRON, str(state)) for state in range(5)] == [True, True, True, False, False]
    go_on.set()
    wait_until(lambda: later.takes(ENVIRON, 'another'))


def test_without_room_for_a_thread_it_is_drawn_for_who_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    """And behind again once there is room."""
    asked: list[dict[str, Any]] = []

    def no_room(_thread: Thread) -> None:
        raise RuntimeError("can't start new thread")

    def answer(environ: dict[str, Any], _start: Any) -> list[bytes]:
        asked.append(environ)
        return []

    later = DrawnLater(answer)
    monkeypatch.setattr(Thread, 'start', no_room)
    assert [later.takes(ENVIRON, 'new') for _ in range(2)] == [False, False]
    monkeypatch.undo()
    assert later.takes(ENVIRON, 'new')
    wait_until(lambda: len(asked) == 1)
