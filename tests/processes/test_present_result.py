"""Results in other forms, made by a worker from what an earlier job left."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fiona
import pytest
import rasterio

from dothi.api.app import create_app
from dothi.core.database import connection
from dothi.core.errors import NotFound, WrongUse
from dothi.core.text import Lang
from processes.queue import records
from processes.queue.manager import present_result, run_process
from processes.queue.records import Result
from tests.present import present
from tests.processes.town import Loader, Town

pytestmark = pytest.mark.usefixtures('worker')
COVERAGE = {'facilities': 'health_facilities', 'distance_m': 600}


@pytest.fixture
def town(loader: Loader, grid_town: Callable[..., Town]) -> Town:
    """Two communes of a kilometre; all 30 people of the western one are served, and none of the 10 of the other."""
    town = grid_town(
        blocks=4, side_m=500, homes=[(250, 10), (1750, 1990)], people=[30, 10], facilities=[(0, 0)],
        zones={'13741': (-50, -50, 1000, 2050), '13744': (1000, -50, 2050, 2050)},
    )  # fmt: skip
    loader.town(town)
    return town


@pytest.fixture
def coverage(town: Town) -> str:
    """The id of a job that computed the service coverage of the town."""
    return run_process('service-coverage', COVERAGE, 'internal').job_id


def form(job: str, name: str, lang: Lang = 'vi', output: str | None = None) -> Result:
    return present_result(job, output, name, lang, 'internal').result


def pdf_text(path: Path) -> str:
    return subprocess.run(['pdftotext', '-layout', path, '-'], capture_output=True, check=True).stdout.decode()


def test_geojson_is_the_result_as_it_was(coverage: str) -> None:
    found = json.loads(form(coverage, 'geojson').content())
    assert [one['properties']['population'] for one in found['features']] == [30, 10]


def test_csv_and_geopackage_hold_every_zone(coverage: str) -> None:
    lines = form(coverage, 'csv').content().decode('utf-8-sig').splitlines()
    assert lines[0].startswith('"id","code","name","population","population_covered","share_covered"')
    assert [line.split(',')[1:6] for line in lines[1:]] == [
        ['"13741"', '"Xã 13741"', '30', '30', '1.0'],
        ['"13744"', '"Xã 13744"', '10', '0', '0.0'],
    ]
    file = form(coverage, 'gpkg').file
    with fiona.open(file, layer='service_coverage') as layer:
        assert layer.crs.to_epsg() == 9209
        assert [row['properties']['share_covered'] for row in layer] == [1, 0]
    with fiona.open(file, layer='about') as about:
        told = {row['properties']['name']: row['properties']['value'] for row in about}
    assert told['job'] == coverage
    assert 'Sở Y tế' in told['sources']


@pytest.mark.filterwarnings('ignore::rasterio.errors.NotGeoreferencedWarning')
def test_the_map_shows_the_zones_in_two_colours(coverage: str) -> None:
    with rasterio.open(form(coverage, 'png').file) as image:
        pixels = image.read([1, 2, 3]).reshape(3, -1).T
    colours = {'#' + bytes(pixel).hex() for pixel in pixels[::7]}
    assert {'#a1dab4', '#2c7fb8'} <= colours


def test_the_report_says_question_answer_method_and_sources_in_vietnamese(coverage: str) -> None:
    text = form(coverage, 'html').content().decode()
    for said in (
        '<html lang="vi">', 'Độ bao phủ dịch vụ', 'Cơ sở y tế', '600\xa0m', 'Xã 13744', '100\xa0%', 'Sở Y tế',
        'Bản đồ', 'data:image/png;base64,', 'Các lớp đầu vào chưa có bản phát hành mới hơn', coverage,
        'docs/explanation/service-coverage.md',
    ):  # fmt: skip
        assert said in text, said
    assert 'http' not in text.replace('http-equiv', '')


def test_the_report_speaks_english_too(coverage: str) -> None:
    text = form(coverage, 'html', 'en').content().decode()
    for said in (
        '<html lang="en">',
        'Service coverage',
        'Department of Health',
        'None of the inputs has been released',
    ):
        assert said in text, said
    assert 'Câu hỏi' not in text


def test_the_pdf_is_text_that_can_be_searched(coverage: str) -> None:
    found = form(coverage, 'pdf')
    assert present(found.file).read_bytes().startswith(b'%PDF')
    text = pdf_text(present(found.file))
    for said in ('Độ bao phủ dịch vụ', 'Xã 13744', 'Nguồn dữ liệu', 'Sở Y tế', 'Trang 1/'):
        assert said in text, said
    assert (
        'DejaVu' in subprocess.run(['pdffonts', present(found.file)], capture_output=True, check=True).stdout.decode()
    )


def test_a_report_says_which_inputs_changed_since(coverage: str, loader: Loader) -> None:
    loader.load('health_facilities', [])
    text = form(coverage, 'html').content().decode()
    assert '1 lớp đầu vào đã có bản phát hành mới: Cơ sở y tế' in text


def test_a_report_on_the_past_is_not_out_of_date(town: Town, loader: Loader, one: Callable[..., Any]) -> None:
    """Neither is what is made from it: later releases do not change what there was."""
    then = one('select clock_timestamp()').isoformat()
    facilities = {'collection': 'health_facilities', 'datetime': then}
    job = run_process('service-coverage', {**COVERAGE, 'facilities': facilities}, 'internal').job_id
    loader.load('health_facilities', [])
    made = present_result(job, None, 'html', 'en', 'internal')
    assert 'None of the inputs has been released anew since' in made.result.content().decode()
    with records.open_desk('internal') as db:
        assert records.state(db, made.job_id)['inputs_changed'] == 0


def test_what_is_made_from_a_result_names_its_releases(coverage: str) -> None:
    made = present_result(coverage, None, 'csv', 'vi', 'internal')
    assert set(made.releases) >= {'buildings', 'roads', 'communes', 'health_facilities'}


def test_features_are_no_raster_and_the_error_says_what_they_are(coverage: str) -> None:
    with pytest.raises(WrongUse) as refused:
        form(coverage, 'tif')
    assert 'geojson, csv, gpkg, png, html, pdf' in refused.value.text.vi
    assert 'application/geo+json' in refused.value.text.en


def test_over_http_a_form_is_had_later_or_with_the_answer(coverage: str) -> None:
    app = create_app('internal').test_client()
    later = app.get(f'/api/jobs/{coverage}/results/result?f=csv')
    assert later.headers['Content-Type'].startswith('text/csv')
    wanted = {'inputs': COVERAGE, 'outputs': {'result': {'format': {'mediaType': 'text/csv'}}}}
    at_once = app.post('/api/processes/service-coverage/execution', json=wanted, headers={'Prefer': 'wait'})
    assert at_once.data == later.data
    assert app.get(f'/api/jobs/{coverage}/results/result?f=tif').status_code == 400


def test_requests_for_forms_leave_threads_for_maps(coverage: str) -> None:
    """Each waits for a worker; when all places to wait are taken, the next one is asked to come back."""
    app = create_app('internal')
    places = app.extensions['dothi'].places
    while places.acquire(blocking=False):
        pass
    refused = app.test_client().get(f'/api/jobs/{coverage}/results/result?f=png')
    assert (refused.status_code, refused.get_json()['code']) == (503, 'TooManyAtOnce')


def test_results_in_a_form_that_was_wished_take_a_place_too(town: Town, until: Callable[..., None]) -> None:
    app = create_app('internal')
    wished = {'inputs': COVERAGE, 'outputs': {'result': {'format': {'mediaType': 'text/csv'}}}}
    headers = {'Prefer': 'respond-async'}
    job = app.test_client().post('/api/processes/service-coverage/execution', json=wished, headers=headers).get_json()
    address = f'/api/jobs/{job["jobID"]}'
    until(lambda: app.test_client().get(address).get_json()['status'] == 'successful')
    places = app.extensions['dothi'].places
    while places.acquire(blocking=False):
        pass
    assert app.test_client().get(f'{address}/results').status_code == 503
    places.release()
    assert app.test_client().get(f'{address}/results').status_code == 200


def test_a_form_is_counted_among_the_jobs_of_who_wants_it(coverage: str, one: Callable[..., Any]) -> None:
    app = create_app('internal').test_client()
    wanted = app.get(f'/api/jobs/{coverage}/results/result?f=csv', environ_base={'REMOTE_ADDR': '10.0.0.7'})
    assert wanted.status_code == 200
    assert one("select asker from job.job where process_id = 'present-result'") == '10.0.0.7'


def test_a_result_that_was_removed_is_said_to_be(coverage: str) -> None:
    with connection('worker') as db, db.cursor() as cursor:
        cursor.execute('update job.job set gone_at = now() where id = %s', [coverage])
    with pytest.raises(NotFound) as refused:
        form(coverage, 'csv')
    assert type(refused.value).__name__ == 'ResultGone'


def test_an_unknown_job_or_output_is_not_found(coverage: str) -> None:
    with pytest.raises(NotFound):
        form('00000000-0000-0000-0000-000000000000', 'csv')
    with pytest.raises(NotFound) as refused:
        form(coverage, 'csv', output='results')
    assert 'result' in refused.value.text.vi


def test_the_public_service_presents_nothing_of_the_internal_one(coverage: str) -> None:
    with pytest.raises(NotFound):
        present_result(coverage, None, 'csv', 'vi', 'public')


def test_a_result_without_features_has_a_map_that_says_so(town: Town, loader: Loader) -> None:
    loader.load('power_lines', [])
    job = run_process('corridor-conflicts', {}, 'internal').job_id
    assert form(job, 'png').content().startswith(b'\x89PNG')
    assert 'Không tìm thấy đối tượng nào' in form(job, 'html').content().decode()
    assert form(job, 'csv').content().decode('utf-8-sig').startswith('"id","geom"')
