"""A run that failed names what it was about: it is for who sees as much as whoever asked, wherever it is read."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from dothi.core.access.keys import make_key
from dothi.core.access.people import find_person
from dothi.core.access.person import Action
from dothi.core.database import connection
from tests.access.lagoon import PEOPLE, Lagoon, degrees, running_lagoon
from tests.conftest import PATIENCE_S, Instance

LAYERS = ('patrols', 'cables', 'complaints')
INTERFACES = {
    'state': '/api/jobs/{}?f=json', 'page': '/api/jobs/{}?f=html', 'results': '/api/jobs/{}/results?f=json',
    'list': '/api/jobs?f=json&limit=1000', 'pages': '/api/jobs?f=html',
}  # fmt: skip


@pytest.fixture(scope='module')
def lagoon(instance: Instance, shared_folder: Path) -> Iterator[Lagoon]:
    folder = shared_folder / 'failed-runs'
    folder.mkdir()
    with running_lagoon(instance, folder) as place:
        yield place


@pytest.fixture(scope='module')
def failed(lagoon: Lagoon) -> dict[str, str]:
    """By layer the id of a run of the steward's that failed: the layer lacks a column that the analysis wants."""
    return {layer: failed_run(lagoon, layer) for layer in LAYERS}


def area() -> dict[str, Any]:
    """A rectangle around both rows of every layer, which is sent along."""
    (west, south), (east, north) = degrees('a'), degrees('b')
    west, south, east, north = west - 0.01, south - 0.01, east + 0.01, north + 0.01
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    feature = {'type': 'Feature', 'properties': {}, 'geometry': {'type': 'Polygon', 'coordinates': [ring]}}
    return {'type': 'FeatureCollection', 'features': [feature]}


def failed_run(lagoon: Lagoon, layer: str) -> str:
    steward = lagoon.client('steward')
    execution = '/api/processes/hotspots/execution'
    answer = steward.post(
        execution, json={'inputs': {'reports': layer, 'area': area()}}, headers={'Prefer': 'respond-async'}
    )
    assert answer.status_code == 201, answer.get_data(as_text=True)
    job_id = str(answer.headers['Location'].rpartition('/')[2])
    for _ in range(int(PATIENCE_S * 10)):
        if steward.get(f'/api/jobs/{job_id}?f=json').get_json(force=True)['status'] == 'failed':
            return job_id
        time.sleep(0.1)
    raise AssertionError('it has not failed')


@pytest.mark.parametrize('person', PEOPLE)
@pytest.mark.parametrize('layer', LAYERS)
@pytest.mark.parametrize('interface', INTERFACES)
def test_a_failed_run_names_no_layer_to_who_does_not_see_it(
    lagoon: Lagoon, failed: dict[str, str], interface: str, layer: str, person: str
) -> None:
    sees = person in ('administrator', 'steward')
    answer = lagoon.client(person).get(INTERFACES[interface].format(failed[layer]))
    text = answer.get_data(as_text=True)
    if interface in ('list', 'pages'):
        assert (failed[layer] in text) == sees, text
    else:
        assert (answer.status_code == 404) == (not sees), text


@pytest.mark.parametrize('person', [name for name in PEOPLE if name not in ('administrator', 'steward')])
@pytest.mark.parametrize('layer', LAYERS)
def test_a_failed_run_is_run_again_and_ended_by_nobody_who_does_not_see_it(
    lagoon: Lagoon, failed: dict[str, str], layer: str, person: str
) -> None:
    path = f'/api/jobs/{failed[layer]}'
    assert lagoon.client(person).post(f'{path}/rerun', json={}).status_code == 404
    assert lagoon.client(person).delete(path).status_code == 404


@pytest.mark.parametrize('interface', INTERFACES)
@pytest.mark.parametrize('scope', [action for action in Action if action is not Action.SEE])
def test_a_key_that_shows_no_layer_shows_no_runs_of_others(
    lagoon: Lagoon, failed: dict[str, str], scope: Action, interface: str
) -> None:
    """A machine that delivers has such a key; what colleagues compute is none of its business."""
    client = replace(lagoon, keys={'machine': narrow_key('lagoon-administrator', scope)}).client('machine')
    answer = client.get(INTERFACES[interface].format(failed['cables']))
    if interface in ('list', 'pages'):
        assert failed['cables'] not in answer.get_data(as_text=True)
    else:
        assert answer.status_code == (403 if interface == 'results' else 404)


def narrow_key(name: str, scope: Action) -> str:
    with connection('gatekeeper') as db:
        return make_key(db, find_person(db, name), f'{scope} {uuid4()}', [scope], 1)
