"""Every format gives the same rows, whatever its quirks."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
import shapely
from shapely import Point

from etl.formats.errors import UnreadableFile
from tests.etl.conftest import Agency, Query, Send

# GDAL writes 9209 to TAB as plain WGS 84; with the shift spelled out it is VN-2000 again.
SHIFTED = (
    '+proj=tmerc +lat_0=0 +lon_0=105.5 +k=0.9999 +x_0=500000 +y_0=0 +ellps=WGS84 '
    '+towgs84=-191.90441429,-39.30318279,-111.45032835,0.00928836,-0.01975479,0.00427372,0.252906278 +units=m'
)
# To a decimetre: TAB keeps coordinates as whole centimetres, more or less.
STORED = """select code, name, level, places, round(st_x(geom)::numeric, 1)::float, round(st_y(geom)::numeric, 1)::float
            from layer.schools order by code"""


@pytest.fixture
def rows(agency: Agency) -> list[tuple[dict[str, Any], Point]]:
    return [
        (agency.school('a', TEN_TRUONG='Trường Tiểu học Hải Hậu'), agency.point(1.5, 0)),
        (agency.school('b', CAP_HOC='Trung học cơ sở', SO_CHO=12), agency.point(0, 2.5)),
    ]


@pytest.fixture
def expected(agency: Agency) -> list[tuple[str, str, str, int, float, float]]:
    return [
        ('a', 'Trường Tiểu học Hải Hậu', 'primary', 400, agency.east + 1.5, agency.north),
        ('b', 'Trường b', 'secondary', 12, agency.east, agency.north + 2.5),
    ]


@pytest.mark.parametrize('name', ['truong.shp', 'truong.gpkg', 'truong.geojson', 'truong.tab'])
def test_every_format_gives_the_same_rows(
    name: str,
    agency: Agency,
    rows: list[tuple[dict[str, Any], Point]],
    expected: list[tuple[str, str, str, int, float, float]],
    send: Send,
    query: Query,
) -> None:
    if name.endswith('.geojson'):
        file = agency.geojson(name, rows)
    else:
        file = agency.write(name, rows, crs=SHIFTED if name.endswith('.tab') else 'EPSG:9209', encoding='utf-8')
    assert send(file, 'schools').verdict == 'accepted'
    assert query(STORED) == expected


@pytest.mark.parametrize('name', ['truong.shp', 'truong.tab'])
def test_zipped_files_are_read_in_place(
    name: str,
    agency: Agency,
    rows: list[tuple[dict[str, Any], Point]],
    expected: list[tuple[str, str, str, int, float, float]],
    send: Send,
    query: Query,
) -> None:
    agency.write(name, rows, crs=SHIFTED if name.endswith('.tab') else 'EPSG:9209', encoding='utf-8')
    archive = agency.zip('đợt 1.zip', sorted(agency.folder.glob('truong.*')), inside='thư mục/')
    send(archive, 'schools')
    assert query(STORED) == expected


@pytest.mark.parametrize(
    ('delimiter', 'decimal', 'codec', 'header'),
    [
        (',', '.', 'utf-8', ['E', 'N']),
        (';', ',', 'utf-8-sig', ['X', 'Y']),
        ('\t', ',', 'utf-16', ['Tọa độ Đông', 'Tọa độ Bắc']),
        (';', '.', 'utf-8', ['x_vn2000', 'y_vn2000']),
    ],
)
def test_csv_as_spreadsheets_write_it(
    delimiter: str,
    decimal: str,
    codec: str,
    header: list[str],
    agency: Agency,
    expected: list[tuple[str, str, str, int, float, float]],
    send: Send,
    query: Query,
) -> None:
    """Semicolons, tabs, decimal commas, byte order marks and Vietnamese headers all make the same table."""
    lines = [['ma', 'Tên trường', 'cap_hoc', 'so_cho', *header]]
    for code, name, level, places, *place in expected:
        lines.append([code, name, level, str(places), *(str(value).replace('.', decimal) for value in place)])
    file = agency.text('truong.csv', '\r\n'.join(delimiter.join(line) for line in lines) + '\r\n\r\n', codec)
    send(file, 'schools', crs='EPSG:9209')
    assert query(STORED) == expected


def test_surveyors_x_is_north_and_the_place_tells(agency: Agency, send: Send, query: Query) -> None:
    """Columns called X and Y are read the way round that lies in the locality, and the report says which."""
    file = agency.text('t.csv', f'ma,ten_truong,cap_hoc,X,Y\na,A,primary,{agency.north},{agency.east}\n')
    report = send(file, 'schools', crs='EPSG:9209')
    assert report.crs.decided == 'EPSG:9209,yx'
    assert 'northing' in report.notes[0].en
    assert query('select st_x(geom), st_y(geom) from layer.schools') == [(agency.east, agency.north)]


def test_longitude_and_latitude_columns_need_no_crs(agency: Agency, send: Send, query: Query) -> None:
    """The test point of the national transformation lands within a millimetre."""
    file = agency.text('t.csv', 'ma,ten_truong,cap_hoc,Vĩ độ,Kinh độ\na,A,primary,20.429,106.1683\n')
    assert send(file, 'schools').crs.decided == 'EPSG:4326'
    (place,) = query('select st_x(geom), st_y(geom) from layer.schools')
    assert place == pytest.approx((569542.413, 2259884.543), abs=0.001)


def test_wkt_in_csv_is_geometry(agency: Agency, send: Send) -> None:
    line = f'LINESTRING ({agency.east} {agency.north}, {agency.east + 100} {agency.north})'
    file = agency.text('duong.csv', f'ma,cap,wkt\na,national,"{line}"\nb,national,LINESTRING (1 oops)\n')
    report = send(file, 'roads', crs='EPSG:9209', dry_run=True)
    assert report.rows.good == 1
    assert [(row.row, row.code) for row in report.rows.bad] == [(3, 'geometry_invalid')]


def test_the_layer_is_found_by_name_among_several(
    agency: Agency, rows: list[tuple[dict[str, Any], Point]], send: Send
) -> None:
    agency.write('tat_ca.gpkg', [({'x': 1}, agency.point())], layer='khác')
    file = agency.write('tat_ca.gpkg', rows, layer='Schools')
    assert send(file, 'schools', dry_run=True).rows.good == 2


def test_the_layer_is_found_by_columns_among_several(
    agency: Agency, rows: list[tuple[dict[str, Any], Point]], send: Send
) -> None:
    agency.write('tat_ca.gpkg', [({'x': 1}, agency.point())], layer='một')
    file = agency.write('tat_ca.gpkg', rows, layer='hai')
    assert send(file, 'schools', dry_run=True).rows.good == 2


def test_names_that_a_shapefile_cut_to_ten_letters_are_known(agency: Agency, send: Send) -> None:
    """`boc_cach_dien` arrives as `boc_cach_d`."""
    line = shapely.LineString([agency.point(), agency.point(9)])
    file = agency.write('day.shp', [({'ma': 'a', 'dien_ap': 110.0, 'boc_cach_d': 'Có'}, line)])
    assert send(file, 'power_lines', dry_run=True).columns['boc_cach_d'] == 'insulated'


def test_a_shapefile_in_cp1258_keeps_the_last_letter_of_each_value(agency: Agency, send: Send, query: Query) -> None:
    """Told the code page, GDAL would drop it."""
    file = agency.write('t.shp', [(agency.school('a', TEN_TRUONG='X' * 7), agency.point())], encoding='utf-8')
    (agency.folder / 't.cpg').unlink()
    table = agency.folder / 't.dbf'
    # cp1258 writes the dot of ạ as a letter of its own
    table.write_bytes(table.read_bytes().replace(b'XXXXXXX', 'Ha\u0323 Lươ'.encode('cp1258')))
    send(file, 'schools', encoding='cp1258')
    assert query('select name from layer.schools') == [('Hạ Lươ',)]


def test_a_code_page_file_is_believed(agency: Agency, send: Send, query: Query) -> None:
    file = agency.write('t.shp', [(agency.school('a', TEN_TRUONG='X' * 7), agency.point())], encoding='utf-8')
    agency.text('t.cpg', 'ANSI 1258')
    table = agency.folder / 't.dbf'
    table.write_bytes(table.read_bytes().replace(b'XXXXXXX', 'Ha\u0323 Lươ'.encode('cp1258')))
    assert send(file, 'schools').text['TEN_TRUONG'].encoding == 'cp1258'
    assert query('select name from layer.schools') == [('Hạ Lươ',)]


def test_unicode_is_never_converted_a_second_time(agency: Agency, send: Send, query: Query) -> None:
    """--encoding on a GeoPackage, whose text is UTF-8 by its standard, changes nothing."""
    file = agency.write('t.gpkg', [(agency.school('a', TEN_TRUONG='Nghĩa Hưng'), agency.point())])
    send(file, 'schools', encoding='cp1258')
    assert query('select name from layer.schools') == [('Nghĩa Hưng',)]


def test_decomposed_text_is_stored_composed(agency: Agency, send: Send, query: Query) -> None:
    file = agency.schools('a', TEN_TRUONG='  Hải Hậu ')
    send(file, 'schools')
    assert query('select name from layer.schools') == [('Hải Hậu',)]


def test_the_original_is_kept_whole_with_what_belongs_to_it(
    agency: Agency, rows: list[tuple[dict[str, Any], Point]], send: Send, query: Query, database: dict[str, str]
) -> None:
    """A shapefile is four files; the archive has them all, under the hash of their content."""
    send(agency.write('truong.shp', rows, encoding='utf-8'), 'schools')
    ((store_path, sha256),) = query('select store_path, sha256 from catalog.delivery')
    kept = Path(database['DOTHI_STATE']) / 'store' / store_path
    assert sha256 in store_path
    names = zipfile.ZipFile(kept).namelist()
    assert sorted(Path(name).suffix for name in names) == ['.cpg', '.dbf', '.prj', '.shp', '.shx']
    assert not list((kept.parents[1] / 'incoming').iterdir())


def test_names_of_files_and_archives_may_be_anything(
    agency: Agency,
    rows: list[tuple[dict[str, Any], Point]],
    expected: list[tuple[str, str, str, int, float, float]],
    send: Send,
    query: Query,
) -> None:
    """GDAL gives meaning to .zip, #, ?, ! and more inside a path."""
    agency.write('số #1 (mới)!.shp', rows, encoding='utf-8')
    folder = agency.folder / 'cũ.zip'
    folder.mkdir()
    archive = agency.zip('cũ.zip/Đợt 1?.ZIP', sorted(agency.folder.glob('số*')), inside='a b/{c}/')
    send(archive, 'schools')
    assert query(STORED) == expected


def test_a_note_beside_the_data_in_an_archive_is_no_layer(
    agency: Agency, rows: list[tuple[dict[str, Any], Point]], send: Send
) -> None:
    files = [agency.write('truong.gpkg', rows), agency.text('đọc tôi.txt', 'Kính gửi')]
    assert send(agency.zip('t.zip', files), 'schools', dry_run=True).rows.good == 2


def test_metadata_and_tables_beside_the_data_in_an_archive_are_no_layer(
    agency: Agency, rows: list[tuple[dict[str, Any], Point]], send: Send
) -> None:
    notes = [agency.text('meta.json', '{"a": 1}'), agency.text('cột.csv', 'cột,nghĩa\nMA,mã\n')]
    archive = agency.zip('t.zip', [agency.write('truong.gpkg', rows), *notes])
    assert send(archive, 'schools', dry_run=True).rows.good == 2


@pytest.mark.parametrize('before', ['', 'sep=;\n', ';;;;\n\n', '"sep=;"\n'])
def test_what_excel_writes_before_the_header_is_no_header(before: str, agency: Agency, send: Send) -> None:
    file = agency.text('t.csv', before + 'ma;ten;cap_hoc;lon;lat\na;A;primary;106,2;20,3\n')
    assert send(file, 'schools', dry_run=True).rows.good == 1


def test_a_name_in_the_header_may_go_over_two_lines(agency: Agency, send: Send) -> None:
    file = agency.text('t.csv', '"mã\ntrường",ten,cap_hoc,"kinh\nđộ",vĩ độ,ma\nx,A,primary,106.2,20.3,a\n')
    report = send(file, 'schools', dry_run=True)
    assert (report.rows.good, report.columns['ten']) == (1, 'name')


@pytest.mark.parametrize('bad', ['a,"Trường "A" xã",primary,106.2,20.3', 'a,"A,primary,106.2,20.3'])
def test_a_quote_that_would_swallow_cells_is_told_with_its_line(bad: str, agency: Agency, send: Send) -> None:
    """Read leniently, the first loses its quotes and the second all rows below it."""
    file = agency.text('t.csv', f'ma,ten,cap_hoc,lon,lat\nz,"Z ""z""",primary,106.2,20.3\n{bad}\n')
    with pytest.raises(UnreadableFile, match=r'line [34]: a quote'):
        send(file, 'schools', dry_run=True)


def test_a_ring_that_is_not_closed_is_a_fault_of_its_row_and_no_noise(
    agency: Agency, send: Send, recwarn: pytest.WarningsRecorder
) -> None:
    shape = {'type': 'Polygon', 'coordinates': [[[106.2, 20.3], [106.3, 20.3], [106.3, 20.4]]]}
    feature = {'type': 'Feature', 'properties': {'ma': 'a', 'cong_nang': 'residential'}, 'geometry': shape}
    report = send(
        agency.text('t.geojson', json.dumps({'type': 'FeatureCollection', 'features': [feature]})), 'buildings'
    )
    assert report.rows.by_code == {'geometry_invalid': 1}
    assert [str(warning.message) for warning in recwarn if warning.category is RuntimeWarning] == []
