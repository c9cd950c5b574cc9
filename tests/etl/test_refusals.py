"""Files that no row can make good are refused, with what is wrong and what to do, and change nothing."""

import os
import zipfile
from pathlib import Path

import fiona
import pytest
import shapely

from dothi.core.crs import UnknownCrs
from dothi.core.errors import DothiError, exit_code
from dothi.core.locality import UnknownLayer
from dothi.core.text import steward_advice
from etl.desk.delivery import UnknownAgency
from etl.doctor.columns import MissingColumn
from etl.doctor.coordinates import NoPlaces
from etl.doctor.text.encoding import UnknownEncoding, WrongEncoding
from etl.formats.errors import (
    AmbiguousLayer,
    BadArchive,
    EmptyFile,
    MissingPart,
    NoCoordinates,
    NoLayerInFile,
    NoSuchFile,
    UnknownFormat,
    UnreadableFile,
)
from etl.formats.file_parts import must_exist
from etl.scope import UnknownUnit
from etl.shape import WrongKind
from tests.etl.conftest import Agency, Query, Send
from tests.present import present


def refusal(send: Send, error: type[DothiError], file: Path, layer: str = 'schools', **options: str) -> DothiError:
    """The error of a delivery, after a look that the two languages are there and nobody's path is."""
    with pytest.raises(error) as caught:
        send(file, layer, **options)
    text = caught.value.text
    assert text.vi
    assert text.en
    assert str(file.parent) not in text.en or error is NoSuchFile
    return caught.value


def test_an_unknown_layer_names_the_nearest(agency: Agency, send: Send) -> None:
    assert '"schools"' in refusal(send, UnknownLayer, agency.schools('a'), 'school').text.en


def test_a_file_that_is_not_there(agency: Agency, send: Send) -> None:
    assert exit_code(refusal(send, NoSuchFile, agency.folder / 'không có.csv')) == 2


def test_a_file_of_no_bytes(agency: Agency, send: Send, query: Query) -> None:
    error = refusal(send, EmptyFile, agency.text('t.geojson', ''))
    assert exit_code(error) == 3
    assert query('select status from catalog.delivery') == [('returned',)]


@pytest.mark.parametrize(
    ('name', 'content'),
    [
        ('t.geojson', '{"type": "FeatureCollection", "features": []}'),
        ('t.csv', 'ma,ten_truong,cap_hoc,lon,lat\n'),
        ('blank.csv', 'ma,ten_truong,cap_hoc,lon,lat\n\n ,,,,\n'),
        ('lines.csv', '\n\n'),
    ],
)
def test_a_file_without_rows(name: str, content: str, agency: Agency, send: Send) -> None:
    refusal(send, EmptyFile, agency.text(name, content))


def test_a_zip_without_a_layer_lists_what_it_has(agency: Agency, send: Send) -> None:
    file = agency.zip('t.zip', [agency.text('ghi chú.docx', 'x')])
    assert 'ghi chú.docx' in refusal(send, NoLayerInFile, file).text.vi


def test_a_zip_that_leads_outside(agency: Agency, send: Send) -> None:
    path = agency.folder / 't.zip'
    with zipfile.ZipFile(path, 'w') as archive:
        archive.writestr('../../t.geojson', '{}')
    refusal(send, BadArchive, path)


def test_a_zip_bomb_is_not_unpacked(agency: Agency, send: Send) -> None:
    """50 MB of zeros in 50 kB."""
    path = agency.folder / 't.zip'
    with zipfile.ZipFile(path, 'w', zipfile.ZIP_DEFLATED) as archive:
        archive.writestr('t.csv', b'0' * 50_000_000)
    refusal(send, BadArchive, path)


def test_a_zip_that_is_none(agency: Agency, send: Send) -> None:
    refusal(send, BadArchive, agency.text('t.zip', 'PK nothing'))


def test_a_drawing_is_asked_for_in_another_format(agency: Agency, send: Send) -> None:
    assert 'DXF' in refusal(send, UnknownFormat, agency.text('t.dwg', 'AC1032')).text.en


def test_a_file_may_not_pose_as_a_format_that_reads_other_files(agency: Agency, send: Send) -> None:
    """GDAL's VRT would open any path or address that it names."""
    real = agency.write('t.gpkg', [(agency.school('a'), agency.point())])
    source = f'<OGRVRTLayer name="t"><SrcDataSource>{real}</SrcDataSource></OGRVRTLayer>'
    vrt = f'<OGRVRTDataSource>{source}</OGRVRTDataSource>'
    refusal(send, UnreadableFile, agency.text('x.geojson', vrt))


def test_a_damaged_geopackage(agency: Agency, send: Send) -> None:
    file = agency.write('t.gpkg', [(agency.school('a'), agency.point())])
    file.write_bytes(file.read_bytes()[:3000])
    refusal(send, UnreadableFile, file)


def test_a_geopackage_that_breaks_in_the_middle(agency: Agency, send: Send, query: Query) -> None:
    """Its first pages are whole, and GDAL ends quietly at the first bad one: the rest must not count as closed."""
    file = agency.write('t.gpkg', [(agency.school(f'{i}', TEN_TRUONG='x' * 80), agency.point()) for i in range(2000)])
    content = bytearray(file.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 40_000] = b'\xff' * 40_000
    file.write_bytes(bytes(content))
    refusal(send, UnreadableFile, file)
    assert query('select status from catalog.delivery') == [('returned',)]
    assert query('select count(*) from layer.schools') == [(0,)]


def test_an_archived_table_that_is_damaged(agency: Agency, send: Send) -> None:
    lines = (f'{i},A{i * 7919 % 1000},primary,106.2,20.3\n' for i in range(9999))
    text = 'ma,ten_truong,cap_hoc,lon,lat\n' + ''.join(lines)
    file = agency.zip('t.zip', [agency.text('t.csv', text)])
    content = bytearray(file.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 50] = b'\0' * 50
    file.write_bytes(bytes(content))
    refusal(send, UnreadableFile, file)


def test_a_shapefile_without_its_table(agency: Agency, send: Send) -> None:
    file = agency.write('t.shp', [(agency.school('a'), agency.point())])
    (agency.folder / 't.dbf').unlink()
    assert 't.dbf' in refusal(send, MissingPart, file).text.vi


@pytest.mark.parametrize('part', ['.dbf', '.shx'])
def test_an_archive_of_half_a_shapefile_says_which_part_is_missing(agency: Agency, send: Send, part: str) -> None:
    agency.write('t.shp', [(agency.school('a'), agency.point())])
    parts = [file for file in agency.folder.glob('t.*') if file.suffix != part]
    assert f't{part}' in refusal(send, MissingPart, agency.zip('t.zip', parts, inside='gửi/')).text.en


def test_a_folder_is_told_from_a_file_that_is_not_there(agency: Agency, send: Send) -> None:
    assert 'thư mục' in refusal(send, NoSuchFile, agency.folder).text.vi


@pytest.mark.skipif(os.geteuid() != 0, reason='only root can become somebody who may not read the file')
def test_a_file_that_may_not_be_read_is_no_fault_of_ours(agency: Agency) -> None:
    file = agency.schools('a')
    file.chmod(0o600)
    agency.folder.chmod(0o755)
    os.seteuid(65534)
    try:
        with pytest.raises(NoSuchFile):
            must_exist(file)
    finally:
        os.seteuid(0)


def test_a_table_without_geometry_is_not_asked_for_its_coordinate_system(agency: Agency, send: Send) -> None:
    file = agency.folder / 't.gpkg'
    schema = {'geometry': 'None', 'properties': dict.fromkeys(agency.school('a'), 'str')}
    with fiona.open(file, 'w', driver='GPKG', layer='t', schema=schema) as table:
        table.write({'properties': agency.school('a', SO_CHO='3'), 'geometry': None})
    refusal(send, NoPlaces, file)


def test_an_agency_that_nobody_knows_is_wrong_use_and_leaves_no_record(
    agency: Agency, send: Send, query: Query
) -> None:
    assert 'district_366' in refusal(send, UnknownAgency, agency.schools('a'), agency='district_36').text.en
    assert query('select count(*) from catalog.delivery') == [(0,)]


def test_a_missing_key_column_is_named_with_the_names_it_may_have(agency: Agency, send: Send) -> None:
    file = agency.geojson('t.geojson', [({'TEN_TRUONG': 'A', 'CAP_HOC': 'primary'}, agency.point())])
    text = refusal(send, MissingColumn, file).text
    assert 'code (Mã trường)' in text.vi
    assert 'MA_TRUONG' in text.vi
    assert 'TEN_TRUONG, CAP_HOC' in text.vi


def test_points_for_polygons(agency: Agency, send: Send) -> None:
    text = refusal(send, WrongKind, agency.schools('a'), 'districts').text
    assert 'chứa điểm' in text.vi
    assert 'cần vùng (MultiPolygon)' in text.vi


@pytest.mark.parametrize('crs', ['EPSG:6956', 'EPSG:2045', 'hệ lạ', 'EPSG:999999'])
def test_a_crs_that_nobody_knows(crs: str, agency: Agency, send: Send) -> None:
    refusal(send, UnknownCrs, agency.schools('a'), crs=crs)


def test_an_encoding_that_nobody_knows(agency: Agency, send: Send) -> None:
    assert 'cp1258' in refusal(send, UnknownEncoding, agency.schools('a'), encoding='tcvn99').text.en


def test_a_header_in_another_encoding_asks_for_it(agency: Agency, send: Send) -> None:
    file = agency.text('t.csv', 'mã,ten,cap_hoc,lon,lat\na,A,primary,106.2,20.3\n', 'latin-1')
    refusal(send, WrongEncoding, file)


def test_a_table_without_coordinates_says_what_to_call_them(agency: Agency, send: Send) -> None:
    file = agency.text('t.csv', 'ma,ten_truong,cap_hoc\na,A,primary\n')
    assert 'lon' in refusal(send, NoCoordinates, file).text.vi


def test_several_layers_that_could_be_meant_are_listed(agency: Agency, send: Send) -> None:
    for name in ('một', 'hai'):
        file = agency.write('t.gpkg', [(agency.school('a'), agency.point())], layer=name)
    text = refusal(send, AmbiguousLayer, file).text.vi
    assert 'một' in text
    assert 'hai' in text


def test_a_scope_without_released_boundaries(agency: Agency, send: Send) -> None:
    assert 'districts' in refusal(send, UnknownUnit, agency.schools('a'), scope='unit=366').text.en


def test_a_scope_of_an_unknown_unit(agency: Agency, send: Send) -> None:
    row = {'code': '366', 'ten': 'x', 'parent_code': '36', 'valid_from': '2004-07-08', 'valid_to': ''}
    send(agency.geojson('d.geojson', [(row, agency.box(0, 0, 500))]), 'districts')
    assert '"367"' in refusal(send, UnknownUnit, agency.schools('a'), scope='unit=367').text.en


def test_a_refused_delivery_is_recorded_and_leaves_nothing_else(agency: Agency, send: Send, query: Query) -> None:
    file = agency.geojson('t.geojson', [({'x': 1}, shapely.Point(0, 0))])
    refusal(send, MissingColumn, file)
    assert query("select status, report ->> 'error' from catalog.delivery") == [('returned', 'MissingColumn')]
    assert query('select count(*) from catalog.release') == [(0,)]
    assert query("select count(*) from pg_class where relnamespace = 'staging'::regnamespace") == [(0,)]


# "Huyện Vụ Bản" and "Nam Định" in TCVN3 and VNI, as bytes shown in Latin-1
LEGACY = {'TCVN3': ('HuyÖn Vô B¶n', 'Nam §Þnh'), 'VNI': ('Huyeän Vuï Baûn', 'Nam Ñònh')}


@pytest.mark.parametrize('font', LEGACY)
def test_an_old_font_encoding_is_not_taken_for_cp1258(font: str, agency: Agency, send: Send, query: Query) -> None:
    """cp1258 can read any byte: the names would be released as nonsense, without a single fault."""
    rows = ''.join(f'{i},{name},primary,106.2,20.3\n' for i, name in enumerate(LEGACY[font]))
    file = agency.text('t.csv', 'ma,ten_truong,cap_hoc,lon,lat\n' + rows, 'latin-1')
    assert (
        f'--encoding {font.lower()}'
        in present(steward_advice(refusal(send, WrongEncoding, file, encoding='cp1258').text)).vi
    )
