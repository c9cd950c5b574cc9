"""What is not read is refused before GDAL opens it, with what to send instead."""

import io
import sqlite3
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from sqlite3 import Connection
from typing import Any

import numpy as np
import openpyxl
import pyogrio
import pyogrio.raw
import pytest
import shapely

from dothi.core.errors import DataRefused, exit_code
from dothi.core.gdal import NEEDED
from dothi.core.text import Text
from etl.formats.errors import (
    BadArchive,
    ForeignReference,
    InUse,
    NoSuchFile,
    TooLarge,
    UnknownFormat,
    UnreadableFile,
)
from etl.formats.source import Source
from tests.etl.conftest import Agency

OLE = b'\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1' + b'\0' * 600


def refused(opened: Callable[..., Source], file: Path, error: type[DataRefused], **asked: Any) -> Text:
    """The text of the refusal, in both languages."""
    with pytest.raises(error) as caught:
        opened(file, **asked)
    assert exit_code(caught.value) == 3
    assert str(file.parent) not in caught.value.text.vi + caught.value.text.en
    return caught.value.text


def put(agency: Agency, name: str, content: bytes) -> Path:
    file = agency.folder / name
    file.write_bytes(content)
    return file


@pytest.mark.parametrize(
    ('name', 'instead'),
    [
        ('t.dwg', 'dxf'), ('t.tar', 'zip'), ('t.gz', 'zip'), ('t.xlsb', 'xlsx'), ('t.xlsm', 'xlsx'), ('t.mdb', '.gdb'),
        ('t.accdb', '.gdb'), ('t.pdf', 'xlsx'), ('t.docx', 'xlsx'), ('t.jpg', 'raster'), ('t.tif', 'GeoTIFF'),
        ('t.vrt', 'data files'), ('t.qgz', 'data files'), ('t.mxd', 'data files'), ('t.xyz', 'GeoPackage'),
    ],
)  # fmt: skip
def test_other_formats_are_told_what_to_send(
    name: str, instead: str, agency: Agency, opened: Callable[..., Source]
) -> None:
    text = refused(opened, put(agency, name, b'x' * 100), UnknownFormat)
    assert instead in text.en
    assert name in text.vi


@pytest.mark.parametrize(
    ('name', 'content', 'says'),
    [
        ('t.dgn', OLE, 'DGN version 8'),
        ('t.xlsx', OLE, 'xlsx'),
        ('t.dxf', b'AC1032\0\0', 'DWG'),
        ('t.shp', b'SQLite format 3\0', 'not a .shp'),
        ('t.gpkg', b'7z\xbc\xaf\x27\x1c', 'zip'),
        ('t.geojson', b'%PDF-1.7', 'document'),
        ('t.geojson', b'{"type": "gdal_streamed_alg", "command_line": "gdal vector pipeline ! read /x"}', 'not a'),
        ('t.kml', b'PK\x03\x04', 'not a .kml'),
        ('t.fgb', b'{"type": "FeatureCollection"}', 'not a .fgb'),
        ('t.gml', b'<OGRVRTDataSource></OGRVRTDataSource>', 'data elsewhere'),
        ('t.kml', b'<gml xmlns="http://www.opengis.net/gml"/>', '<gml>'),
    ],
)
def test_a_file_is_what_its_name_says_or_is_not_opened(
    name: str, content: bytes, says: str, agency: Agency, opened: Callable[..., Source]
) -> None:
    for part in ('.shx', '.dbf'):
        put(agency, f't{part}', b'x')
    assert says in refused(opened, put(agency, name, content), UnreadableFile).en


@pytest.fixture
def secret(agency: Agency) -> Iterator[tuple[str, list[Any]]]:
    """A file that a delivery must not read, and a server that must not be asked."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def do_HEAD(self) -> None:
            self.do_GET()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(('127.0.0.1', 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f'http://127.0.0.1:{server.server_port}/t.kml', asked
    server.shutdown()
    server.server_close()


KML = '<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Folder><name>a</name>{}</Folder></Document></kml>'
LINK = '<NetworkLink><Link><href>{}</href></Link></NetworkLink>'


def test_a_kml_that_links_to_another_is_not_followed(
    agency: Agency, opened: Callable[..., Source], secret: tuple[str, list[Any]]
) -> None:
    address, asked = secret
    text = refused(opened, agency.text('t.kml', KML.format(LINK.format(address))), ForeignReference)
    assert address in text.vi
    assert asked == []


@pytest.mark.parametrize('link', ['http://127.0.0.1/t.kml', '/etc/passwd', '../t.kml', 'file:///t.kml'])
def test_a_kmz_may_link_its_own_documents_only(link: str, agency: Agency, opened: Callable[..., Source]) -> None:
    file = agency.folder / 't.kmz'
    with zipfile.ZipFile(file, 'w') as packed:
        packed.writestr('doc.kml', KML.format(LINK.format(link)))
    refused(opened, file, ForeignReference)


GML = """<?xml version="1.0"?>{}<FeatureCollection xmlns="http://www.opengis.net/wfs" xmlns:gml="http://www.opengis.net/gml"
 xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
 xsi:schemaLocation="http://x {}"><gml:featureMember><a><MA_TRUONG>a</MA_TRUONG><geom {}><gml:Point
 srsName="EPSG:9209"><gml:coordinates>570000,2250000</gml:coordinates></gml:Point></geom></a></gml:featureMember>
</FeatureCollection>"""


def test_a_schema_on_the_web_is_only_its_name(
    agency: Agency, opened: Callable[..., Source], secret: tuple[str, list[Any]]
) -> None:
    """Every server of features writes one, and on a closed network nobody could fetch it."""
    address, asked = secret
    file = agency.text('t.gml', GML.format('', address.replace('kml', 'xsd'), ''))
    (batch,) = opened(file).batches()
    assert batch.columns['MA_TRUONG'].to_pylist() == ['a']
    assert asked == []


@pytest.mark.parametrize(
    'parts',
    [
        ('', '/etc/x.xsd', ''),
        ('', '../x.xsd', ''),
        ('', 'x.xsd', 'xlink:href="http://127.0.0.1/p.gml#p"'),
        ('', 'x.xsd', 'xlink:href="other.gml#p"'),
        ('<!DOCTYPE a SYSTEM "http://127.0.0.1/a.dtd">', 'x.xsd', ''),
        ('<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>', 'x.xsd', ''),
        ('<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;&b;">]>', 'x.xsd', ''),
    ],
)
def test_a_gml_that_refers_elsewhere_or_declares_entities(
    parts: tuple[str, str, str], agency: Agency, opened: Callable[..., Source]
) -> None:
    refused(opened, agency.text('t.gml', GML.format(*parts)), ForeignReference)


def test_xml_nested_without_end_and_xml_that_breaks_off(agency: Agency, opened: Callable[..., Source]) -> None:
    refused(opened, agency.text('t.kml', KML.format('<Folder>' * 500 + '</Folder>' * 500)), ForeignReference)
    assert 'line 1' in refused(opened, agency.text('t.kml', KML.format('')[:-20]), UnreadableFile).en


def test_a_document_beyond_the_limit_is_not_read_into_memory(
    agency: Agency, opened: Callable[..., Source], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('DOTHI_MAX_DOCUMENT_MB', '1')
    file = agency.text('t.kml', KML.format('<!-- ' + 'x' * 1_100_000 + ' -->'))
    assert 'GeoPackage' in refused(opened, file, TooLarge).en


@pytest.mark.parametrize('module', ["VirtualOGR('/etc/x.csv', 0, 'x')", "VirtualShape('/x', 'utf-8', 4326)"])
def test_a_geopackage_with_tables_that_lie_elsewhere(
    module: str, agency: Agency, opened: Callable[..., Source]
) -> None:
    file = agency.write('t.gpkg', [(agency.school('a'), agency.point())])
    database = sqlite3.connect(file)
    database.execute('pragma writable_schema = on')
    statement = "insert into sqlite_master values ('table', 'v', 'v', 0, ?)"
    database.execute(statement, (f'CREATE VIRTUAL TABLE v USING {module}',))
    database.commit()
    database.close()
    assert '(v, virtual' in refused(opened, file, ForeignReference).en


@pytest.mark.parametrize(
    'body',
    [
        'Type NATIVE Charset "Neutral"\nOpen Table "other" Hide\nCreate View t As Select * From other',
        'Type "RASTER"\nFile "/etc/x.tif"',
        'Type LINKED Charset "WindowsLatin1"',
        'begin_metadata\n"\\IsSeamless" = "TRUE"\nend_metadata',
    ],
)
def test_a_mapinfo_table_that_is_a_view_or_a_link(body: str, agency: Agency, opened: Callable[..., Source]) -> None:
    file = agency.write('t.tab', [(agency.school('a'), agency.point())])
    file.write_text(f'!table\n!version 300\n!charset Neutral\n\nDefinition Table\n  {body}\n')
    refused(opened, file, ForeignReference)


def archive(agency: Agency, name: str, members: dict[str, Any]) -> Path:
    file = agency.folder / name
    with zipfile.ZipFile(file, 'w', zipfile.ZIP_DEFLATED) as packed:
        for member, content in members.items():
            packed.writestr(member, content)
    return file


def test_a_link_in_an_archive_is_no_file(agency: Agency, opened: Callable[..., Source]) -> None:
    file = agency.folder / 't.zip'
    with zipfile.ZipFile(file, 'w') as packed:
        link = zipfile.ZipInfo('t.geojson')
        link.external_attr = 0o120777 << 16
        packed.writestr(link, '/etc/passwd')
    assert 'link' in refused(opened, file, BadArchive).en


def test_an_encrypted_archive_asks_for_one_without_a_password(agency: Agency, opened: Callable[..., Source]) -> None:
    file = agency.zip('t.zip', [agency.schools('a')])
    content = bytearray(file.read_bytes())
    content[content.index(b'PK\x01\x02') + 8] |= 1
    file.write_bytes(bytes(content))
    assert 'mật khẩu' in refused(opened, file, BadArchive).vi


def test_an_archive_of_more_files_than_anybody_sends(agency: Agency, opened: Callable[..., Source]) -> None:
    file = agency.folder / 't.zip'
    with zipfile.ZipFile(file, 'w') as packed:
        for number in range(20_001):
            packed.writestr(f'{number}', b'')
    assert '20001 files' in refused(opened, file, BadArchive).en


def test_an_archive_of_drawings_that_are_not_read_says_what_to_send(
    agency: Agency, opened: Callable[..., Source]
) -> None:
    file = archive(agency, 't.zip', {'bản vẽ/t.dwg': 'AC1032', 'đọc tôi.docx': ''})
    assert 'dxf' in refused(opened, file, UnknownFormat).en


def test_an_archive_in_an_archive_is_not_searched(agency: Agency, opened: Callable[..., Source]) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, 'w') as packed:
        packed.writestr('t.geojson', '{}')
    assert (
        'inner.zip: an archive within an archive'
        in refused(opened, archive(agency, 't.zip', {'inner.zip': inner.getvalue()}), UnknownFormat).en
    )


def test_a_link_in_a_geodatabase_is_not_followed(agency: Agency, opened: Callable[..., Source]) -> None:
    folder = agency.folder / 't.gdb'
    folder.mkdir()
    (folder / 'a00000001.gdbtable').symlink_to('/etc/passwd')
    assert 'a00000001.gdbtable' in refused(opened, folder, ForeignReference).vi


def test_a_damaged_workbook_names_the_part(agency: Agency, opened: Callable[..., Source]) -> None:
    book = openpyxl.Workbook()
    book.active.append(['Mã trường', 'lon', 'lat'])
    book.save(agency.folder / 'whole.xlsx')
    with zipfile.ZipFile(agency.folder / 'whole.xlsx') as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    parts['xl/worksheets/sheet1.xml'] = parts['xl/worksheets/sheet1.xml'][:-30]

    def read(file: Path) -> Any:
        return list(opened(file).batches())

    assert 'sheet1.xml' in refused(read, archive(agency, 't.xlsx', parts), UnreadableFile).en


def test_a_workbook_that_is_some_other_archive(agency: Agency, opened: Callable[..., Source]) -> None:
    refused(opened, archive(agency, 't.xlsx', {'x': 'y'}), UnreadableFile)


def open_in_qgis(file: Path) -> Connection:
    """A program that has written a row and not closed the file: the row is in the journal."""
    program = sqlite3.connect(file, isolation_level=None)
    program.execute('pragma journal_mode = wal')
    program.execute('create table note (text)')
    return program


def test_a_geopackage_that_is_open_is_refused_until_it_is_closed(opened: Callable[..., Source], agency: Agency) -> None:
    file = agency.write('t.gpkg', [(agency.school('a'), agency.point())])
    program = open_in_qgis(file)
    told = refused(opened, file, InUse)
    assert 't.gpkg-wal' in told.vi
    assert 'Close the program' in told.en
    program.close()
    assert opened(file).rows == 1


def test_a_geopackage_zipped_with_its_journal_is_refused(opened: Callable[..., Source], agency: Agency) -> None:
    file = agency.write('t.gpkg', [(agency.school('a'), agency.point())])
    program = open_in_qgis(file)
    with zipfile.ZipFile(agency.folder / 't.zip', 'w') as archive:
        for part in (file, file.with_name('t.gpkg-wal')):
            archive.write(part, part.name)
    program.close()
    refused(opened, agency.folder / 't.zip', InUse)


VRT = (
    "<OGRVRTDataSource><OGRVRTLayer name='x'><SrcDataSource>/vsicurl/{}</SrcDataSource>"
    '<SrcLayer>x</SrcLayer></OGRVRTLayer></OGRVRTDataSource>'
)
WFS = '<OGRWFSDataSource><URL>{}</URL></OGRWFSDataSource>'
POSING = [
    ('t.geojson', '{{"type": "FeatureCollection", "description": "' + VRT + '", "features": []}}'),
    ('t.geojson', '{{"type": "FeatureCollection", "description": "' + WFS + '", "features": []}}'),
    ('t.gml', WFS),
    ('t.gml', '<FeatureCollection><!-- ' + VRT + ' --></FeatureCollection>'),
    ('t.dxf', '999\n' + VRT + '\n'),
    ('t.kml', '<kml><!-- ' + VRT + ' --></kml>'),
]


@pytest.mark.parametrize(('name', 'content'), POSING)
def test_a_file_that_poses_as_a_description_of_another_source_has_nothing_read(
    name: str, content: str, agency: Agency, opened: Callable[..., Source], secret: tuple[str, list[Any]]
) -> None:
    address, asked = secret
    refused(opened, agency.text(name, content.format(address)), UnreadableFile)
    assert asked == []


def test_pyogrio_has_the_drivers_that_are_needed_and_no_others() -> None:
    """One that comes with a new version has to be looked at: it may open what a file refers to."""
    assert set(pyogrio.list_drivers()) == NEEDED


@pytest.mark.parametrize(('name', 'content'), POSING)
def test_gdal_itself_does_not_follow_such_a_file(
    name: str, content: str, agency: Agency, secret: tuple[str, list[Any]]
) -> None:
    address, asked = secret
    with suppress(pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError):
        found = pyogrio.read_info(agency.text(name, content.format(address)))
        assert found['driver'] in NEEDED
    assert asked == []


def test_two_members_of_one_name_are_refused(agency: Agency, opened: Callable[..., Source]) -> None:
    file = agency.folder / 't.zip'
    with zipfile.ZipFile(file, 'w') as packed:
        packed.writestr('t.geojson', 'first')
        with pytest.warns(UserWarning, match='Duplicate'):
            packed.writestr('t.geojson', 'last')
    assert 't.geojson' in refused(opened, file, BadArchive).en


def test_a_member_without_a_name_is_refused(agency: Agency, opened: Callable[..., Source]) -> None:
    file = agency.folder / 't.zip'
    with zipfile.ZipFile(file, 'w') as packed:
        packed.writestr('.', 'x')
    refused(opened, file, BadArchive)


def test_a_folder_is_refused_by_its_name_alone(opened: Callable[..., Source], agency: Agency) -> None:
    """Where the inbox keeps it is nothing to the sender."""
    (agency.folder / 'đợt 1').mkdir()
    with pytest.raises(NoSuchFile) as caught:
        opened(agency.folder / 'đợt 1')
    assert caught.value.text.vi.startswith('đợt 1 là thư mục')
    assert str(agency.folder) not in caught.value.text.vi + caught.value.text.en


def test_text_that_is_no_utf8_is_said_to_be_unreadable(agency: Agency, opened: Callable[..., Source]) -> None:
    feature = b'{"type": "Feature", "properties": {"t\xee": 1}, "geometry": null}'
    raw = b'{"type": "FeatureCollection", "features": [' + feature + b']}'
    refused(opened, put(agency, 't.geojson', raw), UnreadableFile)


def test_names_of_columns_in_an_old_font_are_said_to_be_unreadable(
    agency: Agency, opened: Callable[..., Source]
) -> None:
    """fiona reads the names as UTF-8, and TCVN3 is none."""
    put(agency, 't.mid', b'"a"\n')
    head = b'Version 300\nCharset "Neutral"\nDelimiter ","\nColumns 1\n  T\xaan Char(10)\nData\n\nPoint 106 20\n'
    refused(opened, put(agency, 't.mif', head), UnreadableFile)


def test_a_view_on_a_function_that_only_its_program_has_does_not_hide_the_other_layers(
    agency: Agency, opened: Callable[..., Source]
) -> None:
    file = agency.folder / 't.gpkg'
    point = shapely.to_wkb(np.array([shapely.Point(106.1, 20.4)], dtype=object))
    code = [np.array(['a'], dtype=object)]
    pyogrio.raw.write(
        file, point, code, ['MA_TRUONG'], layer='t', driver='GPKG', geometry_type='Point', crs='EPSG:4326'
    )
    db = sqlite3.connect(file)
    db.execute('create view v as select fid, geom, "MA_TRUONG", no_such_function(1) as x from t')
    db.execute(
        "insert into gpkg_contents(table_name, data_type, identifier, srs_id) values('v', 'features', 'v', 4326)"
    )
    db.execute("insert into gpkg_geometry_columns values('v', 'geom', 'POINT', 4326, 0, 0)")
    db.commit()
    db.close()
    (batch,) = opened(file).batches()
    assert batch.columns['MA_TRUONG'].to_pylist() == ['a']
