"""Forms of layers in QGIS: a person reads words where the layer has codes, and cannot save what would be refused."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Province

CLIENT = Path(__file__).with_name('form_client.py')
SCHOOL = {'code': '007', 'name': 'Trường Ba', 'level': 'primary', 'places': 120}
WORK = {
    'schools in Vietnamese': {
        'layer': 'schools', 'lang': 'vi',
        'values': [SCHOOL, SCHOOL | {'places': 20_000}, {'code': '007'}],
    },
    'schools in English': {'layer': 'schools', 'lang': 'en'},
    'markets': {'layer': 'markets', 'lang': 'en'},
    'air_stations': {'layer': 'air_stations', 'lang': 'vi'},
    'land_use': {'layer': 'land_use', 'lang': 'vi'},
}  # fmt: skip


@pytest.fixture(scope='module')
def forms(province: Province, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What QGIS shows in each form of WORK."""
    home = tmp_path_factory.mktemp('qgis-forms')
    environment = {'PATH': os.environ['PATH'], 'HOME': str(home), 'QT_QPA_PLATFORM': 'offscreen', 'LC_ALL': 'C.UTF-8'}
    done = subprocess.run(
        ['/usr/bin/python3', CLIENT, f'{province.public_url}/api', str(home)], input=json.dumps([*WORK.values()]),
        env=environment, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    answer = json.loads(done.stdout[done.stdout.index('{') :])
    assert answer['messages'] == []
    return dict(zip(WORK, answer['answers'], strict=True))


def test_a_form_shows_words_for_codes_and_units_of_measure_in_its_language(forms: dict[str, dict[str, Any]]) -> None:
    in_vietnamese, in_english = forms['schools in Vietnamese']['form'], forms['schools in English']['form']
    assert in_vietnamese['Cấp học'] in {'Mầm non', 'Tiểu học', 'Trung học cơ sở', 'Trung học phổ thông'}
    assert in_english['Level'] in {'Kindergarten', 'Primary', 'Lower secondary', 'Upper secondary'}
    assert 'Số chỗ học (chỗ)' in in_vietnamese


def test_a_form_names_the_unit_of_a_code(forms: dict[str, dict[str, Any]]) -> None:
    code, _, name = forms['land_use']['form']['Mã xã'].partition(' ')
    assert (len(code), name.split()[0] in {'Phường', 'Xã', 'Thị'}) == (5, True)


def test_days_are_written_as_people_read_them_and_yes_or_no_is_a_box(forms: dict[str, dict[str, Any]]) -> None:
    day, month, year = forms['air_stations']['form']['Hoạt động từ'].split('/')
    assert (len(day), len(month), len(year)) == (2, 2, 4)
    assert forms['markets']['form']['Held daily'] in {'True', 'False'}


def test_a_form_does_not_save_what_the_layer_would_refuse(forms: dict[str, dict[str, Any]]) -> None:
    assert forms['schools in Vietnamese']['broken'] == [[], ['places'], ['level', 'name']]
