"""Services on which the demonstration was left: no address, time, file or result of theirs shows it, and what is real
is answered as before.
"""

import json
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import pytest
import requests

from dothi.api.tiles.place import WEB_MERCATOR_QUAD, limits
from dothi.core.database import connection
from dothi.core.locality import Locality
from dothi.local.leave_demo import leave_demo, look_for_demo
from etl.demonstration.leaving import LeaveOrder
from etl.desk.deliver import deliver
from etl.desk.options import DeliveryOptions
from tests.conftest import PATIENCE_S, Instance, Province, fresh, serving
from tests.matrix import thorough

pytestmark = thorough

# The middle of the province, and a part of it that a picture shows.
PLACE, BOX = (106.17, 20.42), '106.1,20.35,106.25,20.5'
REAL = [f'THAT{i}' for i in range(3)]
JOBS: dict[str, dict[str, Any]] = {
    'group-by-units': {'layer': 'schools', 'level': 'commune', 'date': '2025-08-01'},
    'export-features': {'collection': 'roads', 'format': 'csv'},
    'print-map': {'paper': 'A4', 'layers': ['roads', 'schools']},
}


def tile_of(layer: str) -> str:
    at = limits(WEB_MERCATOR_QUAD, 12, (*PLACE, *PLACE))
    return f'/collections/{layer}/tiles/WebMercatorQuad/12/{at.north}/{at.west}'


ITEMS, TILE, MAP = '/collections/schools/items?f=json', tile_of('schools'), f'/collections/schools/map?f=png&bbox={BOX}'
CSV = '/collections/schools/downloads/schools.csv'
# Each shows demonstration data while it is there.
KEPT = [ITEMS, TILE, MAP, f'/map?f=png&bbox={BOX}', tile_of('schools').replace('/collections/schools', '')]
GONE = [
    '/collections/roads',
    '/collections/roads/items?f=json',
    '/collections/roads/items/1?f=json',
    tile_of('roads'),
    f'/collections/roads/map?f=png&bbox={BOX}',
    '/collections/roads/downloads/roads.csv',
    '/collections/elevation/coverage?f=tif',
    f'/collections/elevation/map?f=png&bbox={BOX}',
    '/collections/communes/items?f=json',
    '/collections/catalogue/items/roads?f=json',
]


@dataclass
class Scene:
    """The services after the demonstration was left, and what they answered before."""

    services: Province
    before: dict[str, requests.Response]
    past: str
    jobs: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **headers: str) -> requests.Response:
        return requests.get(f'{self.services.internal_url}/api{path}', headers=headers, timeout=PATIENCE_S)

    def must_come(self, path: str) -> requests.Response:
        """The answer, once what is prepared for it is ready."""
        until = time.monotonic() + PATIENCE_S
        while (answer := self.get(path)).status_code == 503 and time.monotonic() < until:
            time.sleep(0.2)
        assert answer.status_code == 200, (path, answer.text)
        return answer

    def run(self, process: str) -> str:
        """The id of a job that has ended well."""
        address = f'{self.services.internal_url}/api/processes/{process}/execution'
        asked = requests.post(
            address, json={'inputs': JOBS[process]}, headers={'Prefer': 'respond-async'}, timeout=PATIENCE_S
        )
        assert asked.status_code == 201, asked.text
        job, until = asked.json()['jobID'], time.monotonic() + PATIENCE_S
        while (state := self.get(f'/jobs/{job}').json())['status'] in {'accepted', 'running'}:
            assert time.monotonic() < until
            time.sleep(0.2)
        assert state['status'] == 'successful', state
        return str(job)


@pytest.fixture(scope='module')
def scene(
    instance: Instance,
    province_template: str,
    locality: Locality,
    shared_folder: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Scene]:
    """A first agency has delivered three schools; then the demonstration is left as a whole, units and all."""
    folder = tmp_path_factory.mktemp('left')
    shutil.copytree(shared_folder / 'province-template' / 'store', folder / 'store')
    with pytest.MonkeyPatch.context() as patch:
        for environment in fresh(instance, province_template, folder, patch):
            patch.setenv('DOTHI_DOWNLOADS', '["csv"]')
            past = _moment()
            _deliver_schools(folder, locality)
            with serving(environment | {'DOTHI_DOWNLOADS': '["csv"]'}, folder / 'services') as services:
                made = Scene(services, {}, past)
                made.must_come(CSV)
                made.before = {path: made.must_come(path) for path in [*KEPT, *_of_then(past), CSV, *GONE]}
                made.jobs = {process: made.run(process) for process in JOBS}
                leave_demo(LeaveOrder('chief', units=True), locality)
                yield made


def _moment() -> str:
    with connection('loader') as db, db.cursor() as cursor:
        cursor.execute('select to_char(clock_timestamp() at time zone \'UTC\', \'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"\')')
        ((moment,),) = cursor.fetchall()
    return str(moment)


def _deliver_schools(folder: Path, locality: Locality) -> None:
    features = [
        {
            'type': 'Feature',
            'properties': {'MA_TRUONG': code, 'TEN_TRUONG': f'Trường {code}', 'CAP_HOC': 'primary', 'SO_CHO': 100 + i},
            'geometry': {'type': 'Point', 'coordinates': [PLACE[0] + i / 1000, PLACE[1]]},
        }
        for i, code in enumerate(REAL)
    ]
    file = folder / 'schools.geojson'
    file.write_text(json.dumps({'type': 'FeatureCollection', 'features': features}), encoding='utf-8')
    assert deliver(file, DeliveryOptions(layer='schools', mode='upsert'), locality).verdict == 'accepted'


def _of_then(past: str) -> list[str]:
    return [f'{ITEMS}&datetime={past}', f'{MAP}&datetime={past}']


def real_of(answer: requests.Response) -> list[dict[str, Any]]:
    features = answer.json()['features']
    return [feature for feature in features if feature['properties']['code'] in REAL]


def test_real_features_are_answered_to_the_last_letter_as_before(scene: Scene) -> None:
    query = '/collections/schools/items?f=json&limit=1000&crs=EPSG:9209'
    after = scene.get(query).json()
    assert after['numberMatched'] == len(REAL)
    assert [feature['properties']['code'] for feature in after['features']] == REAL
    assert after['dothi:demo'] is False
    for feature in after['features']:
        answer = scene.get(f'/collections/schools/items/{feature["id"]}?f=json').json()
        assert answer['dothi:demo'] is False


@pytest.mark.parametrize('path', GONE)
def test_what_was_demonstration_alone_is_without_data(scene: Scene, path: str) -> None:
    assert scene.get(path).status_code == 404
    assert scene.get(path, **{'If-None-Match': scene.before[path].headers.get('ETag', '*')}).status_code == 404


@pytest.mark.parametrize('path', KEPT)
def test_nobody_is_told_that_an_answer_kept_from_before_still_holds(scene: Scene, path: str) -> None:
    """A browser or a cache on the way asks with the tag of what it has."""
    tag = scene.before[path].headers['ETag']
    after = scene.get(path, **{'If-None-Match': tag})
    assert after.status_code == 200
    assert after.content != scene.before[path].content


def test_a_tile_shows_the_real_schools_alone(scene: Scene) -> None:
    before, after = (mapbox_vector_tile.decode(answer.content) for answer in (scene.before[TILE], scene.get(TILE)))
    assert len(before['schools']['features']) > len(REAL)
    counts = [feature['properties'].get('count', 1) for feature in after['schools']['features']]
    assert sum(counts) == len(REAL)


def test_the_past_shows_nothing_of_it_in_features_and_in_pictures(scene: Scene) -> None:
    then, picture = _of_then(scene.past)
    assert scene.before[then].json()['numberMatched'] > 100
    for headers in ({}, {'If-None-Match': scene.before[then].headers['ETag']}):
        answer = scene.get(then, **headers)
        assert (answer.status_code, answer.json()['features']) == (200, [])
    before, after = scene.before[picture], scene.get(picture)
    assert after.status_code == 200
    assert len(after.content) < len(before.content)
    assert scene.get(picture, **{'If-None-Match': before.headers['ETag']}).status_code == 200


def test_the_prepared_file_is_of_the_real_rows(scene: Scene) -> None:
    """It may still be prepared; at no moment it is the old one."""
    until = time.monotonic() + PATIENCE_S
    while (answer := scene.get(CSV)).status_code != 200 and time.monotonic() < until:
        assert answer.status_code == 503
        time.sleep(0.2)
    lines = answer.content.decode('utf-8-sig').splitlines()
    assert len(lines) == 1 + len(REAL)
    assert answer.headers['Dothi-Demo'] == 'false'


@pytest.mark.parametrize('process', sorted(JOBS))
def test_results_are_gone_and_their_jobs_say_so(scene: Scene, process: str) -> None:
    job = scene.jobs[process]
    assert scene.get(f'/jobs/{job}').json()['status'] == 'successful'
    assert scene.get(f'/jobs/{job}/results').status_code in {404, 410}


def test_records_name_what_there_is_and_no_demonstration(scene: Scene) -> None:
    records = scene.get('/collections/catalogue/items?f=json&limit=200').json()['features']
    datasets = {record['id'] for record in records if record['properties']['type'] == 'dataset'}
    assert datasets == {'schools'}
    assert not [record for record in records if record['properties'].get('demo')]
    record = scene.get('/collections/catalogue/items/schools?f=json').text
    # that it was taken out stands in the layer's history, and nowhere that it is there
    for word in ('không có giá trị pháp lý', 'without any value in law', 'Demonstration data'):
        assert word not in record
    listed = scene.get('/collections?f=json').json()['collections']
    assert {collection['id'] for collection in listed} == {'schools', 'catalogue'}
    (schools,) = [collection for collection in listed if collection['id'] == 'schools']
    # there is nothing to be had of before the first real release
    assert schools['extent']['temporal']['interval'][0][0] > scene.past


def test_pages_and_documents_work_without_the_other_layers(scene: Scene) -> None:
    for path in (
        '',
        '/collections',
        '/conformance',
        '/openapi',
        '/processes',
        '/styles',
        '/tiles',
        '/collections/schools',
    ):
        for form in ('json', 'html'):
            assert scene.get(f'{path}?f={form}').status_code == 200, path
    for path in ('/', '/ows?SERVICE=WMS&REQUEST=GetCapabilities', '/ows?SERVICE=WMTS&REQUEST=GetCapabilities'):
        assert requests.get(scene.services.internal_url + path, timeout=PATIENCE_S).status_code == 200, path


def test_nothing_of_it_is_found_after_the_services_have_answered_all_that(scene: Scene, locality: Locality) -> None:
    assert look_for_demo(locality).traces == []
