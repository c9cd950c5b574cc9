"""QGIS, offscreen and for real, edits a province of its own."""

import json
import os
import re
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from dothi.core.edit_token import make_token
from dothi.core.settings import PROJECT
from tests.conftest import Instance, Province, serving, use
from tests.matrix import number_of_examples
from tests.qgis.test_project import opened

EDITOR = Path(__file__).with_name('editor.py')
E0, N0 = 570_000.0, 2_240_000.0


@dataclass(frozen=True)
class Day:
    """An editing day: what QGIS told, where it happened, and which schools it was about."""

    told: dict[str, Any]
    place: Province
    codes: list[str]
    script: dict[str, int]

    def rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        return rows(self.place.environment, statement, *values)


def rows(environment: dict[str, str], statement: str, *values: object) -> list[tuple[Any, ...]]:
    url = environment['DOTHI_DATABASE_URL'].replace('+psycopg2', '')
    connection = psycopg2.connect(url)
    with connection, connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        found = cursor.fetchall()
    connection.close()
    return list(found)


def script(url: str, key: str, places: int, tag: str | None = None) -> tuple[int, str]:
    """Status of another client's change, and the ETag of the feature after it."""
    headers = {'Authorization': f'Bearer {key}', 'Content-Type': 'application/merge-patch+json'}
    if tag:
        headers['If-Match'] = tag
    body = json.dumps({'properties': {'places': places}}).encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, headers, method='PATCH')) as response:
            return response.status, response.headers['ETag']
    except urllib.error.HTTPError as error:
        return error.code, ''


MANY = number_of_examples(20_000, 50_000)


def grow(environment: dict[str, str]) -> None:
    """Fills the layer of buildings up to MANY, as fast as the database can."""
    url = environment['DOTHI_DATABASE_URL'].replace('+psycopg2', '')
    connection = psycopg2.connect(url)
    with connection, connection.cursor() as cursor:
        cursor.execute(
            """insert into layer.buildings (id, code, use, floors, population, geom, geom_wgs84, release_from)
               select nextval('layer.buildings_id_seq'), 'G' || n, 'residential', 1, 4, g, st_transform(g, 4326), r
               from generate_series(1, %s - (select count(*) from layer.buildings)) as n,
                   lateral (select 570000 + n %% 250 * 20 as x, 2240000 + n / 250 * 20 as y) as corner,
                   lateral (select st_multi(st_makeenvelope(x, y, x + 8, y + 8, 9209)) as g) as shape,
                   (select current_release as r from catalog.layer where id = 'buildings') as newest""",
            [MANY],
        )
        cursor.execute("update catalog.release set rows_total = %s where layer_id = 'buildings'", [MANY])
    connection.close()


@pytest.fixture(scope='module')
def day(
    instance: Instance, province_template: str, shared_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Day]:
    """One QGIS for all of it: its start is what takes time. A profile folder of its own keeps other settings out."""
    folder = shared_folder / 'editing'
    environment = instance.environment(instance.create('editing', province_template), folder)
    with pytest.MonkeyPatch.context() as patch:
        use(patch, environment)
        token_file = make_token()
        key = token_file.read_text(encoding='utf-8').strip()
    schools = rows(environment, 'select code, id from layer.schools order by code limit 4')
    codes, number = [code for code, _ in schools], schools[3][1]
    grow(environment)
    home = tmp_path_factory.mktemp('qgis-editing')
    own = {'PATH': os.environ['PATH'], 'HOME': str(home), 'TMPDIR': str(home), 'LC_ALL': 'C.UTF-8'}
    own['QT_QPA_PLATFORM'] = 'offscreen'
    with serving(environment, folder, ('internal',)) as place:
        command = ['/usr/bin/python3', str(EDITOR), f'{place.internal_url}/api', key, ','.join(codes)]
        with subprocess.Popen(command, env=own, text=True, stdin=-1, stdout=-1, stderr=-1) as qgis:
            assert qgis.stdin
            assert qgis.stdout
            while not (line := qgis.stdout.readline()).startswith('pause stale'):
                assert line, qgis.communicate()[1][-4000:]
            item = f'{place.internal_url}/api/collections/schools/items/{number}'
            with urllib.request.urlopen(item) as response:
                tag = response.headers['ETag']
            first, _ = script(item, key, 111)
            out, err = qgis.communicate('go on\n', timeout=600)
            assert qgis.returncode == 0, err[-4000:]
            late, _ = script(item, key, 333, tag)
        yield Day(json.loads(out[out.index('{') :]), place, codes, {'first': first, 'late': late})
    instance.drop('editing')
    # all tests share the place of secrets
    token_file.unlink()


def test_qgis_offers_editing_to_who_has_the_key_and_to_nobody_else(day: Day) -> None:
    for ability in ('Add Features', 'Delete Features', 'Change Attribute Values', 'Change Geometries'):
        assert ability in day.told['session']['able']
        assert ability not in day.told['reader']


def test_a_token_in_the_header_is_as_good_as_one_in_the_address(day: Day) -> None:
    """As the guide says: an authentication configuration of the type API Header."""
    assert day.told['by_header']['saved'], day.told['by_header']['said']
    assert day.rows("select count(*) from layer.schools where code = 'QGIS-4'") == [(1,)]
    assert re.search(r'"POST /api/collections/schools/items HTTP/1.1" 201', day.place.log.read_text(encoding='utf-8'))


def test_more_buildings_than_fit_a_page_are_paged_in(day: Day) -> None:
    assert day.told['paged'] == {'count': MANY, 'read': MANY, 'different': MANY}
    log = day.place.log.read_text(encoding='utf-8')
    pages = re.findall(r'collections/buildings/items\?(\S*)', log)
    assert sum('cursor=' in page for page in pages) > 10, 'page after page, and not by counting rows'
    assert not any('offset=' in page for page in pages)


def test_an_edit_session_in_the_working_system_is_in_the_database_to_the_millimetre(day: Day) -> None:
    moved, changed, deleted, _ = day.codes
    session = day.told['session']
    assert session['saved'], session['said']
    assert day.rows("select st_x(geom), st_y(geom), places from layer.schools where code = 'QGIS-1'") == [
        (pytest.approx(E0 + 123.456789, abs=1e-3), pytest.approx(N0 + 98.7654321, abs=1e-3), 321)
    ]
    assert day.rows('select st_x(geom), st_y(geom) from layer.schools where code = %s', moved) == [
        (pytest.approx(E0 + 0.125, abs=1e-3), pytest.approx(N0 + 0.375, abs=1e-3))
    ]
    assert day.rows('select name, places from layer.schools where code = %s', changed) == [
        ('Trường Đổi <Mới> & "Cũ"', 77)
    ]
    assert day.rows('select count(*) from layer.schools where code = %s', deleted) == [(0,)]
    before = 'select count(*) from history.schools where code in (%s, %s, %s)'
    assert day.rows(before, moved, changed, deleted) == [(3,)]
    ((apart_m,),) = day.rows('select max(st_distance(st_transform(geom_wgs84, 9209), geom)) from layer.schools')
    assert apart_m < 1e-3


def test_qgis_shows_what_it_has_saved(day: Day) -> None:
    session = day.told['session']
    assert session['before'] == session['after'] == len(session['codes'])
    assert 'QGIS-1' in session['codes']
    assert day.codes[2] not in session['codes']


def test_each_edit_is_a_release_with_its_author(day: Day) -> None:
    edits = "from catalog.release where origin = 'edit'"
    made = day.rows(f'select rows_added, rows_changed, rows_closed {edits} order by number limit 4')
    assert sorted(made) == [(0, 0, 1), (0, 1, 0), (0, 1, 0), (1, 0, 0)]
    assert day.rows(f'select distinct released_by {edits}') == [('editor',)]


def test_what_a_script_changed_and_what_qgis_made_of_it_later_are_both_in_the_history(day: Day) -> None:
    """QGIS sends no If-Match, so the last one wins; nothing is lost."""
    assert (day.script['first'], day.told['stale']['saved']) == (204, True)
    code = day.codes[3]
    assert day.rows('select places from layer.schools where code = %s', code) == [(222,)]
    history = 'select places from history.schools where code = %s order by release_from'
    ((original,), (between,)) = day.rows(history, code)
    assert between == 111
    assert original not in (111, 222)


def test_a_script_with_an_old_version_is_refused(day: Day) -> None:
    assert day.script['late'] == 412
    assert day.rows('select count(*) from layer.schools where places = 333') == [(0,)]


def test_qgis_hears_what_is_wrong_with_a_feature(day: Day) -> None:
    """In English here: it is the language of the profile."""
    refused = day.told['refused']
    assert not refused['saved']
    assert "server replied: /geometry: lies outside the locality's extent" in ' '.join(refused['said'])
    assert day.rows("select count(*) from layer.schools where code = 'QGIS-2'") == [(0,)]


def test_a_save_of_which_one_row_was_refused_can_be_put_right_and_saved_again(day: Day) -> None:
    """QGIS sends the row that was taken once more."""
    again = day.told['saved_again']
    assert (again['first'], again['saved']) == (False, True), again['said']
    assert day.rows("select code from layer.schools where code in ('QGIS-5', 'QGIS-6') order by code") == [
        ('QGIS-5',), ('QGIS-6',)
    ]  # fmt: skip


def test_a_plus_in_a_filter_of_qgis_is_a_plus(day: Day) -> None:
    assert day.told['with_a_plus'] == ['QGIS-7']


def test_a_building_drawn_in_another_system_lies_where_it_was_drawn(day: Day) -> None:
    assert day.told['polygons']['saved'], day.told['polygons']['said']
    ((kind, apart_m),) = day.rows(
        """select geometrytype(geom), st_distance(st_transform(geom, 3405), st_point(621685, 2259497, 3405))
           from layer.buildings where code = 'QGIS-3'"""
    )
    assert kind == 'MULTIPOLYGON'
    assert apart_m < 1e-3


def test_the_project_of_staff_reads_and_edits_with_the_key_in_qgis(day: Day, tmp_path: Path) -> None:
    """The project itself names only where the key is."""
    key = (Path(day.place.environment['DOTHI_SECRETS']) / 'edit_token').read_text(encoding='utf-8').strip()
    headers = {'Authorization': f'Bearer {key}'}
    address = f'{day.place.internal_url}/api/qgis/project?f=qgs'
    with urllib.request.urlopen(urllib.request.Request(address, headers=headers)) as response:
        text = response.read()
    assert key.encode() not in text
    file = tmp_path / 'dothi.qgs'
    file.write_bytes(text)
    found = opened(file, tmp_path, key=key)
    assert (found['read'], found['messages']) == (True, [])
    assert {name for name, layer in found['layers'].items() if not layer['valid']} == set()
    assert (found['layers']['schools']['editable'], found['layers']['schools']['crs']) == (True, 'EPSG:9209')


def test_the_plugin_saves_a_day_of_edits_as_one_release(day: Day, tmp_path: Path) -> None:
    """60 values by the field calculator were 60 releases."""
    key = (Path(day.place.environment['DOTHI_SECRETS']) / 'edit_token').read_text(encoding='utf-8').strip()
    environment = {'PATH': os.environ['PATH'], 'HOME': str(tmp_path), 'LC_ALL': 'C.UTF-8'}
    environment |= {'QT_QPA_PLATFORM': 'offscreen', 'PYTHONPATH': str(PROJECT / 'desktop')}
    # nothing is left beside the sources
    environment['PYTHONDONTWRITEBYTECODE'] = '1'
    command = ['/usr/bin/python3', str(EDITOR.with_name('plugin_save_client.py')), day.place.internal_url]
    done = subprocess.run(
        command, input=f'{key}\n', env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr[-4000:]
    saved = json.loads(done.stdout[done.stdout.index('{"codes"') :])
    # fewer than 61 where some had 77 places before
    ((added, changed, closed, note),) = day.rows(
        'select rows_added, rows_changed, rows_closed, note from catalog.release where number = %s', saved['release']
    )
    assert (added, closed, note) == (2, 1, 'Điều tra tháng 5')
    assert 55 <= changed <= 61
    assert day.rows('select count(*) from layer.schools where places = 77 and code = any(%s)', saved['codes'][:60]) == [
        (60,)
    ]
    moved, deleted = saved['codes'][60:]
    assert day.rows('select st_x(geom), st_y(geom) from layer.schools where code = %s', moved) == [
        (E0 + 0.125, N0 + 0.375)
    ]
    assert day.rows('select count(*) from layer.schools where code = %s', deleted) == [(0,)]
    assert (saved['shown'], saved['modified']) == (['TOGETHER-1', 'TOGETHER-2'], False)
    # what is refused is told by its key and selected, and stays in the layer
    assert 'TOGETHER-4' in saved['refused']
    assert '/added/' not in saved['refused']
    assert (saved['kept'], saved['selected']) == (2, ['TOGETHER-4'])
    # and so is the other half of a feature that was split, which is new
    assert saved['copied'].startswith('1 đối tượng mới có mã của đối tượng khác (TOGETHER-1)')
    assert saved['copies'] == [True]
    assert day.rows("select count(*) from layer.schools where code in ('TOGETHER-3', 'TOGETHER-4')") == [(0,)]


def test_the_key_is_in_no_log(day: Day) -> None:
    log = day.place.log.read_text(encoding='utf-8')
    file = Path(day.place.environment['DOTHI_SECRETS']) / 'edit_token'
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.read_text(encoding='utf-8').strip() not in log
    assert 'key=***' in log
    assert re.search(r'"POST /api/key/\*\*\*/collections/schools/items HTTP/1.1" 201', log)
