"""Coordinates of items: as stored, transformed, or generalised on request."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from shapely.geometry import shape

from dothi.core.crs import proj_string, transformer
from dothi.core.database import connection
from tests.api.conftest import E0, N0, Desk, building, school, square

type Client = Callable[..., FlaskClient]
ITEMS = '/api/collections/{}/items'
SERVED = {
    'OGC:CRS84': ('EPSG:4326', False, 1e-7),
    'EPSG:4326': ('EPSG:4326', True, 1e-7),
    'EPSG:3857': ('EPSG:3857', False, 1e-3),
    'EPSG:3405': (proj_string(3405), False, 1e-3),
}


def features(app: FlaskClient, layer: str, **query: Any) -> list[dict[str, Any]]:
    answer = app.get(ITEMS.format(layer), query_string={name.replace('_', '-'): value for name, value in query.items()})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    found: list[dict[str, Any]] = answer.get_json(force=True)['features']
    return found


def test_stored_coordinates_come_back_to_the_last_bit(desk: Desk, client: Client) -> None:
    """Numbers with all of a double's digits, compared with what the database holds."""
    chance = random.Random(5)
    rows = [(f'POINT({chance.uniform(-2e4, 2e4)!r} {chance.uniform(-2e4, 2e4)!r})', school(f'S{n}')) for n in range(50)]
    desk.release('schools', rows)
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute('select id, ST_X(geom), ST_Y(geom) from layer.schools')
        stored = {number: [x, y] for number, x, y in cursor.fetchall()}
    found = features(client(), 'schools', limit=50, crs='EPSG:9209')
    assert {one['id']: one['geometry']['coordinates'] for one in found} == stored


@pytest.mark.parametrize('crs', SERVED)
def test_every_served_system_agrees_with_proj(desk: Desk, client: Client, crs: str) -> None:
    """In lists and in single features."""
    desk.release('schools', [('POINT(0 0)', school('A')), ('POINT(9000 -7000)', school('B'))])
    definition, turned, tolerance = SERVED[crs]
    app, there = client(), transformer(proj_string(9209), definition)
    for number, (x, y) in enumerate([(0, 0), (9000, -7000)], start=1):
        expected = list(there.transform(E0 + x, N0 + y))
        expected = expected[::-1] if turned else expected
        one = app.get(f'{ITEMS.format("schools")}/{number}?crs={crs}')
        for feature in (one.get_json(force=True), features(app, 'schools', crs=crs)[number - 1]):
            assert feature['geometry']['coordinates'] == pytest.approx(expected, abs=tolerance)


def test_generalised_geometry_is_near_valid_and_never_gone(desk: Desk, client: Client) -> None:
    """A comb of teeth 1 m high on a square of 100 m, and a square of 2 m that 10 m would swallow."""
    teeth = ', '.join(f'{x} {100 + x % 2}' for x in range(100, -1, -1))
    comb = f'MULTIPOLYGON(((0 0, 100 0, {teeth}, 0 0)))'
    desk.release('buildings', [(comb, building('comb')), (square(200, 0, 2), building('small'))])
    app = client()
    exact, rough = (features(app, 'buildings', crs='EPSG:9209', max_allowable_offset=offset) for offset in (0, 10))
    counted = [len(one['geometry']['coordinates'][0][0]) for one in (exact[0], rough[0])]
    assert counted[0] == 104
    assert counted[1] < 10
    for before, after in zip(exact, rough, strict=True):
        old, new = shape(before['geometry']), shape(after['geometry'])
        assert new.is_valid
        assert new.geom_type == old.geom_type
        assert new.area > 0
        assert new.hausdorff_distance(old) <= 10
    one = app.get(f'{ITEMS.format("buildings")}/1?crs=EPSG:9209&max-allowable-offset=10').get_json(force=True)
    assert one['geometry'] == rough[0]['geometry']


def test_the_tolerance_is_in_units_of_the_answer(desk: Desk, client: Client) -> None:
    """0.5 is half a metre or half a degree, about 50 km."""
    line = 'MULTIPOLYGON(((0 0, 500 0, 1000 2, 1000 1000, 0 1000, 0 0)))'
    desk.release('buildings', [(line, building('A'))])
    app = client()
    corners = {
        crs: len(features(app, 'buildings', crs=crs, max_allowable_offset=0.5)[0]['geometry']['coordinates'][0][0])
        for crs in ('EPSG:9209', 'EPSG:3857', 'EPSG:4326')
    }
    assert corners == {'EPSG:9209': 6, 'EPSG:3857': 6, 'EPSG:4326': 4}
