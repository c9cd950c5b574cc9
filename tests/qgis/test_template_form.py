"""The template in GeoPackage, opened in QGIS: titles, lists and constraints, and what is filled in comes back."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dothi.core.database import connection
from dothi.core.locality import Locality
from etl.desk.deliver import deliver
from etl.desk.options import DeliveryOptions
from etl.template.content import template_of
from etl.template.formats import FORMATS
from tests.matrix import exhaustive
from tests.present import present

SCRIPT = Path(__file__).with_name('template_form.py')
SCHOOL = {'code': '007', 'name': 'Trường Ba', 'level': 'primary', 'places': 120}


@pytest.fixture
def fill_in(database: dict[str, str], locality: Locality, tmp_path: Path) -> Callable[..., tuple[Path, dict[str, Any]]]:
    """Adds a school to the empty template in QGIS; gives the file, and what QGIS says of the form."""

    def run(**changes: Any) -> tuple[Path, dict[str, Any]]:
        with connection('reader_internal') as db:
            layer = locality.layers['schools']
            made = template_of(db, layer, locality, 'internal', lang='vi', degrees=False, filled=False)
        file = tmp_path / 'schools.gpkg'
        file.write_bytes(FORMATS['gpkg'].write(made))
        wanted = json.dumps({'attributes': SCHOOL | changes, 'place': [570_000, 2_240_000]})
        environment = {
            'PATH': os.environ['PATH'],
            'HOME': str(tmp_path),
            'QT_QPA_PLATFORM': 'offscreen',
            'LC_ALL': 'C.UTF-8',
        }
        command = ['/usr/bin/python3', str(SCRIPT), str(file), wanted]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 0, done.stderr[-3000:]
        return file, json.loads(done.stdout[done.stdout.index('{') :])

    return run


def test_the_form_has_titles_lists_and_constraints_and_its_feature_is_delivered(
    fill_in: Callable[..., tuple[Path, dict[str, Any]]], locality: Locality
) -> None:
    file, said = fill_in()
    fields = said['fields']
    assert fields['places']['title'] == 'Số chỗ học (chỗ)'
    assert fields['level']['widget'] == 'ValueMap'
    assert ['Tiểu học', 'primary'] in fields['level']['values']
    assert fields['code']['must'] == ['not_null', 'unique']
    assert fields['name']['must'] == ['not_null']
    assert fields['places']['must'] == ['expression']
    assert (said['broken'], said['taken']) == ([], True)
    report = deliver(file, DeliveryOptions(layer='schools'), locality)
    assert (report.verdict, present(report.diff).added) == ('accepted', 1)
    with connection('loader') as db, db.cursor() as cursor:
        cursor.execute('select code, name, level, places, ST_AsText(geom, 2) from layer.schools')
        assert cursor.fetchall() == [('007', 'Trường Ba', 'primary', 120, 'POINT(570000 2240000)')]


@pytest.mark.parametrize(
    ('changes', 'field'), [({'places': 20_000}, 'places'), pytest.param({'name': None}, 'name', marks=exhaustive)]
)
def test_a_wrong_value_is_caught_in_the_form(
    fill_in: Callable[..., tuple[Path, dict[str, Any]]], changes: dict[str, Any], field: str
) -> None:
    _, said = fill_in(**changes)
    assert (said['broken'], said['taken']) == ([field], False)
