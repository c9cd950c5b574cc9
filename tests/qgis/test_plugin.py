"""The plugin, as the service hands it out, in QGIS for real: connect, find a layer, run analyses."""

import io
import json
import os
import socket
import subprocess
import threading
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Province

CLIENT = Path(__file__).with_name('plugin_client.py')
PLUGINS = '/usr/share/qgis/python/plugins'
SCHOOLS = 'Trường học'
BY_DISTRICT = {'layer': SCHOOLS, 'level': 'cấp huyện', 'date': '2024-08-31'}


@pytest.fixture(scope='module')
def other_services() -> Iterator[list[str]]:
    """Addresses at which something else answers: a page, as networks with a sign-in have, and a JSON document."""
    answers = (b'<html>Wi-Fi</html>', b'{"openapi": "3.0.0"}')
    with ExitStack() as stack:
        yield [stack.enter_context(answering(content)) for content in answers]


@contextmanager
def answering(content: bytes) -> Iterator[str]:
    """An address that answers so to everything."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header('Content-Length', str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(('127.0.0.1', 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f'http://127.0.0.1:{server.server_address[1]}'
        server.shutdown()


@pytest.fixture(scope='module')
def silent_service() -> Iterator[str]:
    """Address of a service that takes requests and says nothing, as one behind a line that is cut."""
    with socket.create_server(('127.0.0.1', 0)) as server:
        yield f'http://127.0.0.1:{server.getsockname()[1]}/api'


@pytest.fixture(scope='module')
def used(
    province: Province, other_services: list[str], silent_service: str, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    """What came of using it on the public service, without a key."""
    home = tmp_path_factory.mktemp('qgis-plugin')
    with urllib.request.urlopen(f'{province.public_url}/api/qgis/dothi_qgis.zip') as response:
        zipfile.ZipFile(io.BytesIO(response.read())).extractall(home / 'plugins')
    runs = [
        ('group-by-units', BY_DISTRICT),
        ('group-by-units', BY_DISTRICT | {'date': 'hôm qua'}),
        ('geocode', {'addresses': 'xã Hải An\nphường Hạ Long'}),
        ('isochrones', {'facilities': 'Cơ sở y tế', 'minutes': '5, x'}),
        ('export-features', {'collection': SCHOOLS, 'format': 'csv', 'OUTPUT': str(home / 'schools.csv')}),
        ('site-suitability', {'OUTPUT_suitability': str(home / 'suitability.tif')}),
    ]
    refused = [(province.internal_url, 'khóa sai'), *((url, '') for url in other_services)]
    environment = {'PATH': os.environ['PATH'], 'HOME': str(home), 'QT_QPA_PLATFORM': 'offscreen', 'LC_ALL': 'C.UTF-8'}
    environment['TZ'] = 'Asia/Ho_Chi_Minh'
    environment['PYTHONPATH'] = f'{home / "plugins"}:{PLUGINS}'
    done = subprocess.run(
        ['/usr/bin/python3', CLIENT, province.public_url],
        input=json.dumps({'key': '', 'search': 'trường', 'runs': runs, 'refused': refused, 'silent': silent_service}),
        env=environment, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    answer: dict[str, Any] = json.loads(done.stdout[done.stdout.index('{"refused') :])
    return answer | {'home': home}


def asked(province: Province, process_id: str, inputs: dict[str, Any]) -> Any:
    """The answer of the API itself."""
    headers = {'Content-Type': 'application/json', 'Prefer': 'wait'}
    address = f'{province.public_url}/api/processes/{process_id}/execution'
    request = urllib.request.Request(address, json.dumps({'inputs': inputs}).encode(), headers)
    with urllib.request.urlopen(request) as response:
        return json.load(response)


def test_connecting_says_what_is_wrong_with_an_address_and_keeps_a_right_one(used: dict[str, Any]) -> None:
    assert (used['refused'], used['before']) == ('Không có /nowhere/api/.', {})
    assert 'Nam Định' in used['title']


def test_what_is_no_service_or_a_wrong_key_takes_the_place_of_nothing(used: dict[str, Any], province: Province) -> None:
    """The address and the key that worked are still there."""
    wrong_key, page, document = used['refused_later']
    assert wrong_key.startswith('Khóa không đúng')
    assert page == document == 'Địa chỉ này trả lời, nhưng không phải dịch vụ Đô Thị.'
    assert used['address'] == f'{province.public_url}/api'


def test_every_analysis_of_the_service_is_an_algorithm_with_widgets(used: dict[str, Any], province: Province) -> None:
    with urllib.request.urlopen(f'{province.public_url}/api/processes') as response:
        offered = {one['id'] for one in json.load(response)['processes']}
    assert set(used['analyses']) == offered
    # steps of the portal's pages and a tool of programmers can be called, and are not among the questions
    assert offered - {*used['toolbox']} == {'compare-results', 'present-result', 'echo'}
    inputs = used['analyses']['isochrones']
    assert (inputs['facilities'], inputs['speed_kmh'], inputs['separate']) == ('enum', 'number', 'boolean')


def test_an_algorithm_gives_what_the_api_answers(used: dict[str, Any], province: Province) -> None:
    answer = asked(province, 'group-by-units', {'layer': 'schools', 'level': 'district', 'date': '2024-08-31'})
    expected = {one['properties']['code']: one['properties']['features'] for one in answer['features']}
    assert {row['code']: int(row['features']) for row in used['results'][0]['OUTPUT']} == expected
    places = [row['place'] for row in used['results'][2]['OUTPUT']]
    assert places == ['Xã Hải An', 'Phường Hạ Long']


def test_what_is_wrong_with_an_input_is_said_in_the_words_of_the_service(used: dict[str, Any]) -> None:
    assert '"date"' in used['results'][1]['error']
    assert used['results'][3]['error'] == 'Các thời gian: không đọc được.'


def test_files_and_rasters_are_results_too(used: dict[str, Any]) -> None:
    assert used['results'][4] == {'OUTPUT': str(used['home'] / 'schools.csv')}
    assert '"code"' in (used['home'] / 'schools.csv').read_text(encoding='utf-8')
    width, height = used['results'][5]['OUTPUT_suitability']
    assert width > 1
    assert height > 1


def test_a_layer_of_the_catalogue_comes_with_its_style_and_form(used: dict[str, Any]) -> None:
    layer = used['layer']
    assert layer['titles'][0].startswith('Trường học')
    assert used['all'] > len(layer['titles'])
    assert (layer['valid'], layer['renderer'], layer['crs']) == (True, 'RuleRenderer', 'EPSG:9209')
    assert layer['widgets']['level'] == 'ValueMap'
    # as people type: without accents, in capital letters, with accents as letters of their own
    assert all(layer[way].startswith('Trường học') for way in ('unaccented', 'capital', 'parted'))
    # QGIS 3.40 connects a task that shows progress to a reading that may be gone by then: a segmentation fault
    assert "hideDownloadProgressDialog='1'" in layer['source']
    # metres of the layer's own system: else the map would open somewhere else
    assert layer['box'][0] > 500_000
    assert used['opened'] == layer['box']


def test_qgis_starts_without_its_service_and_has_the_analyses_once_it_answers(used: dict[str, Any]) -> None:
    """QGIS itself would wait for a minute with its window not there yet."""
    assert used['out_of_reach']['waited_s'] < 30
    assert used['out_of_reach']['there'] == 0
    assert used['out_of_reach']['later'] == len(used['analyses'])


def test_a_day_ends_by_the_clock_of_the_computer(used: dict[str, Any]) -> None:
    """Releases are listed by it; what was released before seven in the morning belonged to the day before."""
    assert used['end_of_day'] == '2024-08-31T16:59:59Z'
