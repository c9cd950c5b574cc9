"""CQL2 (OGC 21-065), classes Array Functions and Functions."""

import itertools
import json
from collections.abc import Callable
from typing import Any

import pytest
import shapely

from tests.api.conformance.filtering import COUNTRIES, PLACES, RIVERS, Filters

CLASSES = [
    'http://www.opengis.net/spec/cql2/1.0/conf/array-functions',
    'http://www.opengis.net/spec/cql2/1.0/conf/functions',
]
pytestmark = pytest.mark.real_data

SETS: dict[str, Callable[[set[Any], set[Any]], bool]] = {
    'A_EQUALS': lambda one, other: one == other,
    'A_CONTAINS': lambda one, other: one >= other,
    'A_CONTAINEDBY': lambda one, other: one <= other,
    'A_OVERLAPS': lambda one, other: bool(one & other),
}


def written(values: tuple[Any, ...]) -> str:
    return '(' + ', '.join(str(value).lower() if isinstance(value, bool) else repr(value) for value in values) + ')'


@pytest.mark.parametrize('name', SETS)
def test_array_functions_compare_sets(filters: Filters, name: str) -> None:
    """/req/array-functions/array-predicates B, C: no order, no repetition, all four functions, values of any kind."""
    lists = [('a', 'c'), ('c', 'a', 'a'), ('a', 'b', 'c'), (1, 'a', True), ('1', 'a')]
    for one, other in itertools.product(lists, repeat=2):
        # True is no number here, unlike in Python
        sets = [{(type(value).__name__, value) for value in values} for values in (one, other)]
        truth = SETS[name](sets[0], sets[1])

        def meaning(_one: dict[str, Any], truth: bool = truth) -> bool:
            return truth

        filters.check(RIVERS, f'{name}({written(one)}, {written(other)})', meaning)


@pytest.mark.parametrize('name', SETS)
def test_array_functions_take_properties_as_members(filters: Filters, name: str) -> None:
    """A: text, number, date, geometry; and a list of one, which in the text form is only a value in brackets."""
    filters.check(
        PLACES,
        f"{name}((name, nameascii), ('Berlin', 'Kiev'))",
        lambda one: SETS[name]({one['name'], one['nameascii']}, {'Berlin', 'Kiev'}),
    )
    filters.check(
        PLACES,
        f'{name}((pop_min, pop_max), (pop_max, pop_max))',
        lambda one: SETS[name]({one['pop_min'], one['pop_max']}, {one['pop_max']}),
    )
    filters.check(PLACES, f"{name}((name), ('Berlin'))", lambda one: SETS[name]({one['name']}, {'Berlin'}))
    filters.check(
        PLACES,
        f"{name}((\"date\"), (DATE('2022-04-16'), DATE('2022-04-16')))",
        lambda one: SETS[name]({one['date']}, {'2022-04-16'}) if one['date'] else None,
    )
    point = shapely.Point(6.1300028, 49.6116604)
    filters.check(
        PLACES, f'{name}((geom), (POINT(6.1300028 49.6116604)))', lambda one: SETS[name]({one['geom'].wkt}, {point.wkt})
    )


def test_array_functions_know_the_empty_list(filters: Filters) -> None:
    """It is in every list and shares nothing with any; only JSON can write it."""
    everything = len(filters.all_of(RIVERS))
    for op, args, expected in (
        ('a_contains', [['a'], []], everything), ('a_containedBy', [[], ['a']], everything),
        ('a_equals', [[], []], everything), ('a_equals', [[], ['a']], 0), ('a_overlaps', [[], ['a']], 0),
    ):  # fmt: skip
        text = json.dumps({'op': op, 'args': args})
        assert filters.ask(RIVERS, text, 'cql2-json').json()['numberMatched'] == expected, op


def test_functions_are_listed(filters: Filters) -> None:
    """/functions, as the draft of Features Part 3 has it: name, arguments with types, result; linked from `/`."""
    kinds = {'string', 'number', 'integer', 'datetime', 'geometry', 'boolean'}
    listed = filters.api.json('/functions')['functions']
    assert len(listed) > 10
    for one in listed:
        assert one['description'], one
        assert set(one['returns']) <= kinds, one
        assert all(set(argument['type']) <= kinds and argument['title'] for argument in one['arguments']), one
    rels = [link['rel'] for link in filters.api.json('')['links']]
    assert 'http://www.opengis.net/def/rel/ogc/1.0/functions' in rels


SAMPLES = {'string': 'name', 'number': 'pop_max', 'integer': 'pop_max', 'datetime': 'start', 'geometry': 'geom'}


def test_functions_can_all_be_called_as_listed(filters: Filters) -> None:
    """/req/functions/functions, with each argument's types; one argument too many is refused."""
    for one in filters.api.json('/functions')['functions']:
        arguments = [SAMPLES[argument['type'][0]] for argument in one['arguments']]
        call = f'{one["name"]}({", ".join(arguments)})'
        assert filters.ask(PLACES, f'{call} IS NOT NULL').status_code == 200, call
        assert filters.ask(PLACES, f'{one["name"]}({", ".join([*arguments, "name"])}) IS NULL').status_code == 400, call


@pytest.mark.parametrize(
    ('collection', 'text', 'meaning'),
    [
        (PLACES, "upper(name) = 'BERLIN'", lambda one: one['name'].upper() == 'BERLIN'),
        (PLACES, "lower(name) LIKE 's%'", lambda one: one['name'].lower().startswith('s')),
        (PLACES, 'length(name) > 10', lambda one: len(one['name']) > 10),
        (PLACES, 'abs(pop_min - pop_max) < 1000', lambda one: abs(one['pop_min'] - one['pop_max']) < 1000),
        (PLACES, 'floor(pop_max / 1000000) = 3', lambda one: one['pop_max'] // 1_000_000 == 3),
        (PLACES, 'ceiling(pop_max / 1000000) = 3', lambda one: -(-one['pop_max'] // 1_000_000) == 3),
        (PLACES, 'year(start) = 2022', lambda one: one['start'][:4] == '2022' if one['start'] else None),
        (PLACES, 'month("date") = 4', lambda one: one['date'][5:7] == '04' if one['date'] else None),
        (PLACES, 'day("end") = 22', lambda one: one['end'][8:10] == '22' if one['end'] else None),
        (
            COUNTRIES,
            'S_INTERSECTS(centroid(geom), BBOX(0, 40, 10, 50))',
            lambda one: one['geom'].centroid.intersects(shapely.box(0, 40, 10, 50)),
        ),
        (PLACES, 'area_m2(geom) = 0', lambda _one: True),
    ],
)  # fmt: skip
def test_functions_give_what_they_say(
    filters: Filters, collection: str, text: str, meaning: Callable[[dict[str, Any]], bool | None]
) -> None:
    filters.check(collection, text, meaning)


def test_functions_measure_on_the_ellipsoid(filters: Filters) -> None:
    """One degree of longitude on the equator is 111,319.49 m; the triangle of the octant an eighth of the earth."""
    for text in (
        'length_m(LINESTRING(0 0, 1 0)) BETWEEN 111319.4 AND 111319.6',
        'distance_m(POINT(0 0), POINT(1 0)) BETWEEN 111319.4 AND 111319.6',
        'within_m(POINT(0 0), POINT(1 0), 111320) AND NOT within_m(POINT(0 0), POINT(1 0), 111319)',
        'area_m2(POLYGON((0 0, 90 0, 0 90, 0 0))) BETWEEN 6.37e13 AND 6.38e13',
        'within_m(POINT(179.9 0), POINT(-179.9 0), 23000)',
    ):
        assert len(filters.found(RIVERS, text)) == len(filters.all_of(RIVERS)), text


def test_functions_of_distance_agree(filters: Filters) -> None:
    """`within_m`, which an index serves, finds what the distance finds; over the antimeridian and by a pole too."""
    for place in ('POINT(105.85 21.03)', 'POINT(179.9 -18)', 'POINT(-179.9 64)', 'POINT(0 89.9)'):
        for metres in (0, 600_000, 3_000_000):
            near = filters.found(PLACES, f'within_m(geom, {place}, {metres})')
            assert near == filters.found(PLACES, f'within_m({place}, geom, {metres})')
            assert near == filters.found(PLACES, f'distance_m(geom, {place}) <= {metres}'), (place, metres)
    assert filters.found(PLACES, 'within_m(geom, POINT(0 89.9), 3000000)'), 'Reykjavik'


def test_functions_that_are_not_listed_are_refused(filters: Filters) -> None:
    answer = filters.ask(PLACES, "uper(name) = 'X'", lang='en')
    assert answer.status_code == 400
    assert 'upper' in answer.json()['description']
