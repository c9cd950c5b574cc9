"""What is hidden from somebody is as what is not there: by the answer, its headers, and the work done for it."""

import base64
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from dothi.api.app import create_app
from dothi.core.access.policy import AccessPolicy
from dothi.core.layer import Audience
from dothi.core.locality import load_locality
from dothi.core.locality_file import parse_file
from dothi.core.migrate import migrate
from etl.desk.records import DeliveryRecord, records
from tests.access.lagoon import ACCESS, Lagoon, degrees, running_lagoon
from tests.api.conftest import tile_address
from tests.conftest import Instance
from tests.statements import heard_statements

# Who may change two layers, and sees no others.
SOME = [
    {'may': ['run'], 'layers': 'all'},
    {'may': ['see', 'download', 'edit', 'deliver'], 'layers': ['wells', 'pipes']},
]
DECIDES = [{'may': ['decide'], 'layers': ['wells', 'pipes']}]
NOWHERE = 'cobles'
FILE = {'value': base64.b64encode(b'code;district;X;Y\nz;1;0;0\n').decode(), 'encoding': 'base64'}
HINT = re.compile(r'(Có phải|Did you mean).*?[?]|(Các tên có sẵn|Known names).*?[.]')


@pytest.fixture(scope='module')
def lagoon(instance: Instance, shared_folder: Path) -> Iterator[Lagoon]:
    folder = shared_folder / 'hidden-names'
    folder.mkdir()
    with running_lagoon(instance, folder) as place:
        yield place


@pytest.fixture
def some(lagoon: Lagoon) -> Iterator[Lagoon]:
    """The place under rules by which stewards and editors see and change two layers."""
    with ruled(lagoon, {'steward': SOME + DECIDES, 'editor': SOME}) as place:
        yield place


@contextmanager
def ruled(lagoon: Lagoon, roles: dict[str, Any]) -> Iterator[Lagoon]:
    """The place under other rules of these roles."""
    file = lagoon.locality.path / 'access.yml'
    rules = parse_file(AccessPolicy, file).model_dump(mode='json', exclude_none=True) | roles
    file.write_text(json.dumps(rules), encoding='utf-8')
    try:
        migrate(load_locality(lagoon.locality.path))
        yield replace(lagoon, locality=load_locality(lagoon.locality.path), app=create_app('internal'))
    finally:
        file.write_text(ACCESS, encoding='utf-8')
        migrate(lagoon.locality)


def execute(lagoon: Lagoon, person: str, process: str, inputs: dict[str, Any]) -> TestResponse:
    headers = {'Prefer': 'wait=60'}
    return lagoon.client(person).post(f'/api/processes/{process}/execution', json={'inputs': inputs}, headers=headers)


def said(answer: TestResponse, name: object) -> tuple[int, str]:
    """Status and text, but for the name that was asked for and the number of the request."""
    return answer.status_code, re.sub(rf'"request": "\w+"|\b{name}\b', '', answer.get_data(as_text=True))


def delivery_of(layer: str) -> DeliveryRecord:
    return next(delivery for delivery in records() if delivery.layer_id == layer)


@pytest.mark.parametrize('person', ['steward', 'editor'])
def test_who_delivers_some_layers_learns_of_no_other(some: Lagoon, person: str) -> None:
    for layer in ('cables', 'patrols', 'soundings', NOWHERE):
        inputs = {'layer': layer, 'file': FILE, 'file_name': 'a.csv', 'dry_run': True}
        status, text = said(execute(some, person, 'deliver-layer', inputs), layer)
        assert (status, 'UnknownLayer' in text) == (404, True), text
        assert not re.search('cables|patrols|soundings', text), text


def test_who_rolls_some_layers_back_learns_of_no_other(some: Lagoon) -> None:
    answers = [
        said(execute(some, 'steward', 'roll-back', {'layer': layer, 'release': 1, 'reason': 'x'}), layer)
        for layer in ('cables', NOWHERE)
    ]
    assert [status for status, _ in answers] == [404, 404]
    assert HINT.sub('', answers[0][1]) == HINT.sub('', answers[1][1])
    assert 'cables' not in answers[1][1]


def test_the_number_of_a_release_does_not_tell_whose_it_is(some: Lagoon) -> None:
    numbers = [delivery_of('cables').release, delivery_of('patrols').release, 9_999]
    answers = {
        said(execute(some, 'steward', 'roll-back', {'layer': 'wells', 'release': number, 'reason': 'x'}), number)
        for number in numbers
    }
    assert len(answers) == 1, answers


def test_a_delivery_of_a_hidden_layer_is_not_there_for_who_decides(some: Lagoon) -> None:
    answers = {
        said(execute(some, 'steward', 'decide-delivery', _returned(number)), number)
        for number in (delivery_of('cables').id, delivery_of('patrols').id, 9_999)
    }
    assert len(answers) == 1, answers
    assert {status for status, _ in answers} == {404}


def _returned(number: int) -> dict[str, Any]:
    return {'delivery': number, 'decision': 'return', 'reason': 'x'}


def test_a_conflict_that_is_not_there_is_told_before_there_is_a_job(some: Lagoon) -> None:
    before = some.client('steward').get('/api/jobs').get_json()['numberMatched']
    answer = execute(some, 'steward', 'settle-conflict', {'conflict': 99, 'take': 'edit', 'reason': 'x'})
    assert answer.status_code == 404
    assert some.client('steward').get('/api/jobs').get_json()['numberMatched'] == before


HALF = [
    {'may': ['see', 'download'], 'layers': ['complaints'], 'rows': {'district': ['2']}},
    {'may': ['edit'], 'layers': ['complaints']},
]


@pytest.mark.parametrize('way', ['items', 'edits'])
def test_a_key_that_is_taken_does_not_tell_by_which_row(lagoon: Lagoon, way: str) -> None:
    """That it is taken cannot be hidden, as no two features have one key; whose it is can."""
    with ruled(lagoon, {'editor': HALF}) as place:
        seen = place.client('editor').get('/api/collections/complaints/items?f=json').get_json(force=True)
        assert [feature['properties']['code'] for feature in seen.get('features', [])] == ['b'], seen
        answers = []
        for code in ('a', 'b'):
            point = {'type': 'Point', 'coordinates': list(degrees('b'))}
            feature = {'type': 'Feature', 'properties': {'code': code, 'district': '2'}, 'geometry': point}
            body = feature if way == 'items' else {'message': 'x', 'added': [feature], 'changed': [], 'deleted': []}
            kind = 'application/geo+json' if way == 'items' else 'application/json'
            answer = place.client('editor').post(f'/api/collections/complaints/{way}', json=body, content_type=kind)
            answers.append(said(answer, code))
    assert answers[0] == answers[1]
    assert answers[0][0] == 422
    assert not re.search(r'\b[12]\b', answers[0][1].partition('detail')[2]), answers[0]


ADDRESSES = (
    '/api/collections/{}', '/api/collections/{}/items?f=json', '/api/collections/{}/items/1',
    '/api/collections/{}/items/1/history',
    '/api/collections/{}/items?f=csv', '/api/collections/{}/queryables', '/api/collections/{}/styles',
    '/api/collections/{}/tiles', '/api/collections/{}/map?width=20&height=20', '/api/collections/{}/template',
    '/api/collections/{}/downloads/{}.gpkg', '/api/collections/catalogue/items/{}', '/api/deliveries?layer={}',
    '/ows?SERVICE=WMS&VERSION=1.3.0&REQUEST=GetLegendGraphic&LAYER={}&FORMAT=image/png',
)  # fmt: skip


@pytest.fixture(scope='module')
def statements(lagoon: Lagoon) -> Iterator[list[Any]]:
    with heard_statements() as sent:
        yield sent


@pytest.mark.parametrize('address', [*ADDRESSES, tile_address('{}', 11)])
def test_as_much_is_done_for_what_is_hidden_as_for_what_is_not_there(
    lagoon: Lagoon, address: str, statements: list[Any]
) -> None:
    """A clock would need a quiet machine and many tries; what is sent to the database tells as much, and each time."""
    done = []
    for layer in ('cables', NOWHERE):
        path = address.replace('{}', layer)
        # the first one makes what is kept: connections, an app of the class, a prepared statement
        lagoon.client('planner').get(path)
        statements.clear()
        answer = lagoon.client('planner').get(path)
        done.append((answer.status_code, sorted(answer.headers.keys()), [str(text) for text in statements]))
    assert done[0] == done[1]
    assert done[0][2], 'whoever asks was looked up'


@pytest.mark.parametrize('audience', ['internal', 'public'])
def test_a_layer_whose_file_is_broken_is_not_there(lagoon: Lagoon, audience: Audience) -> None:
    """Its file may have said that it is restricted: what is wrong with it, and where it lies, is for who keeps it."""
    file = lagoon.locality.path / 'layers' / 'cables.yml'
    text = file.read_text(encoding='utf-8')
    try:
        file.write_text(f'{text}\nnonsense: [', encoding='utf-8')
        app = create_app(audience)
        client = replace(lagoon, app=app).client('steward') if audience == 'internal' else app.test_client()
        inputs = {'hotspots': {'reports': '{}'}, 'group-by-units': {'layer': '{}', 'date': '2026-01-01'}}
        for process, values in inputs.items():
            texts = []
            for layer in ('cables', NOWHERE):
                body = json.loads(json.dumps({'inputs': values}).replace('{}', layer))
                answer = client.post(f'/api/processes/{process}/execution', json=body)
                texts.append(HINT.sub('', said(answer, layer)[1]))
            assert texts[0] == texts[1]
        if audience == 'internal':
            assert client.get('/health').get_json()['broken_layers'] == ['cables']
            stranger = app.test_client().get('/health').get_json()
            assert (stranger['broken'], 'broken_layers' in stranger) == (1, False), 'monitoring hears of it'
    finally:
        file.write_text(text, encoding='utf-8')


EXAMPLES = """
examples:
  group-by-units: {layer: cables}
  zonal-statistics: {layer: meters, statistics: [count], zones: pipes, filter: "owner = 'nobody else'"}
  compare-releases: {layer: wells, before: "2030-01-01", zones: pipes}
"""


@pytest.mark.parametrize('path', ['/api/processes/{}?f=json', '/api/processes/{}?f=html', '/api/openapi?f=json'])
def test_no_example_names_what_its_reader_does_not_see(lagoon: Lagoon, path: str) -> None:
    """Examples of analyses stand in `locality.yml`: of a layer, and of a filter by a restricted column."""
    file = lagoon.locality.path / 'locality.yml'
    text = file.read_text(encoding='utf-8')
    marks = {'group-by-units': r'\bcables\b', 'zonal-statistics': 'nobody else', 'compare-releases': '2030-01-01'}
    try:
        file.write_text(text + EXAMPLES, encoding='utf-8')
        app = create_app('internal')
        for person, process_ids in (
            ('viewer', {'compare-releases'}), ('planner', {'compare-releases', 'zonal-statistics'}),
            ('steward', {*marks}),
        ):  # fmt: skip
            client = replace(lagoon, app=app).client(person)
            shown = {
                name for name, mark in marks.items() if re.search(mark, _examples(client, path.format(name), name))
            }
            assert shown == process_ids, (person, path)
        if 'openapi' in path:
            public = create_app('public').test_client().get(path).get_data(as_text=True)
            assert not re.search(r'nobody else|"cables"', public)
    finally:
        file.write_text(text, encoding='utf-8')


def _examples(client: Any, path: str, process_id: str) -> str:
    """The text of what describes the process."""
    answer = client.get(path)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    if 'openapi' not in path:
        return str(answer.get_data(as_text=True))
    return json.dumps(answer.get_json(force=True)['paths'][f'/processes/{process_id}/execution'])
