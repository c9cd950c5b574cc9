"""A published column may have any name, and a filter reaches it under that name."""

import json
from collections.abc import Callable

import pytest
from psycopg2 import sql

from dothi.core.cql2 import where
from dothi.core.cql2.errors import UnknownProperty
from dothi.core.cql2.parse import Language
from dothi.core.database import connection
from dothi.core.locality import Locality
from tests.api.conftest import Desk
from tests.api.test_cql2 import LAYER

# Words of the filter language, of SQL and of ours; signs that mean something to a quoting, a format or a path.
NAMES = [
    'and', 'NOT', 'true', 'end', 'date', 'interval', 'select', 'casei', 'year', 'geometry', 'GEOM', 'properties',
    'Độ sâu (m)', 'a b', 'a.b', 'a"b', "a'b", 'a%b', 'a{b}', 'a\\b', '1st', 'a,b', '$1', 'a-b', 'ά', '_a', ':a.1',
]  # fmt: skip
COLUMNS = '\n'.join(f'  {json.dumps(name)}: {{type: integer, title: {{vi: Số, en: Number}}}}' for name in NAMES)
NAMED = LAYER[: LAYER.index('  name:')] + COLUMNS + '\nsource: {crs: EPSG:9209}\n'


@pytest.fixture
def named(elsewhere: Callable[[str], Locality]) -> Callable[[str, Language], list[str]]:
    """Gives the codes of the rows that pass: row i has 1 in column i and 0 elsewhere."""
    locality = elsewhere(NAMED)
    rows = [{'code': str(i)} | {name: int(i == j) for j, name in enumerate(NAMES)} for i in range(len(NAMES))]
    Desk(locality).release('odd', [('POINT(0 0)', row) for row in rows])

    def passing(text: str, language: Language) -> list[str]:
        condition = where.condition(locality.layers['odd'], text, srid=9209, audience='public', language=language)
        with connection('reader_public') as db, db.cursor() as cursor:
            cursor.execute(sql.SQL('select code from layer.odd where {} order by code').format(condition))
            return [code for (code,) in cursor.fetchall()]

    return passing


def test_columns_of_any_name_are_found(named: Callable[[str, Language], list[str]]) -> None:
    quoted = {name: '"{}" = 1'.format(name.replace('"', '""')) for name in NAMES}
    assert {name: named(text, 'cql2-text') for name, text in quoted.items()} == {
        name: [str(i)] for i, name in enumerate(NAMES)
    }
    as_json = {name: json.dumps({'op': '=', 'args': [{'property': name}, 1]}) for name in NAMES}
    assert {name: named(text, 'cql2-json') for name, text in as_json.items()} == {
        name: [str(i)] for i, name in enumerate(NAMES)
    }


def test_words_that_begin_nothing_need_no_quotes(named: Callable[[str, Language], list[str]]) -> None:
    for name in ('end', 'date', 'select', 'year', 'geometry', 'GEOM', 'a.b', 'ά', '_a', ':a.1'):
        assert named(f'{name} = 1', 'cql2-text') == [str(NAMES.index(name))]


def test_the_geometry_stays_geom(named: Callable[[str, Language], list[str]]) -> None:
    """A column called `geometry` is what that name means; the geometry itself is called `geom`."""
    assert len(named('S_INTERSECTS(geom, BBOX(-180, -90, 180, 90))', 'cql2-text')) == len(NAMES)


def test_names_are_told_apart_by_case(named: Callable[[str, Language], list[str]]) -> None:
    with pytest.raises(UnknownProperty, match='Did you mean "end"'):
        named('END = 1', 'cql2-text')
