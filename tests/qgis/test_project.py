"""The project of QGIS that the service serves, and the folder for work without network, opened in QGIS for real."""

import json
import os
import subprocess
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from dothi.cartography.qgis_project.folder import write_folder
from dothi.core.database import connection
from dothi.core.locality import Locality
from dothi.core.progress import silent
from tests.conftest import Province, use
from tests.matrix import exhaustive

CLIENT = Path(__file__).with_name('project_client.py')


def opened(file: Path, home: Path, *layouts: str, key: str = '') -> dict[str, Any]:
    """What QGIS finds in a project. home: a profile folder of its own keeps other settings of the machine out."""
    environment = {'PATH': os.environ['PATH'], 'HOME': str(home), 'QT_QPA_PLATFORM': 'offscreen', 'LC_ALL': 'C.UTF-8'}
    done = subprocess.run(
        ['/usr/bin/python3', CLIENT, str(file), str(home), *layouts], input=f'{key}\n',
        env=environment, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    answer: dict[str, Any] = json.loads(done.stdout[done.stdout.index('{') :])
    return answer


@pytest.fixture(scope='module')
def served(province: Province, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The project of the public service, in Vietnamese, with a sheet that was printed."""
    home = tmp_path_factory.mktemp('qgis-project')
    file = home / 'dothi.qgz'
    with urllib.request.urlopen(f'{province.public_url}/api/qgis/project?lang=vi') as response:
        file.write_bytes(response.read())
    return opened(file, home, 'A4 ngang')


@pytest.fixture(scope='module')
def offline(province: Province, locality: Locality, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The project in a folder with its data, in English."""
    home = tmp_path_factory.mktemp('qgis-offline')
    with pytest.MonkeyPatch.context() as patch:
        use(patch, province.environment)
        with connection('reader_public') as db:
            write_folder(db, home / 'work', locality, 'public', 'en', silent)
    return opened(home / 'work' / 'dothi.qgz', home, 'A3 portrait')


def test_no_reading_of_a_layer_is_a_task_of_qgis(served: dict[str, Any]) -> None:
    """QGIS 3.40 connects such a task to a reading that may be gone by then: a segmentation fault."""
    read = {name: layer['source'] for name, layer in served['layers'].items() if layer['provider'] == 'OAPIF'}
    assert read
    assert [name for name, source in read.items() if "hideDownloadProgressDialog='1'" not in source] == []


@pytest.mark.parametrize('name', ['served', pytest.param('offline', marks=exhaustive)])
def test_a_project_opens_without_a_word_and_every_layer_is_valid(name: str, request: pytest.FixtureRequest) -> None:
    found = request.getfixturevalue(name)
    assert (found['read'], found['error'], found['messages']) == (True, '', [])
    assert {name: layer['error'] for name, layer in found['layers'].items() if not layer['valid']} == {}
    assert found['crs'] == 'EPSG:9209'
    # several ways lead from the web's systems to VN-2000: QGIS would ask which to take
    assert all('x=-191.90441429' in operation for operation in found['operations'].values())
    assert set(found['operations']) == {'EPSG:3857', 'EPSG:4326'}


def test_it_has_every_public_layer_that_has_data_with_its_rows(served: dict[str, Any], locality: Locality) -> None:
    vectors = {name: layer for name, layer in served['layers'].items() if layer.get('provider') == 'OAPIF'}
    assert set(vectors) <= {layer.id for layer in locality.layers_for('public').values()}
    assert (vectors['districts']['features'], vectors['communes']['features']) == (10, 226)
    assert 'cameras' not in vectors
    assert {layer['crs'] for layer in vectors.values()} == {'EPSG:9209'}
    # metres: QGIS alone would take the degrees of the collection's description for them
    assert all(layer['box'][0] > 500_000 for layer in vectors.values())


def test_layers_are_grouped_by_theme_styled_and_named_in_the_language(served: dict[str, Any]) -> None:
    assert 'Trường học' in served['groups']['Xã hội']
    assert list(served['groups'])[-1] == 'Bản đồ nền'
    schools = served['layers']['schools']
    assert (schools['renderer'], schools['aliases']['places']) == ('RuleRenderer', 'Số chỗ học (chỗ)')
    assert schools['widgets'] == {'code': 'TextEdit', 'name': 'TextEdit', 'level': 'ValueMap', 'places': 'Range'}


def test_the_sea_is_no_white_paper(served: dict[str, Any]) -> None:
    """In the window and on every sheet what lies around the layers has the ground of the web map."""
    assert served['backgrounds'] == ['#dfe8eb', '#dfe8eb']


def test_pictures_are_below_all_and_switched_off(served: dict[str, Any]) -> None:
    assert served['layers']['whole_map']['crs'] == 'EPSG:3857'
    assert 'Bản đồ chung (ảnh)' not in served['visible']
    assert 'Đơn vị hành chính cấp huyện' in served['visible']


def test_layers_that_belong_together_are_related(served: dict[str, Any]) -> None:
    relations = served['relations']
    assert relations['dothi_communes_parent_code'] == [True, 'Đơn vị hành chính cấp xã (Mã huyện)']
    assert relations['dothi_valves_pipe_code'][0]
    assert all(is_valid for is_valid, _ in relations.values())


def test_every_unit_has_a_bookmark_in_the_working_system(served: dict[str, Any]) -> None:
    assert len(served['bookmarks']) == 236
    assert ['Cấp huyện', 'Huyện Hải Hậu (366)', 'EPSG:9209'] in served['bookmarks']


def test_layers_with_times_are_known_to_the_temporal_controller(served: dict[str, Any]) -> None:
    assert served['layers']['districts']['times'] == ['valid_from', 'valid_to']
    assert served['layers']['air_observations']['times'] == ['observed_at', '']
    assert served['layers']['schools']['times'] is None
    assert served['span'][0] < served['span'][1]


def test_sheets_of_every_size_are_there_and_print(served: dict[str, Any]) -> None:
    sizes = [f'A{size} {way}' for size in (4, 3, 2, 1, 0) for way in ('ngang', 'dọc')]
    assert served['layouts'] == sizes
    (printed,) = served['printed']
    assert Path(printed).stat().st_size > 20_000


def test_the_folder_holds_its_data_and_is_in_english(offline: dict[str, Any]) -> None:
    schools = offline['layers']['schools']
    assert (schools['provider'], schools['aliases']['level'], schools['editable']) == ('ogr', 'Level', True)
    assert (schools['widgets']['id'], schools['widgets']['level']) == ('Hidden', 'ValueMap')
    assert offline['layers']['districts']['features'] == 10
    assert 'whole_map' not in offline['layers']
    assert Path(offline['printed'][0]).exists()
