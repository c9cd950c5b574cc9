"""A few features put straight into the database, and a client for the app of each audience."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor
from werkzeug.test import TestResponse

from dothi.api.app import create_app
from dothi.core import database as core_database
from dothi.core.crs import proj_string, transformer
from dothi.core.database import connection
from dothi.core.layer import Audience
from dothi.core.locality import Locality, load_locality
from dothi.core.migrate import migrate
from dothi.core.settings import PROJECT
from etl.desk.deliver import deliver
from etl.desk.options import DeliveryOptions
from tests.conftest import Instance, Province, fresh, serving, shared_services, use

# Lower left corner of a grid of places in the working CRS, well inside the locality; coordinates count from here.
E0, N0 = 570_000.0, 2_240_000.0
# Who may edit in tests: lan and minh.
TOKENS = 'lan:a-token-for-tests minh:another-token-for-tests'


@dataclass
class Desk:
    """Releases layers as the loader would, from well-known text in metres from (E0, N0)."""

    locality: Locality
    versions: dict[str, int] = field(default_factory=dict)

    def release(
        self, layer: str, rows: list[tuple[str, dict[str, Any]]], *, demo: bool = False, at: str | None = None
    ) -> int:
        """Number of a release that replaces all of the layer; a key keeps its id, what was there goes to history."""
        with connection('admin') as db, db.cursor() as cursor:
            number = self._number(cursor, layer, len(rows), demo, at)
            self._close(cursor, layer, number)
            for wkt, values in rows:
                self._insert(cursor, layer, wkt, values, number)
            self._publish(cursor, layer, number)
        return number

    def _number(self, cursor: Cursor, layer: str, rows: int, demo: bool, at: str | None) -> int:
        cursor.execute(
            """insert into catalog.release (layer_id, origin, scope, mode, rows_added, rows_changed, rows_closed,
                                            rows_total, demo_rows, demo, released_at)
               values (%s, %s, 'all', 'replace', %s, 0, 0, %s, %s, %s, coalesce(%s::timestamptz, now()))
               returning number""",
            [layer, 'demo' if demo else 'delivery', rows, rows, rows if demo else 0, demo, at],
        )
        ((number,),) = cursor.fetchall()
        return int(number)

    def _close(self, cursor: Cursor, layer: str, number: int) -> None:
        names = ['id', *self.locality.layers[layer].columns, 'geom', 'geom_wgs84', 'release_from']
        columns = sql.SQL(', ').join(map(sql.Identifier, names))
        table = sql.Identifier('layer', layer)
        form = sql.SQL('insert into {} ({}, release_to) select {}, {} from {}')
        closing = sql.Literal(number)
        cursor.execute(form.format(sql.Identifier('history', layer), columns, columns, closing, table))
        cursor.execute(sql.SQL('delete from {}').format(table))

    def _insert(self, cursor: Cursor, layer: str, wkt: str, values: dict[str, Any], number: int) -> None:
        shape = sql.SQL('ST_SetSRID(ST_Translate(ST_GeomFromText({}), {}, {}), {})').format(
            *map(sql.Literal, (wkt, E0, N0, self.locality.srid))
        )
        known = sql.SQL('coalesce((select max(id) from {} where {}::text = {}::text), nextval({}))').format(
            sql.Identifier('history', layer),
            sql.Identifier(self.locality.layers[layer].identifier),
            sql.Literal(next(iter(values.values()))),
            sql.Literal(f'layer.{layer}_id_seq'),
        )
        form = (
            'insert into {} (id, {}, geom, geom_wgs84, release_from) values ({}, {}, {g}, ST_Transform({g}, 4326), {n})'
        )
        cursor.execute(
            sql.SQL(form).format(
                sql.Identifier('layer', layer),
                sql.SQL(', ').join(map(sql.Identifier, values)),
                known,
                sql.SQL(', ').join(map(sql.Literal, values.values())),
                g=shape,
                n=sql.Literal(number),
            )
        )

    def _publish(self, cursor: Cursor, layer: str, number: int) -> None:
        box = 'array[ST_XMin({0}), ST_YMin({0}), ST_XMax({0}), ST_YMax({0})]'
        extent = sql.SQL(f'(select {box.format("e")} from (select ST_Extent(geom_wgs84) e from {{}}) x)').format(
            sql.Identifier('layer', layer)
        )
        cursor.execute(
            sql.SQL('update catalog.release set extent_wgs84 = {} where number = %s').format(extent), [number]
        )
        cursor.execute('select current_release is null from catalog.layer where id = %s', [layer])
        ((is_first,),) = cursor.fetchall()
        if is_first:
            cursor.execute('update catalog.generation set n = n + 1')
        cursor.execute('update catalog.layer set current_release = %s where id = %s', [number, layer])


@pytest.fixture
def desk(database: dict[str, str], locality: Locality) -> Desk:
    return Desk(locality)


@pytest.fixture(scope='module')
def shared_desk(
    instance: Instance, template: str, locality: Locality, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    """A desk on a database that those tests of a module share which only read what its fixtures release."""
    with pytest.MonkeyPatch.context() as patch:
        for _ in fresh(instance, template, tmp_path_factory.mktemp('shared'), patch):
            yield Desk(locality)


@pytest.fixture
def client(database: dict[str, str]) -> Callable[[Audience], FlaskClient]:
    """A client of the app for an audience, made now: it has the collections that are released by then."""

    def make(audience: Audience = 'internal') -> FlaskClient:
        return create_app(audience).test_client()

    return make


@pytest.fixture(scope='session')
def world(instance: Instance, real_data: Path, shared_folder: Path) -> Iterator[Province]:
    """Both services on the locality of the whole world, with the layers of the tests of CQL2; nobody may change it."""
    locality = load_locality(PROJECT / 'tests' / 'localities' / 'world')
    environment = instance.environment(instance.create('world'), shared_folder / 'world')
    environment |= {'DOTHI_LOCALITY': str(locality.path)}
    with pytest.MonkeyPatch.context() as patch:
        use(patch, environment)
        migrate(locality)
        for layer in locality.layers:
            report = deliver(real_data / 'cql2' / 'ne110m4cql2.gpkg', DeliveryOptions(layer=layer), locality)
            assert report.verdict == 'accepted', report
        core_database.fresh()
    with shared_services('world') as services:
        yield services.enter_context(serving(environment, shared_folder / 'world', ('internal', 'public')))


def tile_address(layer: str, zoom: int, x_m: float = 0, y_m: float = 0) -> str:
    """The tile that a point lies in, which is given in metres from (E0, N0)."""
    lon, lat = transformer(proj_string(9209), 'EPSG:4326').transform(E0 + x_m, N0 + y_m)
    n = 1 << zoom
    x, y = int((lon + 180) / 360 * n), int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * n)
    return f'/api/collections/{layer}/tiles/WebMercatorQuad/{zoom}/{y}/{x}'


def school(code: str, name: str = 'Trường', level: str = 'primary', places: int | None = 100) -> dict[str, Any]:
    return {'code': code, 'name': name, 'level': level, 'places': places}


def building(code: str, use: str = 'residential', floors: int | None = 1, population: int = 4) -> dict[str, Any]:
    return {'code': code, 'use': use, 'floors': floors, 'population': population}


def square(x: float, y: float, side: float = 10) -> str:
    """A square whose lower left corner is (x, y)."""
    ring = f'{x} {y}, {x + side} {y}, {x + side} {y + side}, {x} {y + side}, {x} {y}'
    return f'MULTIPOLYGON((({ring})))'


def codes(answer: TestResponse) -> list[str]:
    """The codes of the features of an answer, in their order."""
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return [feature['properties']['code'] for feature in answer.get_json(force=True)['features']]


@pytest.fixture(scope='module')
def shared_office(shared_desk: Desk) -> Iterator[Flask]:
    """The app of `office` on a database that the tests of a module share."""
    release_schools(shared_desk)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv('DOTHI_EDIT_TOKEN', TOKENS)
        yield create_app('internal')


@pytest.fixture
def office(desk: Desk, client: Callable[..., FlaskClient], monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """A client of the internal service, where lan and minh may edit: two schools and a building are released."""
    monkeypatch.setenv('DOTHI_EDIT_TOKEN', TOKENS)
    release_schools(desk)
    return client('internal')


def release_schools(desk: Desk) -> None:
    """Two schools and a building."""
    desk.release('schools', [('POINT(0 0)', school('a')), ('POINT(100 0)', school('b', places=300))])
    desk.release('buildings', [(square(0, 0), building('x'))])
