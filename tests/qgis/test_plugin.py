"""The plugin, as the service hands it out, in QGIS for real: connect, find a layer, run analyses."""

import io
import json
import os
import subprocess
import urllib.request
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Province

CLIENT = Path(__file__).with_name('plugin_client.py')
PLUGINS = '/usr/share/qgis/python/plugins'
SCHOOLS = 'Trường học'
BY_DISTRICT = {'layer': SCHOOLS, 'level': 'cấp huyện', 'date': '2024-08-31'}


@pytest.fixture(scope='module')
def used(province: Province, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
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
    environment = {'PATH': os.environ['PATH'], 'HOME': str(home), 'QT_QPA_PLATFORM': 'offscreen', 'LC_ALL': 'C.UTF-8'}
    environment['PYTHONPATH'] = f'{home / "plugins"}:{PLUGINS}'
    done = subprocess.run(
        ['/usr/bin/python3', CLIENT, province.public_url],
        input=json.dumps({'key': '', 'search': 'trường', 'runs': runs}),
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


def test_every_analysis_of_the_service_is_an_algorithm_with_widgets(used: dict[str, Any], province: Province) -> None:
    with urllib.request.urlopen(f'{province.public_url}/api/processes') as response:
        offered = {one['id'] for one in json.load(response)['processes']}
    assert set(used['analyses']) == offered
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
    assert layer['unaccented'].startswith('Trường học')
    # metres of the layer's own system: else the map would open somewhere else
    assert layer['box'][0] > 500_000
