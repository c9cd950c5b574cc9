"""A filter on a large table is answered by an index."""

from collections.abc import Callable
from typing import Any

import pytest
from psycopg2 import sql

from dothi.core.cql2 import where
from dothi.core.cql2.geometry import Space
from dothi.core.crs import proj_string, transformer
from dothi.core.database import connection
from dothi.core.layer_source import source
from dothi.core.locality import Locality
from tests.api.conftest import E0, N0
from tests.api.test_cql2 import LAYER

ROWS = 20_000


@pytest.fixture
def plan(elsewhere: Callable[[str], Locality]) -> Callable[..., str]:
    """How the database would look for the rows of a filter: points every 10 m in a square, with codes c1, c2, …"""
    locality = elsewhere(LAYER)
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute(
            """insert into layer.odd (id, code, n, geom, geom_wgs84, release_from)
               select i, 'c' || i, i, p, st_transform(p, 4326), 1
               from generate_series(1, %s) i,
                    lateral st_setsrid(st_point(%s + 10 * (i %% 141), %s + 10 * (i / 141)), 9209) p""",
            [ROWS, E0, N0],
        )
        cursor.execute('analyze layer.odd')

    def explained(text: str, **how: Any) -> str:
        condition = where.condition(locality.layers['odd'], text, srid=9209, audience='public', **how)
        rows = source(locality.layers['odd'], locality, 'public')
        with connection('reader_public') as db, db.cursor() as cursor:
            cursor.execute(sql.SQL('explain select id from {} as f where {}').format(rows, condition))
            return '\n'.join(line for (line,) in cursor.fetchall())

    return explained


def test_filters_use_the_index_that_serves_them(plan: Callable[..., str]) -> None:
    """All in one test: each needs the same large table."""
    metres = (E0 + 100, N0 + 100, E0 + 150, N0 + 150)
    west, south, east, north = transformer(proj_string(9209), 'EPSG:4326').transform_bounds(*metres)
    box = f'BBOX({west}, {south}, {east}, {north})'
    expected = {
        f'S_INTERSECTS(geom, {box})': 'odd_geom_wgs84',
        f'S_INTERSECTS({box}, geom)': 'odd_geom_wgs84',
        f'S_WITHIN(geom, {box})': 'odd_geom_wgs84',
        f'within_m(geom, POINT({west} {south}), 30)': 'odd_geom_wgs84',
        f'within_m(POINT({west} {south}), geom, 30)': 'odd_geom_wgs84',
        f'n > 5 AND S_INTERSECTS(geom, {box})': 'odd_geom_wgs84',
        "code = 'c17'": 'odd_key',
        "code IN ('c17', 'c18')": 'odd_key',
        "code >= 'c17' AND code < 'c18'": 'odd_key',
        "code BETWEEN 'c17' AND 'c171'": 'odd_key',
        "code LIKE 'c17%'": 'odd_key',
        'id = 17': 'odd_pkey',
        'id IN (17, 18)': 'odd_pkey',
        'id > 19990': 'odd_pkey',
    }
    assert {text: index in plan(text) for text, index in expected.items()} == dict.fromkeys(expected, True)
    in_metres = f'S_INTERSECTS(geom, BBOX({",".join(map(str, metres))}))'
    assert 'odd_geom ' in plan(in_metres, space=Space(9209))
    assert 'odd_geom_wgs84 ' in plan('S_INTERSECTS(geom, BBOX(600000, 2200000, 600050, 2200050))', space=Space(3405))
    assert 'Seq Scan' in plan('n = 17'), 'the other plans would be worth nothing'
