"""Items as files, read back by other programs and compared with the database, value by value."""

import csv
import io
import json
import sqlite3
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pyogrio
import pyproj
import pytest
import shapely
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from dothi.api.app import create_app
from dothi.core.database import READERS, engine
from dothi.core.export.formats import FORMATS as ALL_FORMATS
from dothi.core.export.formats import PAGED
from dothi.core.export.gdal_file import names_in_sqlite
from dothi.core.layer import Audience
from dothi.core.locality import load_locality
from dothi.core.migrate import migrate
from dothi.core.settings import PROJECT
from tests.api.conftest import E0, N0, Desk
from tests.conftest import Instance, fresh
from tests.somewhere import AGENCIES, PLACE

ITEMS = '/api/collections/odd/items'
EPSG = 'http://www.opengis.net/def/crs/EPSG/0/'
# Every format that pages of items come in: a new row of the table is tried by all that follows.
FORMATS = tuple(PAGED)
SECRET = 'chỉ nội bộ 7351'
VALIDATOR = '/usr/lib/python3/dist-packages/osgeo_utils/samples/validate_gpkg.py'
DEPTH = 'Độ sâu (m)'
COLUMNS = ('code', DEPTH, 'end', 'seen', 'open', 'n', 'kind', 'note')
ROWS: list[dict[str, Any]] = [
    {
        'code': 'A', DEPTH: 12.345678901234567, 'end': date(2024, 8, 31), 'n': 9007199254740993, 'open': True,
        'seen': datetime(2024, 2, 29, 23, 59, 59, 125000, UTC), 'kind': 'y', 'note': 'Trường "Một", xã Đại Thắng\nhai',
    },
    {'code': 'B', DEPTH: -0.5, 'end': date(1884, 6, 6), 'n': -3, 'open': False, 'note': ''},
    {'code': 'C'},
    {'code': '=1+1', 'note': "=cmd|'/C calc'!A0"},
    {'code': '+84 228', 'note': '-2+3'},
    {'code': '@SUM(A1)', 'note': '-12,5'},
]  # fmt: skip
DEFUSED = {'=1+1', "=cmd|'/C calc'!A0", '+84 228', '-2+3', '@SUM(A1)'}

ODD = """
id: odd
title: {vi: Lớp lạ, en: Odd layer}
description: {vi: Mọi kiểu dữ liệu, en: Values of every type}
theme: society
agency: office
access: public
licence: CC0-1.0
update_cycle: P1Y
geometry: Point
key: [code]
columns:
  code: {type: text, title: {vi: Mã, en: Code}}
  'Độ sâu (m)': {type: number, unit: m, title: {vi: Độ sâu, en: Depth}}
  end: {type: date, title: {vi: Ngày, en: Date}}
  seen: {type: timestamp, title: {vi: Lúc, en: Seen}}
  open: {type: boolean, title: {vi: Mở, en: Open}}
  n: {type: integer, title: {vi: Số, en: Number}}
  kind: {type: text, title: {vi: Loại, en: Kind}, domain: {x: {vi: Ích, en: Ex}, y: {vi: Dài, en: Why}}}
  note: {type: text, title: {vi: '=Ghi chú', en: Code}}
  secret: {type: text, access: internal, title: {vi: Mật, en: Secret}}
source: {crs: EPSG:9209}
publish: {search: [code]}
"""
AREAS = ODD.replace('id: odd', 'id: areas').replace('geometry: Point', 'geometry: MultiPolygon')
# East, north in metres from the corner; the last digits have to arrive.
POINTS = [(0.123456789, 0.987654321), (1000.5, 0), (2000, 0), (3000, 0), (4000, 0), (5000, 0)]


@pytest.fixture(scope='module')
def served(instance: Instance, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A locality with a layer of points and one of areas, of every type of column, with data, for all tests here."""
    folder = tmp_path_factory.mktemp('locality')
    (folder / 'layers').mkdir()
    files = {'locality': PLACE, 'agencies': AGENCIES, 'layers/odd': ODD, 'layers/areas': AREAS}
    for name, text in files.items():
        (folder / f'{name}.yml').write_text(text, encoding='utf-8')
    with pytest.MonkeyPatch.context() as patch:
        for _ in fresh(instance, None, tmp_path_factory.mktemp('state'), patch):
            patch.setenv('DOTHI_LOCALITY', str(folder))
            locality = load_locality(folder)
            assert not locality.broken
            migrate(locality)
            rows = [{'secret': SECRET, **row} for row in ROWS]
            rows = [{'code': row.pop('code'), **row} for row in rows]
            desk = Desk(locality)
            desk.release('odd', [(f'POINT({x} {y})', row) for (x, y), row in zip(POINTS, rows, strict=True)])
            box = 'MULTIPOLYGON(((0 0, 100 0, 100 100, 0 100, 0 0), (40 40, 60 40, 60 60, 40 60, 40 40)))'
            desk.release('areas', [(box, rows[0])], demo=True)
            yield


@pytest.fixture(scope='module')
def apps(served: None) -> dict[Audience, FlaskClient]:
    return {audience: create_app(audience).test_client() for audience in READERS}


@pytest.fixture
def get(apps: dict[Audience, FlaskClient], tmp_path: Path) -> Callable[..., tuple[TestResponse, Path]]:
    """The answer of the public service to a question, and the file that it is in."""

    def ask(form: str, items: str = ITEMS, audience: Audience = 'public', **question: Any) -> tuple[TestResponse, Path]:
        question = {name.replace('_', '-'): value for name, value in question.items()}
        answer = apps[audience].get(items, query_string={'f': form, **question})
        assert answer.status_code == 200, answer.get_data(as_text=True)
        file = tmp_path / f'answer.{form}'
        file.write_bytes(answer.get_data())
        return answer, file

    return ask


def read(form: str, file: Path) -> list[dict[str, Any]]:
    """The rows of a file, by a reader that has nothing to do with what wrote it."""
    if form == 'csv':
        return list(csv.DictReader(io.StringIO(file.read_bytes().decode('utf-8-sig'), newline='')))
    if form == 'xlsx':
        head, *rows = openpyxl.load_workbook(file).worksheets[0].iter_rows(values_only=True)
        return [dict(zip(map(str, head), row, strict=True)) for row in rows]
    meta, _, shapes, values = pyogrio.raw.read(file)
    columns = dict(zip(meta['fields'], values, strict=True))
    rows = [{name: _plain(column[row]) for name, column in columns.items()} for row in range(len(values[0]))]
    # a FlatGeobuf has a place for a geometry even where there is none
    for row, shape in zip(rows, shapes if shapes is not None else [], strict=shapes is not None):
        if shape is not None:
            row['geom'] = shapely.from_wkb(shape)
    return rows


def _plain(value: Any) -> Any:
    """A value of numpy as one of Python's; what stands for no value as None."""
    plain = value.item() if hasattr(value, 'item') else value
    return None if plain != plain else plain


@pytest.mark.parametrize('form', FORMATS)
def test_one_feature_comes_in_every_format_of_a_page(
    get: Callable[..., tuple[TestResponse, Path]], apps: dict[Audience, FlaskClient], form: str
) -> None:
    """The same row as in a page of one; what is not there is missing in any format."""
    (row,) = read(form, get(form, f'{ITEMS}/2', crs=f'{EPSG}9209', headers='names')[1])
    assert row == read(form, get(form, crs=f'{EPSG}9209', headers='names', filter="code = 'B'")[1])[0]
    assert row['code'] == 'B'
    missing = apps['public'].get(f'{ITEMS}/77', query_string={'f': form})
    assert (missing.status_code, missing.get_json(force=True)['code']) == (404, 'NoSuchFeature')


@pytest.mark.parametrize('form', FORMATS)
def test_a_file_says_that_it_holds_demonstration_data_where_it_has_a_place_for_that(
    get: Callable[..., tuple[TestResponse, Path]], form: str
) -> None:
    answer, file = get(form, '/api/collections/areas/items')
    assert (answer.headers['Dothi-Demo'], content_of(form, file).count('Dữ liệu minh họa') > 0) == (
        'true',
        PAGED[form].has_title,
    )
    assert 'Dữ liệu minh họa' not in content_of(form, get(form)[1])


def content_of(form: str, file: Path) -> str:
    """All text in a file, unpacked where it is packed."""
    if form == 'xlsx':
        with zipfile.ZipFile(file) as parts:
            return ''.join(parts.read(name).decode() for name in parts.namelist())
    return file.read_bytes().decode(errors='ignore')


def test_csv_has_every_value_as_the_database_has_it(get: Callable[..., tuple[TestResponse, Path]]) -> None:
    answer, file = get('csv', crs=f'{EPSG}9209')
    rows = read('csv', file)
    assert file.read_bytes().startswith(b'\xef\xbb\xbf"id",')
    assert answer.headers['Content-Type'] == 'text/csv; charset=utf-8; header=present'
    assert list(rows[0]) == ['id', *COLUMNS, 'x', 'y', 'geom']
    first = rows[0]
    assert (first['code'], first['note']) == (ROWS[0]['code'], ROWS[0]['note'])
    assert float(first[DEPTH]) == ROWS[0][DEPTH]
    assert (first['end'], first['seen']) == ('2024-08-31', '2024-02-29T23:59:59.125Z')
    assert (first['open'], first['n'], first['kind']) == ('true', '9007199254740993', 'y')
    # the very numbers that are stored
    east, north = E0 + POINTS[0][0], N0 + POINTS[0][1]
    assert (float(first['x']), float(first['y'])) == (east, north)
    assert shapely.from_wkt(first['geom']).coords[0] == (east, north)
    assert [row['id'] for row in rows] == ['1', '2', '3', '4', '5', '6']
    assert [rows[2][name] for name in COLUMNS[1:]] == [''] * 7


def test_empty_text_and_no_value_differ_in_csv(get: Callable[..., tuple[TestResponse, Path]]) -> None:
    _, file = get('csv', properties='note', skipGeometry='true')
    lines = file.read_bytes().decode('utf-8-sig').split('\r\n')
    assert lines[0] == '"id","note"'
    assert (lines[2], lines[3]) == ('2,""', '3,')


def test_no_text_runs_in_a_spreadsheet_and_numbers_stay_numbers(get: Callable[..., tuple[TestResponse, Path]]) -> None:
    """An apostrophe in front makes a text of it; -12,5 is a number and harmless, and so is a number in its column."""
    _, file = get('csv')
    rows = read('csv', file)
    for row, given in zip(rows, ROWS, strict=True):
        for name in ('code', 'note'):
            value = given.get(name) or ''
            assert row[name] == (f"'{value}" if value in DEFUSED else value)
    assert rows[1][DEPTH] == '-0.5'
    _, file = get('csv', headers='titles')
    assert '"\'=Ghi chú"' in file.read_text(encoding='utf-8-sig').split('\n')[0]
    _, file = get('xlsx')
    sheet = openpyxl.load_workbook(file).worksheets[0]
    assert not [cell.coordinate for row in sheet.iter_rows() for cell in row if cell.data_type == 'f']
    assert sheet['B5'].value == '=1+1'
    assert 'externalLink' not in ''.join(zipfile.ZipFile(file).namelist())


def test_headings_are_names_or_titles_of_either_language(get: Callable[..., tuple[TestResponse, Path]]) -> None:
    """Two columns share a title in English: their names tell them apart."""
    for question, expected in (
        ({}, ['id', *COLUMNS]),
        ({'headers': 'titles'}, ['id', 'Mã', 'Độ sâu', 'Ngày', 'Lúc', 'Mở', 'Số', 'Loại', "'=Ghi chú"]),
        (
            {'headers': 'titles', 'lang': 'en'},
            ['id', 'Code (code)', 'Depth', 'Date', 'Seen', 'Open', 'Number', 'Kind', 'Code (note)'],
        ),
    ):
        _, file = get('csv', skipGeometry='true', **question)
        assert list(read('csv', file)[0]) == expected


def test_xlsx_has_typed_cells_under_frozen_titles(get: Callable[..., tuple[TestResponse, Path]]) -> None:
    _, file = get('xlsx', crs=f'{EPSG}9209', headers='names')
    book = openpyxl.load_workbook(file)
    assert book.worksheets[0].freeze_panes == 'A2'
    first, second, third = read('xlsx', file)[:3]
    assert (first['code'], first['note']) == (ROWS[0]['code'], ROWS[0]['note'])
    assert first[DEPTH] == pytest.approx(ROWS[0][DEPTH], rel=1e-15)
    assert first['end'] == datetime(2024, 8, 31)  # noqa: DTZ001  a cell has no zone
    assert first['seen'] == datetime(2024, 2, 29, 23, 59, 59, 125000)  # noqa: DTZ001
    assert first['open'] is True
    # one more than a cell's number can hold, hence as text; and a day before Excel's calendar begins
    assert first['n'] == '9007199254740993'
    assert (second['n'], second['end'], second['open']) == (-3, '1884-06-06', False)
    assert [third[name] for name in COLUMNS[1:]] == [None] * 7
    assert (first['x'], first['y']) == pytest.approx((E0 + POINTS[0][0], N0 + POINTS[0][1]), abs=1e-6)
    about = [row[:4] for row in book['Thông tin'].iter_rows(values_only=True)]
    assert ('kind', 'Loại', None, 'x = Ích, y = Dài') in about
    assert about[0][:2] == ('Lớp', 'Lớp lạ')


@pytest.mark.parametrize('form', ['gpkg', 'fgb'])
def test_gis_files_have_every_value_and_coordinates_to_the_last_digit(
    get: Callable[..., tuple[TestResponse, Path]], form: str
) -> None:
    _, file = get(form, crs=f'{EPSG}9209', sortby='id')
    info = pyogrio.read_info(file, force_feature_count=True)
    assert pyproj.CRS(info['crs']).to_epsg() == 9209
    rows = read(form, file)
    assert len(rows) == len(ROWS)
    for row, given, (x, y) in zip(rows, ROWS, POINTS, strict=True):
        assert row['geom'].coords[0] == (E0 + x, N0 + y)
        for name in ('code', DEPTH, 'kind', 'note'):
            assert row[name] == given.get(name), name
        assert (row['open'] if row['open'] is None else bool(row['open'])) == given.get('open')
    assert str(rows[0]['end']).startswith('2024-08-31')
    assert '2024-02-29' in str(rows[0]['seen'])


def test_a_geopackage_is_valid_and_says_what_its_columns_mean(get: Callable[..., tuple[TestResponse, Path]]) -> None:
    """By the validator of GDAL, and by its tables."""
    _, file = get('gpkg', crs=f'{EPSG}9209')
    checked = subprocess.run(['/usr/bin/python3', VALIDATOR, file], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    base = sqlite3.connect(file)
    (contents,) = base.execute('select table_name, identifier, description, srs_id from gpkg_contents').fetchall()
    assert contents == ('odd', 'Lớp lạ', 'Mọi kiểu dữ liệu', 9209)
    titles = dict(base.execute('select column_name, name from gpkg_data_columns').fetchall())
    assert (titles[DEPTH], titles['end']) == ('Độ sâu', 'Ngày')
    domain = "select value, description from gpkg_data_column_constraints where constraint_name = 'odd_kind'"
    assert base.execute(domain).fetchall() == [('x', 'Ích'), ('y', 'Dài')]
    assert base.execute('select id, n from odd order by id limit 1').fetchall() == [(1, 9007199254740993)]
    types = {row[1]: row[2] for row in base.execute('pragma table_info(odd)')}
    assert (types['end'], types['seen'], types['open'], types[DEPTH]) == ('DATE', 'DATETIME', 'BOOLEAN', 'REAL')


def test_other_programs_place_vn2000_rightly(get: Callable[..., tuple[TestResponse, Path]]) -> None:
    """GDAL of the system, told nothing but the file, comes within a centimetre of the geom_wgs84 that is served."""
    for form in ('gpkg', 'fgb'):
        _, file = get(form, crs=f'{EPSG}9209', properties='code', limit=1)
        turned = subprocess.run(
            ['ogr2ogr', '-f', 'GeoJSON', '-t_srs', 'OGC:CRS84', '-lco', 'COORDINATE_PRECISION=9', '/vsistdout/', file],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        lon, lat = json.loads(turned.stdout)['features'][0]['geometry']['coordinates']
        answer, _ = get('json', limit=1)
        assert answer.get_json(force=True)['features'][0]['geometry']['coordinates'] == pytest.approx(
            [lon, lat], abs=1e-7
        )


@pytest.mark.parametrize('form', FORMATS)
def test_what_a_question_asks_for_holds_for_files_too(get: Callable[..., tuple[TestResponse, Path]], form: str) -> None:
    question = {'filter': 'n IS NOT NULL', 'sortby': '-code', 'properties': 'code', 'headers': 'names'}
    _, file = get(form, **question)
    found = [row['code'] for row in read(form, file)]
    # the table of a GeoPackage is kept by its key
    assert found == (['A', 'B'] if form == 'gpkg' else ['B', 'A'])
    _, file = get(form, bbox=f'{E0 + 1500},{N0 - 1},{E0 + 2500},{N0 + 1}', bbox_crs=f'{EPSG}9209', headers='names')
    assert [row['code'] for row in read(form, file)] == ['C']
    _, file = get(form, skipGeometry='true', properties='code,n', headers='names')
    (*_, last) = read(form, file)
    assert set(last) - {'id'} == {'code', 'n'}
    _, file = get(form, filter="code = 'none'")
    assert read(form, file) == []


def test_axes_are_east_first_in_files_whatever_the_system_says(get: Callable[..., tuple[TestResponse, Path]]) -> None:
    """A GeoPackage is so by its standard, and QGIS reads CSV so; the header names the system that this is."""
    answer, file = get('csv', crs=f'{EPSG}4326', limit=1)
    (row,) = read('csv', file)
    assert 105 < float(row['x']) < 107
    assert row['geom'] == f'POINT({row["x"]} {row["y"]})'
    assert answer.headers['Content-Crs'] == '<http://www.opengis.net/def/crs/OGC/1.3/CRS84>'


def test_areas_come_whole_with_their_holes(get: Callable[..., tuple[TestResponse, Path]]) -> None:
    for form in ('csv', 'gpkg', 'fgb'):
        answer, file = get(form, '/api/collections/areas/items', crs=f'{EPSG}9209')
        (row,) = read(form, file)
        shape = shapely.from_wkt(row['geom']) if form == 'csv' else row['geom']
        assert (shape.geom_type, shape.area) == ('MultiPolygon', 100 * 100 - 20 * 20)
        assert answer.headers['Dothi-Demo'] == 'true'
    assert 'x' not in read('csv', get('csv', '/api/collections/areas/items')[1])[0]


def test_generalised_areas_keep_their_type(get: Callable[..., tuple[TestResponse, Path]]) -> None:
    """A file of areas with parts takes no others."""
    for form in ('csv', 'gpkg', 'fgb'):
        _, file = get(form, '/api/collections/areas/items', crs=f'{EPSG}9209', max_allowable_offset=1_000)
        (row,) = read(form, file)
        shape = shapely.from_wkt(row['geom']) if form == 'csv' else row['geom']
        assert shape.geom_type == 'MultiPolygon'
        assert shape.area > 0


def test_head_tells_all_but_the_length_which_nobody_knows_yet(apps: dict[Audience, FlaskClient]) -> None:
    """GDAL reads a file of length 0 as empty."""
    asking = {'Accept-Encoding': 'gzip'}
    for form in FORMATS:
        head, whole = (
            ask(ITEMS, query_string={'f': form}, headers=asking) for ask in (apps['public'].head, apps['public'].get)
        )
        assert (head.status_code, head.get_data()) == (200, b'')
        told = {name: value for name, value in whole.headers.items() if name not in ('Content-Length', 'Date')}
        assert dict(head.headers) | {'X-Request-ID': ''} == told | {'X-Request-ID': ''}


@pytest.mark.parametrize('form', FORMATS)
def test_a_part_says_that_it_is_one_and_where_the_next_is(
    get: Callable[..., tuple[TestResponse, Path]], form: str
) -> None:
    seen: list[str] = []
    question: dict[str, Any] = {'limit': 4, 'headers': 'names'}
    while question:
        answer, file = get(form, **question)
        seen += [row['code'] for row in read(form, file)]
        assert answer.headers['OGC-NumberMatched'] == '6'
        links = answer.headers.get('Link', '')
        question = {**question, 'cursor': links.split('cursor=')[1].split('&')[0].split('>')[0]} if links else {}
        if links:
            assert answer.headers['OGC-NumberReturned'] == '4'
            assert f'-4-of-6.{form}"' in answer.headers['Content-Disposition']
            assert f'f={form}' in links
    assert len({*seen}) == 6


def test_without_a_limit_a_file_is_as_large_as_a_page_may_be(
    get: Callable[..., tuple[TestResponse, Path]], apps: dict[Audience, FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A person who asks for a file wants all of it; JSON gives the first ten."""
    answer, _ = get('csv')
    released = datetime.now(UTC).strftime('%Y-%m-%d')
    assert answer.headers['OGC-NumberReturned'] == '6'
    assert answer.headers['Content-Disposition'] == f'attachment; filename="odd-release-1-{released}.csv"'
    assert 'Link' not in answer.headers
    monkeypatch.setenv('DOTHI_MAX_ITEMS', '2')
    limited = create_app('public').test_client().get(ITEMS, query_string={'f': 'csv'})
    assert (limited.headers['OGC-NumberReturned'], limited.headers['OGC-NumberMatched']) == ('2', '6')


@pytest.mark.parametrize('form', FORMATS)
def test_what_is_not_public_is_in_no_public_file(get: Callable[..., tuple[TestResponse, Path]], form: str) -> None:
    public = content_of(form, get(form)[1])
    assert SECRET not in public
    assert 'Mật' not in public
    assert SECRET in content_of(form, get(form, audience='internal')[1])


def test_formats_are_negotiated(apps: dict[Audience, FlaskClient]) -> None:
    for row in PAGED.values():
        accept = row.media_type
        answer = apps['public'].get(ITEMS, headers={'Accept': accept})
        assert answer.mimetype == accept
    assert apps['public'].get(ITEMS, headers={'Accept': '*/*'}).mimetype == 'application/geo+json'
    searched = apps['public'].post('/api/collections/odd/search?f=csv', json={'filter': "code = 'B'"})
    assert searched.get_data(as_text=True).count('\r\n') == 2


def test_a_file_that_the_client_has_is_not_written_again(apps: dict[Audience, FlaskClient]) -> None:
    for form in FORMATS:
        question = {'f': form}
        first = apps['public'].get(ITEMS, query_string=question)
        tag = {'If-None-Match': first.headers['ETag']}
        assert apps['public'].get(ITEMS, query_string=question, headers=tag).status_code == 304
        head = apps['public'].head(ITEMS, query_string=question)
        assert (head.status_code, head.get_data(), head.mimetype) == (200, b'', first.mimetype)


def test_packed_csv_is_the_same_csv(apps: dict[Audience, FlaskClient]) -> None:
    import gzip

    plain = apps['public'].get(ITEMS, query_string={'f': 'csv'})
    packed = apps['public'].get(ITEMS, query_string={'f': 'csv'}, headers={'Accept-Encoding': 'gzip'})
    assert packed.headers['Content-Encoding'] == 'gzip'
    assert gzip.decompress(packed.get_data()) == plain.get_data()


@pytest.mark.parametrize(
    ('question', 'code', 'hint'),
    [
        ({'properties': 'code,nots'}, 'UnknownProperty', '"note"'),
        ({'properties': 'secret'}, 'UnknownProperty', 'no column'),
        ({'headers': 'title'}, 'BadParameter', 'titles'),
        ({'filter': 'n/(n-n) > 1'}, 'NotComputable', 'division by zero'),
        ({'crs': f'{EPSG}2154'}, 'UnservedCrs', '9209'),
    ],
)
@pytest.mark.parametrize('form', ['csv', 'gpkg'])
def test_a_question_that_cannot_be_answered_is_refused_before_a_byte(
    apps: dict[Audience, FlaskClient], form: str, question: dict[str, str], code: str, hint: str
) -> None:
    refused = apps['public'].get(ITEMS, query_string={'f': form, 'lang': 'en', **question})
    document = refused.get_json(force=True)
    assert (refused.status_code, document['code']) == (400, code)
    assert hint in document['description']


def test_an_unknown_format_is_named_with_the_nearest(apps: dict[Audience, FlaskClient]) -> None:
    refused = apps['public'].get(ITEMS, query_string={'f': 'gpk', 'lang': 'en'})
    assert (refused.status_code, refused.get_json(force=True)['description'][-6:]) == (400, 'gpkg"?')


def test_a_client_that_goes_away_leaves_neither_file_nor_connection(
    apps: dict[Audience, FlaskClient], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, 'tempdir', str(tmp_path))
    for form in FORMATS:
        answer = apps['public'].get(ITEMS, query_string={'f': form}, buffered=False)
        assert list(tmp_path.iterdir()) == []
        answer.close()
    assert engine(READERS['public']).pool.checkedout() == 0  # type: ignore[attr-defined]


def test_a_disk_that_takes_nothing_is_told_and_nothing_is_left(
    apps: dict[Audience, FlaskClient], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, 'tempdir', str(tmp_path / 'not there'))
    refused = apps['public'].get(ITEMS, query_string={'f': 'gpkg', 'lang': 'en'})
    assert (refused.status_code, refused.get_json(force=True)['code']) == (503, 'NotWritten')
    assert refused.headers['Retry-After']
    # CSV needs no disk
    assert apps['public'].get(ITEMS, query_string={'f': 'csv'}).status_code == 200


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from psycopg2 import sql
from dothi.core.catalog import current_releases
from dothi.core.database import connection
from dothi.core.export.extract import Extract
from dothi.core.export.formats import FORMATS, NotWritten
from dothi.core.layer_source import source
from dothi.core.locality import load_locality
from dothi.core.settings import PathSettings
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
locality = load_locality(PathSettings().locality)
layer = locality.layers['odd']
rows = sql.SQL('''from (select i as id, md5(i::text) as note, geom, geom_wgs84
    from {} as f, generate_series(1, 20000) i) g''').format(source(layer, locality, 'public'))
folder = Path(sys.argv[1])
for name, chosen in FORMATS.items():
    with connection('reader_public') as db:
        release = current_releases(db)['odd']
        columns = {'note': layer.columns['note']}
        extract = Extract(layer, columns, release, rows, 9209, 9209)
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
        try:
            chosen.write(db, extract, folder / f'a.{name}', lambda rows: None)
        except NotWritten as refused:
            print(name, 'refused', [one.name for one in folder.iterdir()])
        else:
            print(name, 'written')
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
"""


def test_a_disk_that_gets_full_halfway_leaves_no_half_file(served: None, tmp_path: Path) -> None:
    """As a limit on the size of a file shows it to every library: each format says so and takes its file away."""
    run = subprocess.run(
        [sys.executable, '-c', FULL_DISK, str(tmp_path)], capture_output=True, text=True, cwd=PROJECT, check=False
    )
    assert run.stdout.splitlines() == [f'{name} refused []' for name in ALL_FORMATS], run.stdout + run.stderr[-3000:]


def test_names_that_differ_by_case_only_fit_into_a_geopackage() -> None:
    """SQLite takes them for the same; `id` and `geom` are the file's own."""
    assert names_in_sqlite(['NAME', 'name', 'ID', 'end', 'Geom', 'name_2']) == {
        'NAME': 'NAME', 'name': 'name_2', 'ID': 'ID_2', 'end': 'end', 'Geom': 'Geom_2', 'name_2': 'name_2_2',
    }  # fmt: skip


def test_too_much_for_a_sheet_is_refused_and_never_cut(
    apps: dict[Audience, FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr('dothi.core.export.xlsx_file.MOST_ROWS', 5)
    refused = apps['public'].get(ITEMS, query_string={'f': 'xlsx', 'lang': 'en'})
    assert (refused.status_code, refused.get_json(force=True)['code']) == (400, 'TooLargeForExcel')
    monkeypatch.setattr('dothi.core.export.xlsx_file.MOST_ROWS', 6)
    assert apps['public'].get(ITEMS, query_string={'f': 'xlsx'}).status_code == 200
    monkeypatch.setattr('dothi.core.export.xlsx_file.LONGEST_TEXT', 20)
    refused = apps['public'].get(ITEMS, query_string={'f': 'xlsx', 'lang': 'en'})
    assert 'Feature 1, column "note"' in refused.get_json(force=True)['description']
