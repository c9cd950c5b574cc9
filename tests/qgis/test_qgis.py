"""QGIS, offscreen and for real, reads the province."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import psycopg2
import pytest

from tests.conftest import DEMO_BUILDINGS, Province

CLIENT = Path(__file__).with_name('client.py')


@pytest.fixture(scope='module')
def seen(province: Province, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What QGIS saw. A profile folder of its own keeps other QGIS settings of the machine out."""
    home = tmp_path_factory.mktemp('qgis')
    environment = {'PATH': os.environ['PATH'], 'HOME': str(home), 'QT_QPA_PLATFORM': 'offscreen', 'LC_ALL': 'C.UTF-8'}
    environment['TMPDIR'] = str(home)
    done = subprocess.run(
        ['/usr/bin/python3', CLIENT, f'{province.internal_url}/api'],
        env=environment, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    seen: dict[str, Any] = json.loads(done.stdout[done.stdout.index('{') :])
    return seen


def rows(province: Province, query: str) -> list[Any]:
    url = province.environment['DOTHI_DATABASE_URL'].replace('+psycopg2', '')
    with psycopg2.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(query)
        found = cursor.fetchall()
    connection.close()
    return found


def test_the_ten_districts_are_there_with_their_names(seen: dict[str, Any]) -> None:
    assert len(seen['districts']) == 10
    assert 'Huyện Hải Hậu' in seen['districts']


def test_coordinates_in_the_working_system_are_those_of_the_database(seen: dict[str, Any], province: Province) -> None:
    """Surveyors compare them digit by digit."""
    stored = rows(province, 'select code, st_x(geom), st_y(geom) from layer.health_facilities')
    assert seen['stored_crs'] == 'EPSG:9209'
    assert seen['stored'] == {code: [x, y] for code, x, y in stored}


def test_columns_arrive_with_their_types(seen: dict[str, Any]) -> None:
    assert seen['types']['code'] == 'String'
    assert seen['types']['beds'] in {'Integer', 'Integer64'}


def test_a_filter_of_the_user_gives_the_features_that_sql_gives(seen: dict[str, Any], province: Province) -> None:
    hospitals = rows(province, "select code from layer.health_facilities where kind = 'hospital' order by 1")
    assert seen['hospitals'] == [code for (code,) in hospitals]
    assert seen['hospitals_count'] == len(hospitals)


def test_a_filter_of_the_user_reaches_the_server(seen: dict[str, Any], province: Province) -> None:
    """Otherwise QGIS would load the whole layer and filter it on the desk."""
    log = province.log.read_text(encoding='utf-8')
    assert 'filter-lang=cql2-text' in log


def test_panning_loads_only_what_the_window_shows(seen: dict[str, Any]) -> None:
    assert 0 < len(seen['in_box']) < 226


def test_all_pages_of_a_large_layer_are_read(seen: dict[str, Any]) -> None:
    assert seen['buildings'] == DEMO_BUILDINGS


def test_vector_tiles_are_drawn_where_there_are_buildings(seen: dict[str, Any]) -> None:
    assert seen['tiles_drawn'] > 100
    assert seen['nothing_drawn'] == 0


def test_the_count_of_features_is_told_without_loading_them(seen: dict[str, Any], province: Province) -> None:
    ((count,),) = rows(province, 'select count(*) from layer.health_facilities')
    assert seen['stored_count'] == count
    assert re.search(r'health_facilities/items\?limit=1[ &]', province.log.read_text(encoding='utf-8'))


def test_an_area_given_by_the_user_is_cut_out_by_the_server(seen: dict[str, Any], province: Province) -> None:
    """In the layer's own system; QGIS 3.40 hands boxes on, and looks at any other shape itself."""
    box = 'st_makeenvelope(560000, 2240000, 580000, 2260000, 9209)'
    inside = rows(province, f'select code from layer.health_facilities where st_intersects(geom, {box}) order by 1')
    assert seen['cut_out'] == [code for (code,) in inside]
    assert inside
    filters = re.findall(r'filter=([^&]*)', province.log.read_text(encoding='utf-8'))
    assert any('S_INTERSECTS(geom,BBOX(560000' in unquote(text) for text in filters), filters


def test_a_result_opens_as_csv(seen: dict[str, Any], province: Province) -> None:
    assert seen['csv']['codes'] == seen['hospitals']
    assert {'code', 'name', 'kind', 'beds'} <= set(seen['csv']['columns'])
