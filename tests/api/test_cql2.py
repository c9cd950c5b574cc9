"""Filters: the rows that a condition lets through are those that it says."""

from collections.abc import Callable
from typing import Any

import pytest
import yaml
from psycopg2 import sql

from dothi.core.cql2 import where
from dothi.core.cql2.errors import BadFilter, UnknownProperty
from dothi.core.cql2.geometry import Space
from dothi.core.crs import proj_string, transformer
from dothi.core.database import connection
from dothi.core.layer import Layer
from dothi.core.locality import Locality
from tests.api.conftest import E0, N0, Desk

LAYER = """
id: odd
title: {vi: Lạ, en: Odd}
description: {vi: Lạ, en: Odd}
theme: society
agency: office
access: public
licence: CC0-1.0
update_cycle: P1Y
geometry: Point
key: [code]
columns:
  code: {type: text, title: {vi: Mã, en: Code}}
  name: {type: text, title: {vi: Tên, en: Name}}
  n: {type: integer, title: {vi: Số, en: Number}}
  x: {type: number, title: {vi: Số, en: Number}}
  good: {type: boolean, title: {vi: Có, en: Good}}
  day: {type: date, title: {vi: Ngày, en: Day}}
  at: {type: timestamp, title: {vi: Lúc, en: At}}
  secret: {type: text, access: internal, title: {vi: Kín, en: Secret}}
source: {crs: EPSG:9209}
"""
# Four points 1 km apart, west to east.
ROWS: list[dict[str, Any]] = [
    {'code': 'a', 'name': 'Nam Định', 'n': 1, 'x': 0.5, 'good': True, 'day': '2020-01-01', 'at': '2020-01-01 06:00Z'},
    {'code': 'b', 'name': 'NAM ĐỊNH', 'n': 2, 'x': 1.5, 'good': False, 'day': '2021-01-01', 'at': '2021-01-01 06:00Z'},
    {'code': 'c', 'name': "It's 50%", 'n': 3, 'x': 2.5, 'good': None, 'day': '2022-01-01', 'at': '2022-01-01 06:00Z'},
    {'code': 'd', 'name': None, 'n': None, 'x': None, 'good': True, 'day': None, 'at': None},
]


@pytest.fixture
def odd(elsewhere: Callable[[str], Locality]) -> Callable[..., list[str]]:
    """Gives the codes of the rows that a filter lets through."""
    locality = elsewhere(LAYER)
    Desk(locality).release('odd', [(f'POINT({1000 * i} 0)', row) for i, row in enumerate(ROWS)])

    def passing(text: str, **how: Any) -> list[str]:
        condition = where.condition(locality.layers['odd'], text, srid=locality.srid, audience='public', **how)
        with connection('reader_public') as db, db.cursor() as cursor:
            cursor.execute(sql.SQL('select code from layer.odd where {} order by code').format(condition))
            return [code for (code,) in cursor.fetchall()]

    return passing


def test_conditions_let_the_right_rows_through(odd: Callable[..., list[str]]) -> None:
    """All in one test: each needs the same four rows, and a database of its own would take a second each."""
    expected = {
        'n = 2': 'b',
        'n <> 2': 'ac',
        'n >= 2 AND x < 2': 'b',
        'n = 1 OR n = 3': 'ac',
        'NOT n = 1': 'bc',
        'n BETWEEN 2 AND 3': 'bc',
        'n NOT BETWEEN 2 AND 3': 'a',
        'n IN (1, 3)': 'ac',
        'n NOT IN (1, 3)': 'b',
        'n IS NULL': 'd',
        'n IS NOT NULL': 'abc',
        'good = TRUE': 'ad',
        'good': 'ad',
        'NOT good': 'b',
        "name = 'Nam Định'": 'a',
        "name LIKE 'N%'": 'ab',
        "name LIKE '_am%'": 'a',
        "name LIKE '%50\\%'": 'c',
        "name = 'It''s 50%'": 'c',
        "CASEI(name) = CASEI('nam ĐỊNH')": 'ab',
        "CASEI('Straße') = CASEI('STRASSE')": 'abcd',
        "CASEI('Οδος') = CASEI('ΟΔΟΣ')": 'abcd',
        "CASEI(name) = 'nam định'": 'ab',
        "name = 'Nam Đi\u0323nh'": 'a',
        "name = 'It\\'s 50%'": 'c',
        "name LIKE 'It''s 5_\\%'": 'c',
        "name NOT LIKE '%Đ%'": 'c',
        "name LIKE ''": '',
        "CASEI(name) IN (CASEI('nam định'), CASEI('x'))": 'ab',
        "upper(name) = 'NAM ĐỊNH'": 'ab',
        "lower(name) = 'nam định'": 'ab',
        'length(name) = 8': 'abc',
        'abs(0 - n) = 2': 'b',
        'floor(x) = 1 AND ceiling(x) = 2': 'b',
        'year(day) = 2021': 'b',
        'year(at) = 2021 AND month(at) = 1 AND day(at) = 1': 'b',
        'A_CONTAINS((1, 2, 3), (n, 1))': 'abc',
        'A_CONTAINS((n), ())': 'abcd',
        'A_CONTAINEDBY((n), ( ))': '',
        'A_EQUALS((), ())': 'abcd',
        'A_CONTAINS((n, 1), (2))': 'b',
        'NOT A_CONTAINS((n, 1), (2))': 'ac',
        'A_CONTAINEDBY((n, 1), (2, 1))': 'ab',
        'A_EQUALS((n, 1, 1), (1, n))': 'abc',
        "A_EQUALS((n, name), ('Nam Định', 1))": 'a',
        'A_OVERLAPS((n, 7), (8, 2))': 'b',
        "A_OVERLAPS((n), ('1'))": '',
        "A_OVERLAPS((day), (DATE('2021-01-01')))": 'b',
        'NOT (n = 1 AND good)': 'bc',
        'n = 1 OR NOT good': 'ab',
        '(n > 1) = TRUE': 'bc',
        '(n > 1) IS NULL': 'd',
        "ACCENTI(name) = ACCENTI('Nam Dinh')": 'a',
        "ACCENTI(CASEI(name)) LIKE ACCENTI(CASEI('nam dinh%'))": 'ab',
        "name < 'Nam'": 'bc',
        'n + 1 = 3': 'b',
        'n * 2 - 1 = 5': 'c',
        'n / 2 = 0.5': 'a',
        'n % 2 = 1': 'ac',
        'n DIV 2 = 1': 'bc',
        'n ^ 2 = 9': 'c',
        'n * 4000000000 * 4000000000 > 3e19': 'bc',
        'n = 1 + 2': 'c',
        'n IN (1, 2.5, 3)': 'ac',
        'x + n BETWEEN n * 1.6 AND 10': 'bc',
        'n > x': 'abc',
        'x > .6 AND x < 2.4E0': 'b',
        'id = 2': 'b',
        "day = DATE('2021-01-01')": 'b',
        "day >= '2021-01-01'": 'bc',
        "at < TIMESTAMP('2021-06-01T00:00:00Z')": 'ab',
        "at = TIMESTAMP('2020-01-01T13:00:00.000+07:00')": 'a',
        "at IN (TIMESTAMP('2020-01-01T06:00:00Z'), DATE('2021-01-01'))": 'a',
        "day IN (TIMESTAMP('2020-01-01T00:00:00Z'), DATE('2021-01-01'))": 'ab',
        "day BETWEEN DATE('2020-06-01') AND TIMESTAMP('2021-01-01T00:00:00Z')": 'b',
        "T_INTERSECTS(at, DATE('2021-01-01'))": 'b',
        "T_INTERSECTS(at, INTERVAL('2020-06-01', '2021-01-01'))": 'b',
        "T_EQUALS(at, DATE('2021-01-01'))": '',
        "T_AFTER(at, DATE('2021-01-01'))": 'c',
        "T_AFTER(day, TIMESTAMP('2020-12-31T23:59:59.999999Z'))": 'bc',
        "T_DISJOINT(at, INTERVAL('..', '..'))": '',
        "T_AFTER(TIMESTAMP('2021-01-02T00:00:00Z'), DATE('2021-01-01'))": 'abcd',
        "T_INTERSECTS(TIMESTAMP('2021-01-01T23:59:59.999999Z'), DATE('2021-01-01'))": 'abcd',
        "day < TIMESTAMP('2020-06-01T00:00:00Z')": 'a',
        "T_AFTER(day, DATE('2020-06-01'))": 'bc',
        "T_AFTER(day, DATE('2021-01-01'))": 'c',
        "T_BEFORE(day, DATE('2021-01-01'))": 'a',
        "T_BEFORE(at, TIMESTAMP('2020-06-01T00:00:00Z'))": 'a',
        "T_AFTER(day, INTERVAL('2020-06-01', '2021-06-01'))": 'c',
        "T_INTERSECTS(day, INTERVAL('2021-01-01', '..'))": 'bc',
        "T_DISJOINT(day, INTERVAL('..', '2021-01-01'))": 'c',
        "T_EQUALS(day, DATE('2020-01-01'))": 'a',
        "T_EQUALS(INTERVAL(day, day), DATE('2020-01-01'))": 'a',
        "T_DURING(INTERVAL(day, day), INTERVAL('2020-01-01', '2022-01-01'))": 'b',
        "T_CONTAINS(INTERVAL('2019-01-01', '2020-06-01'), INTERVAL(day, day))": 'a',
        "T_MEETS(INTERVAL('2020-06-01', '2021-01-01'), INTERVAL(day, '..'))": 'b',
        "T_METBY(INTERVAL('2021-01-01', '2022-06-01'), INTERVAL('..', day))": 'b',
        "T_STARTS(INTERVAL(day, day), INTERVAL('2020-01-01', '2020-06-01'))": 'a',
        "T_STARTEDBY(INTERVAL('2020-01-01', '2020-06-01'), INTERVAL(day, day))": 'a',
        "T_FINISHES(INTERVAL(day, day), INTERVAL('2020-06-01', '2021-01-01'))": 'b',
        "T_FINISHEDBY(INTERVAL('2020-06-01', '2021-01-01'), INTERVAL(day, day))": 'b',
        "T_OVERLAPS(INTERVAL('2020-06-01', '2021-06-01'), INTERVAL(day, '..'))": 'b',
        "T_OVERLAPPEDBY(INTERVAL('2020-06-01', '2021-06-01'), INTERVAL('..', day))": 'b',
    }
    assert {text: ''.join(odd(text)) for text in expected} == expected


def test_geometries_are_read_in_their_own_system(odd: Callable[..., list[str]]) -> None:
    """A box around the second and third point, written in three systems."""
    metres = (E0 + 900, N0 - 50, E0 + 2100, N0 + 50)
    west, south, east, north = transformer(proj_string(9209), 'EPSG:4326').transform_bounds(*metres)
    ring = f'POLYGON(({west} {south}, {east} {south}, {east} {north}, {west} {north}, {west} {south}))'
    assert odd(f'S_INTERSECTS(geom, BBOX({west},{south},{east},{north}))') == ['b', 'c']
    assert odd(f'S_WITHIN(geom, {ring})') == ['b', 'c']
    assert odd(f'S_CONTAINS({ring}, geom)') == ['b', 'c']
    assert odd(f'S_DISJOINT(geom, {ring})') == ['a', 'd']
    assert odd(f'S_INTERSECTS(geom, BBOX({",".join(map(str, metres))}))', space=Space(9209)) == ['b', 'c']
    turned = f'S_INTERSECTS(geom, BBOX({south},{west},{north},{east}))'
    assert odd(turned, space=Space(4326, yx=True)) == ['b', 'c']
    assert odd(f'S_EQUALS(geom, POINT({E0 + 1000} {N0}))', space=Space(9209)) == ['b']


def test_json_says_the_same_as_text(odd: Callable[..., list[str]]) -> None:
    text = '{"op": "and", "args": [{"op": ">=", "args": [{"property": "n"}, 2]}, {"property": "good"}]}'
    assert odd(text, language='cql2-json') == []
    assert odd(text.replace('2]', '1]'), language='cql2-json') == ['a']


@pytest.mark.parametrize(
    'text',
    [
        'n =', "n = 'two'", 'name = 2', 'n', 'name AND n', 'foo(n) = 1', "day = DATE('2021-02-30')", 'geom = geom',
        'S_INTERSECTS(geom, n)', 'T_AFTER(n, n)', 'CASEI(n) = CASEI(n)', "INTERVAL('..', '..') = n", 'n LIKE 2',
        'upper(n) = 1', "year('a') = 1", 'upper(name, name) = name', 'nosuch(name) = 1',
        "T_DURING(day, INTERVAL('..', '..'))",
        "T_MEETS(INTERVAL('2020-01-01', '..'), day)", "T_AFTER(day, DATE('2021-W01-1'))",
        "at = TIMESTAMP('2020-01-01T25:00:00Z')",
        'S_INTERSECTS(geom, POLYGON((0 0, 1 1, 0 1, 1 0, 0 0)))', 'S_INTERSECTS(geom, POLYGON((0 0, 1 1)))',
        'S_INTERSECTS(geom, LINESTRING(0 0))', 'S_INTERSECTS(geom, POINT(500000 2200000))',
        'S_INTERSECTS(geom, BBOX(1, 2, 3, 1))', 'S_INTERSECTS(geom, BBOX(1, 2, 3))',
        "within_m(geom, 'a', 1)", 'n = NULL', 'n IN ()', 'n = 1e400', 'A_CONTAINS(((1, 2), 3), (1))',
    ],
)  # fmt: skip
def test_what_means_nothing_is_refused(text: str) -> None:
    layer = Layer.model_validate(yaml.safe_load(LAYER))
    with pytest.raises(BadFilter):
        where.condition(layer, text, srid=9209, audience='public')


def test_a_column_that_is_not_there_is_named_with_the_nearest(locality: Locality) -> None:
    with pytest.raises(UnknownProperty, match='Did you mean "places"'):
        where.condition(locality.layers['schools'], 'place = 1', srid=9209, audience='public')


def test_values_cannot_leave_their_quotes(odd: Callable[..., list[str]]) -> None:
    assert odd("name = 'x'' or true or name = ''y'") == []
    assert odd("name = 'It''s 50%' or name = '%s %(a)s {0}'") == ['c']
