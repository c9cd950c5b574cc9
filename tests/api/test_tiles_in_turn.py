"""Tiles are drawn a few at a time: what is kept, and whatever else is asked for, does not wait for them."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from time import sleep

import pytest
from flask.testing import FlaskClient

from dothi.api.tiles import drawing_places
from dothi.api.tiles.drawing_places import AT_ONCE, drawing_place
from dothi.core.settings import DatabaseSettings
from tests.api.conftest import Desk, building, school, square, tile_address

type Client = Callable[..., FlaskClient]

# More than a process has connections.
CLIENTS = DatabaseSettings().pool_size + 4
OF_ALL_LAYERS = tile_address('schools', 16).replace('/collections/schools', '')


@pytest.fixture
def app(desk: Desk, client: Client) -> FlaskClient:
    """A service with a school and a building."""
    desk.release('schools', [('POINT(0 0)', school('A'))])
    desk.release('buildings', [(square(0, 0), building('A'))])
    return client()


@contextmanager
def all_places_taken() -> Iterator[None]:
    """While inside, as many tiles are being drawn as may be at once."""
    with ThreadPoolExecutor(AT_ONCE) as others:
        go_on: list[bool] = []

        def draw() -> None:
            with drawing_place():
                while not go_on:
                    sleep(0.01)

        drawings = [others.submit(draw) for _ in range(AT_ONCE)]
        sleep(0.2)
        try:
            yield
        finally:
            go_on.append(True)
            for drawing in drawings:
                drawing.result()


@pytest.mark.parametrize('address', [tile_address('schools', 16), OF_ALL_LAYERS])
def test_what_is_kept_goes_past_those_who_wait(app: FlaskClient, address: str) -> None:
    """And so does a client that has the tile."""
    kept = app.get(address, buffered=True)
    assert kept.status_code == 200
    with all_places_taken():
        assert app.get(address).get_data() == kept.get_data()
        assert app.get(address, headers={'If-None-Match': kept.headers['ETag']}).status_code == 304


@pytest.mark.parametrize('zoom', [12, 16])
def test_who_waits_for_a_tile_keeps_no_connection(app: FlaskClient, zoom: int) -> None:
    """More wait than there are connections, and others are answered; then each gets the tile."""
    address = tile_address('buildings', zoom)
    with ThreadPoolExecutor(CLIENTS) as clients:
        with all_places_taken():
            waiting = [clients.submit(app.application.test_client().get, address) for _ in range(CLIENTS)]
            sleep(0.5)
            assert not any(answer.done() for answer in waiting)
            assert app.get('/api/collections/schools/items').status_code == 200
        answers = [answer.result() for answer in waiting]
    assert {(answer.status_code, answer.get_data()) for answer in answers} == {(200, answers[0].get_data())}


def test_who_has_waited_too_long_is_asked_to_come_back(app: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing_places, 'PATIENCE_S', 0.05)
    with all_places_taken():
        answer = app.get(f'{tile_address("schools", 16)}?lang=en')
    assert (answer.status_code, answer.get_json()['code']) == (503, 'ManyTiles')
    assert answer.headers['Retry-After']
    assert app.get(tile_address('schools', 16)).status_code == 200
