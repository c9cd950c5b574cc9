"""CQL2 (OGC 21-065), classes Basic CQL2, Advanced Comparison Operators, Property-Property and Arithmetic."""

import itertools
import operator
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest

from tests.api.conformance.filtering import COUNTRIES, PLACES, Filters, known

CLASSES = [
    'http://www.opengis.net/spec/cql2/1.0/conf/basic-cql2',
    'http://www.opengis.net/spec/cql2/1.0/conf/advanced-comparison-operators',
    'http://www.opengis.net/spec/cql2/1.0/conf/property-property',
    'http://www.opengis.net/spec/cql2/1.0/conf/arithmetic',
]
pytestmark = pytest.mark.real_data

COMPARISONS = {
    '=': operator.eq, '<>': operator.ne, '<': operator.lt, '<=': operator.le, '>': operator.gt, '>=': operator.ge,
}  # fmt: skip
START = '2022-04-16T10:13:19Z'
# Column, literal as text, value, and how the column's value in GeoJSON is read.
LITERALS: list[tuple[str, str, str, Any, Callable[[Any], Any]]] = [
    (PLACES, 'name', "'København'", 'København', str),
    (PLACES, 'pop_other', '1038288', 1038288, int),
    (COUNTRIES, 'POP_EST', '37589262.5', 37589262.5, float),
    (PLACES, 'boolean', 'true', True, bool),
    (PLACES, 'date', "DATE('2022-04-16')", date(2022, 4, 16), date.fromisoformat),
    (PLACES, 'start', f"TIMESTAMP('{START}')", datetime.fromisoformat(START), datetime.fromisoformat),
]  # fmt: skip


@pytest.mark.parametrize('name', COMPARISONS)
@pytest.mark.parametrize(('collection', 'column', 'text', 'value', 'read'), LITERALS)
def test_basic_cql2_compares_a_property_with_a_literal(
    filters: Filters, name: str, collection: str, column: str, text: str, value: Any, read: Callable[[Any], Any]
) -> None:
    """/req/basic-cql2/binary-comparison-predicate: six operators, five types; null is neither true nor false."""
    filters.check(
        collection,
        f'"{column}" {name} {text}',
        lambda one: COMPARISONS[name](read(one[column]), value) if known(one[column]) else None,
    )


@pytest.mark.parametrize('column', ['name', 'namealt', 'pop_max', 'date', 'start', 'boolean', 'geom'])
def test_basic_cql2_knows_null(filters: Filters, column: str) -> None:
    """/req/basic-cql2/null-predicate"""
    filters.check(PLACES, f'"{column}" IS NULL', lambda one: one[column] is None)
    filters.check(PLACES, f'"{column}" IS NOT NULL', lambda one: one[column] is not None)


def test_basic_cql2_connects_predicates_by_three_valued_logic(filters: Filters) -> None:
    """/req/basic-cql2/cql2-filter: AND, OR, NOT and brackets, for every pair of true, false and unknown (table 2)."""
    truths: dict[str, bool | None] = {'(1 = 1)': True, '(1 = 2)': False, '(boolean = true)': None}
    unknown = [one['id'] for one in filters.all_of(PLACES) if one['boolean'] is None]
    for (one, a), (other, b) in itertools.product(truths.items(), repeat=2):
        both = False if False in (a, b) else None if None in (a, b) else True
        either = True if True in (a, b) else None if None in (a, b) else False
        for text, truth in ((f'{one} AND {other}', both), (f'{one} OR {other}', either)):
            assert (
                set(unknown) <= filters.found(PLACES, text)
                if truth
                else not (set(unknown) & filters.found(PLACES, text))
            ), text
            negated = filters.found(PLACES, f'NOT ({text})')
            assert set(unknown) <= negated if truth is False else not (set(unknown) & negated), text
    assert filters.found(PLACES, 'true OR true AND false'), 'AND binds closer than OR'
    assert not filters.found(PLACES, '(true OR true) AND false')
    assert not filters.found(PLACES, 'NOT true OR false'), 'NOT binds closest'


def test_basic_cql2_refuses_what_is_no_queryable(filters: Filters) -> None:
    """/req/basic-cql2/property, and predicates that compare what has no common order."""
    for text in ("this_is_not_a_queryable = 'x'", 'name = 1', 'pop_max AND boolean', 'geom = geom', 'name ='):
        assert filters.ask(PLACES, text).status_code == 400, text


@pytest.mark.parametrize(
    ('pattern', 'meaning'),
    [
        ('B%', lambda text: text.startswith('B')),
        ('%o', lambda text: text.endswith('o')),
        ('%an%', lambda text: 'an' in text),
        ('B_r%', lambda text: text[0] == 'B' and text[2:3] == 'r'),
        ('____', lambda text: len(text) == 4),
        ('%', lambda _text: True),
        ('', lambda text: text == ''),
        ('Berlin', lambda text: text == 'Berlin'),
        ('berlin', lambda _text: False),
        (r'\%%', lambda text: text.startswith('%')),
        (r'Ber\_in', lambda text: text == 'Ber_in'),
    ],
)
def test_advanced_comparison_operators_like(filters: Filters, pattern: str, meaning: Callable[[str], bool]) -> None:
    """/req/advanced-comparison-operators/like-predicate A to K: % and _, \\ before them, and null matches nothing."""
    filters.check(PLACES, f"name LIKE '{pattern}'", lambda one: meaning(one['name']))
    filters.check(PLACES, f"namealt LIKE '{pattern}'", lambda one: meaning(one['namealt']) if one['namealt'] else None)


def test_advanced_comparison_operators_between(filters: Filters) -> None:
    """/req/advanced-comparison-operators/between-predicate: both limits belong to it."""
    least, most = sorted(one['pop_other'] for one in filters.all_of(PLACES))[100:102]
    filters.check(PLACES, f'pop_other BETWEEN {least} AND {most}', lambda one: least <= one['pop_other'] <= most)
    filters.check(PLACES, 'pop_other NOT BETWEEN 5 AND 1000', lambda one: not 5 <= one['pop_other'] <= 1000)
    assert not filters.found(PLACES, 'pop_other BETWEEN 2 AND 1')


def test_advanced_comparison_operators_in(filters: Filters) -> None:
    """/req/advanced-comparison-operators/in-list-predicate, for each type."""
    filters.check(PLACES, "name IN ('Berlin', 'Kiev', 'foo')", lambda one: one['name'] in ('Berlin', 'Kiev', 'foo'))
    filters.check(PLACES, 'pop_other IN (1038288, 1.5)', lambda one: one['pop_other'] == 1038288)
    filters.check(PLACES, 'boolean IN (true)', lambda one: one['boolean'])
    filters.check(PLACES, 'boolean NOT IN (false)', lambda one: one['boolean'])
    filters.check(
        PLACES,
        f"start IN (TIMESTAMP('{START}'), TIMESTAMP('2000-01-01T00:00:00Z'))",
        lambda one: one['start'] == START if one['start'] else None,
    )
    filters.check(
        PLACES,
        '"date" NOT IN (DATE(\'2022-04-16\'))',
        lambda one: one['date'] != '2022-04-16' if one['date'] else None,
    )


@pytest.mark.parametrize('name', COMPARISONS)
def test_property_property_compares_anything_with_anything(filters: Filters, name: str) -> None:
    """/req/property-property/withdraw-permissions: properties on the right, literals on the left, or on both sides."""
    compare = COMPARISONS[name]
    filters.check(PLACES, f'name {name} nameascii', lambda one: compare(one['name'], one['nameascii']))
    filters.check(PLACES, f'pop_min {name} pop_max', lambda one: compare(one['pop_min'], one['pop_max']))
    filters.check(PLACES, f"'København' {name} name", lambda one: compare('København', one['name']))
    filters.check(PLACES, f'2 {name} 3', lambda _one: compare(2, 3))
    filters.check(
        PLACES,
        f'start {name} "end"',
        lambda one: compare(one['start'], one['end']) if known(one['start'], one['end']) else None,
    )
    filters.check(
        PLACES,
        'pop_other BETWEEN pop_min AND pop_max',
        lambda one: one['pop_min'] <= one['pop_other'] <= one['pop_max'],
    )


@pytest.mark.parametrize(
    ('expression', 'value'),
    [
        ('pop_max + 1', lambda n: n + 1),
        ('pop_max - 1 - 2', lambda n: n - 3),
        ('2 * (pop_max + 3)', lambda n: 2 * (n + 3)),
        ('2 * pop_max + 3', lambda n: 2 * n + 3),
        ('pop_max / 4', lambda n: n / 4),
        ('pop_max % 7', lambda n: n % 7),
        ('pop_max div 1000', lambda n: n // 1000),
        ('pop_max ^ 2', lambda n: n**2),
        ('-pop_max', lambda n: -n),
        ('3 + 2 ^ 3 * 2', lambda _n: 19),
    ],
)
def test_arithmetic_is_done_as_usual(filters: Filters, expression: str, value: Callable[[int], float]) -> None:
    """/req/arithmetic/arithmetic: + - * / % div ^ with their precedence, on both sides and in BETWEEN and IN."""
    one = filters.all_of(PLACES)[17]
    middle = value(one['pop_max'])
    filters.check(PLACES, f'{expression} = {middle}', lambda one: value(one['pop_max']) == middle)
    filters.check(PLACES, f'{middle} >= {expression}', lambda one: middle >= value(one['pop_max']))
    filters.check(
        PLACES,
        f'{expression} BETWEEN {middle} - 1 AND {middle} + 1',
        lambda one: abs(value(one['pop_max']) - middle) <= 1,
    )
    filters.check(PLACES, f'{expression} IN ({middle} + 0, 1 - 2)', lambda one: value(one['pop_max']) in (middle, -1))
    assert filters.ask(PLACES, f'{expression} = 1 / 0').status_code == 400
