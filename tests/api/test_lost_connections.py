"""The database goes away at any moment of any kind of request: the client gets an answer or a 503, never a 500."""

import select
from collections.abc import Callable, Iterator
from typing import Any

import psycopg2
import pytest
from flask import Flask
from psycopg2.extensions import connection as Connection

from dothi.api.app import create_app
from dothi.core import database as core_database
from dothi.core.layer import Audience
from tests.api.conftest import Desk, building, school, square, tile_address
from tests.matrix import combinations

type App = Callable[..., Flask]

WMS = '/ows?service=WMS&version=1.3.0&request='
BOX = '106.6,20.2,106.7,20.3'
ROUTES = [
    '/health',
    '/api/releases?f=json',
    '/api',
    '/api/collections?f=json',
    '/api/collections/schools?f=json',
    '/api/collections/schools/schema',
    '/api/collections/schools/queryables',
    '/api/collections/schools/items',
    '/api/collections/schools/items?f=html',
    "/api/collections/schools/items?filter=code='a'",
    '/api/collections/schools/items?f=csv',
    '/api/collections/schools/items/1',
    tile_address('schools', 12),
    '/api/collections/schools/tiles',
    '/api/tiles/WebMercatorQuad/9/225/407',
    '/api/collections/schools/map?width=64&height=64',
    '/api/map?width=64&height=64',
    '/api/styles',
    '/api/styles/default',
    '/api/collections/catalogue/items',
    '/api/collections/catalogue/items/schools',
    f'{WMS}GetCapabilities',
    f'{WMS}GetMap&layers=schools&styles=&crs=CRS:84&bbox={BOX}&width=64&height=64&format=image/png',
    '/api/processes/service-coverage?f=html',
    '/api/jobs',
    '/api/jobs/00000000-0000-0000-0000-000000000000',
]


class Executioner:
    """Ends backends: that of the connection which reaches moment `at`, or of each from there on."""

    def __init__(self, admin: psycopg2.extensions.connection) -> None:
        self.admin, self.at, self.on, self.moments = admin, 0, False, 0

    def aim(self, at: int, *, on: bool) -> None:
        self.at, self.on, self.moments = at, on, 0

    def meet(self, connection: Connection) -> None:
        """Called at every statement, commit and rollback of the code under test."""
        self.moments += 1
        if self.at and (self.moments == self.at or (self.on and self.moments > self.at)) and not connection.closed:
            with self.admin, self.admin.cursor() as cursor:
                cursor.execute('select pg_terminate_backend(%s)', [connection.info.backend_pid])
            # its farewell arrives; the server's own wait looks every 100 ms only
            select.select([connection], [], [], 5)


@pytest.fixture
def executioner(monkeypatch: pytest.MonkeyPatch, desk: Desk) -> Iterator[Executioner]:
    """Stands beside every connection that is made from now on."""
    connect = psycopg2.connect
    url = core_database.database_url('admin').set(drivername='postgresql')
    ender = Executioner(connect(url.render_as_string(hide_password=False)))

    class Watched(psycopg2.extensions.connection):
        def cursor(self, *args: Any, **named: Any) -> Any:
            ender.meet(self)
            return super().cursor(*args, **named)

        def commit(self) -> None:
            ender.meet(self)
            super().commit()

        def rollback(self) -> None:
            ender.meet(self)
            super().rollback()

    monkeypatch.setattr(psycopg2, 'connect', lambda *args, **named: connect(*args, connection_factory=Watched, **named))
    core_database.fresh()
    yield ender
    ender.aim(0, on=False)
    core_database.fresh()
    ender.admin.close()


@pytest.fixture
def app(desk: Desk) -> App:
    desk.release('schools', [('POINT(0 0)', school('a')), ('POINT(100 0)', school('b'))])
    desk.release('buildings', [(square(0, 0), building('x'))])

    def make(audience: Audience = 'internal') -> Flask:
        return create_app(audience)

    return make


def test_a_backend_that_ends_at_any_moment_costs_a_503_at_most(app: App, executioner: Executioner) -> None:
    """Once, or from that moment on: each way on every other route by day."""
    served = app()
    for route, on in combinations(ROUTES, [False, True]):
        undisturbed = served.test_client().get(route).status_code
        assert undisturbed in (200, 404), route
        for status, retry in _statuses(served, route, executioner, on=on):
            assert status in (undisturbed, 503), route
            assert status != 503 or retry, route
        executioner.aim(0, on=False)
        assert served.test_client().get(route).status_code == undisturbed, f'{route} does not recover'


def _statuses(served: Flask, route: str, executioner: Executioner, *, on: bool) -> Iterator[tuple[int, str | None]]:
    """The answer when the backend ends at the first moment, the second, … until the request has no such moment."""
    at = 0
    while True:
        at += 1
        executioner.aim(at, on=on)
        # kept pictures and tiles would spare the database
        answer = served.test_client().get(route, headers={'Cache-Control': 'no-cache'})
        yield answer.status_code, answer.headers.get('Retry-After')
        if executioner.moments < at:
            return


@pytest.mark.parametrize('audience', ['public', 'internal'])
def test_clients_hear_nothing_of_ports_and_commands(app: App, executioner: Executioner, audience: Audience) -> None:
    """They read when to come again; what is missing is for the operator, in the log."""
    served = app(audience)
    executioner.aim(1, on=True)
    answers = [served.test_client().get(route) for route in ROUTES]
    refused = [answer for answer in answers if answer.status_code == 503]
    assert len(refused) > len(ROUTES) / 2
    for answer in refused:
        text = answer.get_data(as_text=True)
        assert answer.headers['Retry-After']
        assert not [word for word in ('make up', 'DOTHI_', 'connection', 'postgres', 'psycopg') if word in text], text
