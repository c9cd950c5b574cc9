"""Data of each released version are brought up to date, and every layer is read back as that version answered."""

import gzip
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dothi.api.app import create_app
from dothi.core.database import connection
from dothi.core.locality import Locality, load_locality
from dothi.core.migrate import migrate
from dothi.core.postgis import BINARIES
from etl.desk.deliver import deliver
from etl.desk.options import DeliveryOptions
from etl.desk.rollback import rollback
from tests.databases import Instance, fresh
from tests.instances import BAY
from tests.upgrade.make_copy import HEADER

FOLDER = Path(__file__).parent
VERSIONS = sorted(file.name.removesuffix('.sql.gz') for file in FOLDER.glob('*.sql.gz'))


@pytest.fixture(scope='module', params=VERSIONS)
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope='module')
def upgraded(
    instance: Instance, template: str, version: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Locality]:
    """The locality of the copy, in a database that was that version's and was migrated. template: made the roles."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv('DOTHI_LOCALITY', str(BAY))
        for environment in fresh(instance, None, tmp_path_factory.mktemp('state'), patch):
            url = environment['DOTHI_DATABASE_URL'].replace('+psycopg2', '')
            dump = gzip.decompress((FOLDER / f'{version}.sql.gz').read_bytes())
            command = [str(BINARIES / 'psql'), '--quiet', '-v', 'ON_ERROR_STOP=1', url]
            restored = subprocess.run(command, input=dump, capture_output=True, check=False)
            assert restored.returncode == 0, restored.stderr.decode()[-2000:]
            locality = load_locality(BAY)
            for number, process_id, inputs, _ in JOBS:
                _enter_job(number, process_id, inputs)
            migrate(locality)
            yield locality


def _job(number: int) -> str:
    return f'00000000-0000-4000-8000-00000000000{number}'


# Successful jobs that read wells: number, process, inputs, and the layers of which the result has rows.
JOBS: list[tuple[int, str, dict[str, Any], list[str]]] = [
    (1, 'present-result', {'job': _job(2), 'format': 'csv'}, ['wells']),
    (2, 'present-result', {'job': _job(3).upper(), 'format': 'geojson'}, ['wells']),
    (3, 'export-features', {'collection': {'collection': 'wells'}, 'format': 'geojson'}, ['wells']),
    (4, 'service-coverage', {'facilities': {'collection': 'wells'}}, []),
    (5, 'present-result', {'job': _job(4), 'format': 'csv'}, []),
    # what it was made from is gone, and may have been anything
    (6, 'present-result', {'job': _job(9), 'format': 'csv'}, ['wells']),
    (7, 'compare-results', {'before': _job(4), 'after': _job(6)}, ['wells']),
    (8, 'compare-results', {'before': _job(4), 'after': _job(5)}, []),
]


def _enter_job(number: int, process_id: str, inputs: dict[str, Any]) -> None:
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute(
            """insert into job.job (id, process_id, inputs, audience, software_version, status, releases, finished_at)
               values (%s, %s, %s, 'internal', '0', 'successful', '{"wells": 1}', now())""",
            [_job(number), process_id, json.dumps(inputs)],
        )


def test_a_result_of_before_is_known_for_the_copy_that_it_is(upgraded: Locality) -> None:
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute('select id::text, copies from job.job')
        copies = dict(cursor.fetchall())
    assert copies == {_job(number): layers for number, _, _, layers in JOBS}


def get(path: str, **query: str) -> Any:
    answer = create_app('internal').test_client().get(f'/api{path}', query_string=query)
    assert answer.status_code == 200, answer.text
    return answer.json


def test_there_is_a_copy_of_a_version() -> None:
    assert VERSIONS


def test_each_feature_is_answered_as_that_version_did(upgraded: Locality, version: str) -> None:
    before = json.loads((FOLDER / f'{version}.json').read_text(encoding='utf-8'))
    features = get('/collections/wells/items', f='json', limit='1000')['features']
    assert {str(f['id']): [f['geometry'], f['properties']] for f in features} == before


def test_a_second_migrate_changes_nothing(upgraded: Locality) -> None:
    assert migrate(upgraded).empty


def test_what_was_released_delivered_and_refused_before_is_still_known(upgraded: Locality) -> None:
    with connection('loader') as db, db.cursor() as cursor:
        cursor.execute('select status, count(*) from catalog.delivery group by 1')
        by_status = dict(cursor.fetchall())
    assert by_status == {'accepted': 3, 'superseded': 1, 'returned': 1}
    history = get('/collections/wells/items', f='json', limit='1000', datetime='2026-11-28T00:00:00Z/..')
    assert history['features']


def test_the_layer_takes_a_delivery_and_a_rollback_to_a_release_of_before(upgraded: Locality, tmp_path: Path) -> None:
    file = tmp_path / 'wells.csv'
    file.write_text(f'{HEADER}SAU NÂNG CẤP;;12;109.21;12.21\n', encoding='utf-8')
    options = DeliveryOptions(layer='wells', crs='EPSG:4326', mode='upsert')
    assert deliver(file, options, upgraded).verdict == 'accepted'
    assert 'SAU NÂNG CẤP' in names_now()
    rollback('wells', 1, 'thử / a trial', 'test', upgraded)
    assert names_now() == {f'GIẾNG {number}' for number in range(40)}


def names_now() -> set[str]:
    return {f['properties']['NAME'] for f in get('/collections/wells/items', f='json', limit='1000')['features']}
