"""Ninh Bình as it is since 2025, in two levels: what is offered, computed and printed by levels has no district."""

import html
import json
import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient

from demo.drawing import Demo
from demo.send_basics import units
from demo.write import write_demo
from dothi.api.app import create_app
from dothi.cartography.shared_styles import sync_styles
from dothi.core.locality import load_locality
from dothi.core.migrate import migrate
from dothi.core.settings import LOCALITIES
from dothi.local.demo import demo_options
from etl.desk.deliver import deliver
from tests.databases import Instance, fresh
from tests.matrix import exhaustive
from tests.processes.workers import wait_until
from tests.services import serving

NINH_BINH = LOCALITIES / 'ninh_binh'
# Their examples need somebody who has signed in, or an earlier job.
OTHERS_ASK = {
    'deliver-layer', 'preview-delivery', 'decide-delivery', 'roll-back', 'settle-conflict', 'keep-result',
    'present-result', 'compare-results', 'report-study',
}  # fmt: skip


@pytest.fixture(scope='module')
def http(instance: Instance, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """The internal service of the locality in a database of its own; only the outlines of communes are delivered."""
    folder = tmp_path_factory.mktemp('outlines')
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv('DOTHI_LOCALITY', 'ninh_binh')
        for _ in fresh(instance, None, folder, patch):
            place = load_locality(NINH_BINH)
            migrate(place)
            sync_styles(place)
            for file in units(folder, Demo(NINH_BINH, 2_000, seed=1)):
                assert deliver(file.path, demo_options(file), place).verdict == 'accepted'
            yield create_app('internal').test_client()


def options_of(page: str, name: str) -> list[str]:
    """The values that a field of the form can have, but for an empty one."""
    (field,) = re.findall(rf'<select[^>]*name="{name}".*?</select>', page, re.S)
    return [value for value in re.findall(r'<option value="([^"]*)"', field) if value]


def test_forms_offer_the_levels_that_there_are(http: FlaskClient) -> None:
    grouping = http.get('/api/processes/group-by-units?f=html').get_data(as_text=True)
    assert options_of(grouping, 'level') == ['commune']
    indicators = http.get('/api/processes/indicators?f=html').get_data(as_text=True)
    assert options_of(indicators, 'level') == ['province', 'commune']


def test_examples_name_units_of_the_locality(http: FlaskClient) -> None:
    described = http.get('/api/processes/restate-units?f=json').get_json()
    assert described['example']['inputs']['level'] == 'commune'
    page = http.get('/api/processes/restate-units?f=html').get_data(as_text=True)
    (figures,) = re.findall(r'<textarea[^>]*name="figures"[^>]*>(.*?)</textarea>', page, re.S)
    assert json.loads(html.unescape(figures)) == described['example']['inputs']['figures']


def test_no_page_of_the_service_speaks_of_districts(http: FlaskClient) -> None:
    """Roads have a class of that name, which is a thing of its own; they have no data here."""
    for path in ('', '/collections', '/collections/communes', '/collections/communes/schema', '/processes/indicators'):
        for lang, word in (('vi', 'huyện'), ('en', 'district')):
            text = http.get(f'/api{path}?f=html&lang={lang}').get_data(as_text=True).lower()
            assert word not in text, (path, lang)


def test_all_communes_are_served_for_the_days_since_they_are(http: FlaskClient) -> None:
    def matched(query: str) -> int:
        document = http.get(f'/api/collections/communes/items?limit=1&{query}').get_json(force=True)
        return int(document['numberMatched'])

    assert matched('') == 129
    assert matched('datetime=2025-07-01') == 129
    assert matched('datetime=2025-06-30') == 0
    assert http.get('/api/collections/communes?f=json').get_json(force=True)['dothi:day'] == '2026-01-01'


@pytest.fixture(scope='module')
def served(instance: Instance, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Any]]:
    """Both services and a worker on the whole demo of the locality; asks the internal one."""
    import urllib.error
    import urllib.request

    folder = tmp_path_factory.mktemp('ninh-binh')
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv('DOTHI_LOCALITY', 'ninh_binh')
        for environment in fresh(instance, None, folder, patch):
            locality = load_locality(NINH_BINH)
            migrate(locality)
            sync_styles(locality)
            for file in write_demo(folder / 'demo', locality_path=NINH_BINH, buildings=2_000):
                deliver(file.path, demo_options(file), locality)
            with serving(environment | {'DOTHI_LOCALITY': 'ninh_binh'}, folder) as province:

                def ask(path: str, body: Any = None) -> tuple[int, str, bytes]:
                    request = urllib.request.Request(
                        f'{province.internal_url}/api{path}',
                        data=None if body is None else json.dumps(body).encode(),
                        headers={'Content-Type': 'application/json', 'Prefer': 'wait=120'},
                    )
                    try:
                        with urllib.request.urlopen(request, timeout=300) as answer:
                            return answer.status, answer.headers['Content-Type'], answer.read()
                    except urllib.error.HTTPError as error:
                        return error.code, '', error.read()

                yield ask


def result_of(served: Callable[..., Any], job: str) -> Any:
    """The answer of a job that took longer than a client may wait."""
    wait_until(lambda: json.loads(served(f'/jobs/{job}?f=json')[2])['status'] not in ('accepted', 'running'), 600)
    return served(f'/jobs/{job}/results?f=json')


@exhaustive
def test_every_analysis_answers_by_commune_and_prints(served: Callable[..., Any]) -> None:
    """Each with its example, and with communes as its zones where it has zones."""
    listed = json.loads(served('/processes?f=json')[2])['processes']
    for process in (entry['id'] for entry in listed if entry['id'] not in OTHERS_ASK):
        described = json.loads(served(f'/processes/{process}?f=json')[2])
        inputs = described['example']['inputs'] | ({'zones': 'communes'} if 'zones' in described['inputs'] else {})
        status, media_type, body = served(f'/processes/{process}/execution', {'inputs': inputs})
        if status == 201:
            status, media_type, body = result_of(served, json.loads(body)['jobID'])
        assert status == 200, (process, body[:300])
        if process == 'print-map':
            assert (media_type, body[:5]) == ('application/pdf', b'%PDF-')


@exhaustive
def test_the_indicators_of_each_commune_add_up_to_the_province(served: Callable[..., Any]) -> None:
    inputs = {'set': 'pilot', 'level': 'commune', 'units_on': date(2026, 1, 1).isoformat(), 'keep': False}
    answer = json.loads(served('/processes/indicators/execution', {'inputs': inputs})[2])
    levels = [feature['properties']['level'] for feature in answer['features']]
    assert levels.count('province') == 1
    assert levels.count('commune') == 129
