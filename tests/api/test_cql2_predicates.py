"""The test predicates of the standard (OGC 21-065, annex A) find as many features as it says, as text and as JSON."""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cql2
import pytest
import requests

from tests.conftest import SHARED_DATA, Province

FILE = SHARED_DATA / 'cql2' / 'predicates.tsv'
PLACES = 'ne_110m_populated_places_simple'
# The annex says 2 each time, which its own data do not give: Chengdu, Chicago and Chișinău begin with Ch, and of them
# only Chișinău with Chis. See https://github.com/opengeospatial/ogcapi-features/issues/1011.
ERRATA = {
    "ACCENTI(name) LIKE accenti('Ch%')": ['Chengdu', 'Chicago', 'Chișinău'],
    "ACCENTI(CASEI(name)) LIKE accenti(casei('Chiș%'))": ['Chișinău'],
    "ACCENTI(CASEI(name)) LIKE accenti(casei('cHis%'))": ['Chișinău'],
}

pytestmark = pytest.mark.real_data


@dataclass(frozen=True)
class Predicate:
    """One line of the annex."""

    conformance_class: str
    collection: str
    text: str
    expected: int


def predicates() -> list[Predicate]:
    """All of them; none where the data is not there, and the tests are skipped."""
    if not FILE.exists():
        return []
    with FILE.open(encoding='utf-8', newline='') as lines:
        rows = csv.DictReader(lines, delimiter='\t', quoting=csv.QUOTE_NONE)
        return [Predicate(row['class'], row['collection'], row['filter'], int(row['expected'])) for row in rows]


@pytest.fixture(scope='module')
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        yield session


def found(world: Province, session: requests.Session, collection: str, text: str, language: str) -> dict[str, Any]:
    query: dict[str, str | int] = {'f': 'json', 'limit': 1000, 'filter': text, 'filter-lang': language}
    answer = session.get(f'{world.public_url}/api/collections/{collection}/items', params=query, timeout=120)
    assert answer.status_code == 200, answer.text
    return answer.json()


def written(text: str, language: str) -> str:
    """The predicate in `language`; the standard's JSON is made by the package."""
    return text if language == 'cql2-text' else json.dumps(cql2.parse_text(text).to_json())


@pytest.mark.parametrize('language', ['cql2-text', 'cql2-json'])
@pytest.mark.parametrize(
    'predicate', [pytest.param(one, id=f'{one.conformance_class}: {one.text[:60]}') for one in predicates()]
)
def test_predicate(predicate: Predicate, language: str, world: Province, session: requests.Session) -> None:
    """The features themselves are counted, beside the number that the answer states."""
    expected = len(ERRATA[predicate.text]) if predicate.text in ERRATA else predicate.expected
    answer = found(world, session, predicate.collection, written(predicate.text, language), language)
    assert (answer['numberMatched'], len({feature['id'] for feature in answer['features']})) == (expected, expected)


def test_all_predicates_are_there() -> None:
    assert len(predicates()) == 211
    assert len([one for one in predicates() if one.text in ERRATA]) == len(ERRATA)


@pytest.mark.parametrize('text', ERRATA)
def test_where_the_annex_errs_the_names_show_it(text: str, world: Province, session: requests.Session) -> None:
    names = [feature['properties']['name'] for feature in found(world, session, PLACES, text, 'cql2-text')['features']]
    assert sorted(names) == ERRATA[text]
