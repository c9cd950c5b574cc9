"""CQL2 (OGC 21-065), classes CQL2 Text and CQL2 JSON."""

import json

import cql2
import pytest

from tests.api.conformance.filtering import PLACES, Filters

CLASSES = ['http://www.opengis.net/spec/cql2/1.0/conf/cql2-text', 'http://www.opengis.net/spec/cql2/1.0/conf/cql2-json']
pytestmark = pytest.mark.real_data

# Every rule of the grammar once, in its text.
TEXTS = [
    "name = 'Berlin'", "name <> 'Via dell''Avvento'", '"name" = \'Berlin\'', 'pop_max >= -100', 'pop_max < 3.14159E3',
    'boolean = true', 'boolean = FALSE', "start > TIMESTAMP('1969-07-20T20:17:40Z')", "\"date\" = DATE('1969-07-20')",
    'namealt IS NULL', 'namealt is not null', "name LIKE 'B%' AND NOT name LIKE 'Be%' OR (pop_max > 5)",
    "name not in ('a', 'b')", 'pop_max NOT BETWEEN 1 AND 2 + 3 * 4', "CASEI(name) = casei('berlin')",
    "ACCENTI(CASEI(name)) like accenti(casei('chis%'))", 'S_INTERSECTS(geom, POINT(43.5845 -79.5442))',
    'S_WITHIN(geom, POLYGON((0 0, 10 0, 10 10, 0 10, 0 0)))', 'S_INTERSECTS(geom, BBOX(160.6, -55.95, -170, -25.89))',
    "T_INTERSECTS(start, INTERVAL('1969-07-16', '..'))", "A_CONTAINS(('a', name), ('a'))", 'length(name) = pop_max % 7',
    'boolean', 'NOT boolean', 'true',
]  # fmt: skip


@pytest.mark.parametrize('text', TEXTS)
def test_cql2_text_is_read(filters: Filters, text: str) -> None:
    """/req/cql2-text/basic-cql2 and the rules of each class; it is the language where none is named."""
    assert filters.ask(PLACES, text).status_code == 200
    named = filters.ask(PLACES, text, 'cql2-text').json()
    unnamed = filters.api.json(f'/collections/{PLACES}/items', f='json', limit=1000, filter=text)
    assert named['features'] == unnamed['features']


@pytest.mark.parametrize('text', TEXTS)
def test_cql2_json_is_read(filters: Filters, text: str) -> None:
    """/req/cql2-json/basic-cql2: the same filter as JSON finds the same."""
    as_json = filters.ask(PLACES, json.dumps(cql2.parse_text(text).to_json()), 'cql2-json')
    assert as_json.status_code == 200, as_json.text
    assert as_json.json()['features'] == filters.ask(PLACES, text).json()['features']


def test_cql2_text_escapes_quotes(filters: Filters) -> None:
    """/req/cql2-text/escaping: a quote within a text is doubled."""
    found = filters.ask(PLACES, "name LIKE '%''%'").json()['features']
    assert (
        {one['properties']['name'] for one in found}
        == {one['name'] for one in filters.all_of(PLACES) if "'" in one['name']}
        != set()
    )


@pytest.mark.parametrize(
    ('text', 'plainer'),
    [
        (r"name LIKE '%\'%'", "name LIKE '%''%'"),
        ('pop_max / 1e7 > .5', 'pop_max / 10000000 > 0.5'),
        ('S_INTERSECTS(geom, BBOX(-.5, 4E1, 1.0E+1, 500e-1))', 'S_INTERSECTS(geom, BBOX(-0.5, 40, 10, 50))'),
        ('S_WITHIN(geom, POLYGON((0 40, 1E1 40, 1E1 5.E1, .0 50, 0 40)))', 'S_WITHIN(geom, BBOX(0, 40, 10, 50))'),
        ('A_CONTAINS((name), ())', 'true'),
        (r"name = 'it\'s .5 () _a' OR A_EQUALS((),(name))", 'false'),
    ],
)
def test_cql2_text_has_every_form_of_the_grammar(filters: Filters, text: str, plainer: str) -> None:
    """Annex B: what the package `cql2` does not read."""
    one, other = (filters.ask(PLACES, form).json() for form in (text, plainer))
    assert one['features'] == other['features']


def test_cql2_text_has_keywords_in_any_case(filters: Filters) -> None:
    """/req/cql2-text/case-insensitivity"""
    one, other = (
        filters.ask(PLACES, text).json()['features']
        for text in ("NAME IS NULL OR NOT name LIKE 'B%'".replace('NAME', 'name'), "name is null or not name like 'B%'")
    )
    assert one == other != []


@pytest.mark.parametrize(
    'text',
    ['', '{', '{}', '[]', 'null', '{"op": "="}', '{"op": "=", "args": []}', '{"op": 5, "args": []}',
     '{"op": "and", "args": []}', '{"op": "not", "args": [true, true]}', '{"op": "like", "args": ["a"]}',
     '{"args": [1, 1]}', "name = 'Berlin'"],
)  # fmt: skip
def test_cql2_json_that_is_none_is_refused(filters: Filters, text: str) -> None:
    assert filters.ask(PLACES, text or ' {', 'cql2-json').status_code == 400


@pytest.mark.parametrize(
    'text', ['name =', '= 1', "name = 'a", 'name LIKE', '(true', 'true)', 'name = "a', 'AND', '{"op": 1}']
)
def test_cql2_text_that_is_none_is_refused(filters: Filters, text: str) -> None:
    assert filters.ask(PLACES, text).status_code == 400


def test_cql2_text_is_not_read_as_another_language(filters: Filters) -> None:
    assert filters.ask(PLACES, 'true', 'ecql').status_code == 400
