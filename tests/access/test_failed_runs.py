"""A run that failed names what it was about: it is for who sees as much as whoever asked, wherever it is read."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

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
