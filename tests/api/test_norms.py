"""The values of norms over HTTP: those that are in force, by the members that a scenario names them by, in words."""

import json
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from dothi.core.database import READERS, connection
from dothi.core.locality import Locality
from processes.scenario.changes import read_changes
from processes.scenario.checking import check_changes

type Client = Callable[..., FlaskClient]
PRIMARY = {'norm': 'service_distance', 'subject': 'primary', 'condition': 'urban'}


def rows_of(app: FlaskClient, lang: str = 'en') -> list[dict[str, object]]:
    answer = app.get(f'/api/norms?f=json&lang={lang}')
    assert answer.status_code == 200
    return list(json.loads(answer.text)['norms'])


@pytest.mark.parametrize(('lang', 'words'), [
    ('vi', ('bán kính phục vụ', 'trường tiểu học, đô thị', '500\xa0m')),
    ('en', ('service distance', 'primary school, urban', '500\xa0m')),
])  # fmt: skip
def test_a_norm_is_said_in_words_with_its_value(client: Client, lang: str, words: tuple[str, str, str]) -> None:
    """QCVN 01:2021/BXD: a primary school within 500 m in town."""
    row = next(row for row in rows_of(client(), lang) if PRIMARY.items() <= row.items())
    assert (row['title'], row['applies_to'], row['value_text']) == words
    assert (row['value'], row['unit']) == (500, 'm')


def test_a_scenario_can_change_each_of_the_rows_by_the_members_that_name_it(client: Client, locality: Locality) -> None:
    names = ('norm', 'subject', 'condition', 'class')
    rows = rows_of(client())
    changes = [
        {'kind': 'norm', 'value': 1.0} | {name: row[name] for name in names if name in row} for row in rows
    ]  # fmt: skip
    with connection(READERS['internal']) as db:
        assert len(check_changes(read_changes(changes), db, locality, 'internal')) == len(rows) > 50


def test_rows_that_are_not_in_force_are_left_out(client: Client, locality: Locality) -> None:
    day = locality.place.reference_date
    assert len(rows_of(client())) == sum(norm.in_force(day) for norm in locality.norm_values)


def test_both_services_and_a_page_show_them(client: Client) -> None:
    for audience in ('public', 'internal'):
        assert client(audience).get('/api/norms?f=json').status_code == 200
    page = client().get('/api/norms?f=html&lang=en').text
    assert 'primary school, urban' in page
    assert client().get('/api/norms?nope=1').status_code == 400
