"""Formats of GIS programs: each gives the rows that were written into it."""

import json
import shutil
import struct
import unicodedata
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pyogrio.raw
import pytest
import shapely

from dothi.core.locality import Locality
from dothi.core.text import steward_advice
from etl.closed_room.layers import open_source as read_in_room
from etl.doctor.text.encoding import UnknownEncoding, codec_name
from etl.formats.errors import AmbiguousLayer, BadArchive, NoLayerInFile
from etl.formats.source import Source
from tests.etl.conftest import Agency, Query, Send
from tests.present import present

NAMES = ['Trường Tiểu học Hải Hậu', 'Trường THCS Nghĩa Hưng']
TYPED: dict[str, Sequence[int | str]] = {
    'MA_TRUONG': ['a', 'b'],
    'TEN_TRUONG': NAMES,
    'CAP_HOC': ['primary', 'secondary'],
    'SO_CHO': [400, 12],
}
# Those that know no system but WGS 84.
GEOGRAPHIC = ('.kml', '.kmz')


@pytest.fixture
def written(agency: Agency) -> Callable[..., Path]:
    """Writes two schools with pyogrio, in whatever format the suffix names."""

    def written_(
        name: str,
        layer: str | None = None,
        columns: Mapping[str, Sequence[int | str]] = TYPED,
        points: Sequence[shapely.Point] | None = None,
        driver: str | None = None,
        **how: Any,
    ) -> Path:
        path = agency.folder / name
        geographic = path.suffix in GEOGRAPHIC
        places = points or [agency.point(), agency.point(10, 20)]
        if geographic and points is None:
            places = [shapely.Point(106.168, 20.429), shapely.Point(106.169, 20.43)]
        pyogrio.raw.write(
            path,
            shapely.to_wkb(np.array(places)),
            [np.array(values, dtype=object if isinstance(values[0], str) else 'int32') for values in columns.values()],
            list(columns),
            layer=layer,
            geometry_type='Point',
            crs='EPSG:4326' if geographic else 'EPSG:9209',
            driver=driver or DRIVERS[path.suffix],
            **how,
        )
        return path

    return written_


DRIVERS = {
    '.mif': 'MapInfo File',
    '.fgb': 'FlatGeobuf',
    '.gdb': 'OpenFileGDB',
    '.gml': 'GML',
    '.kml': 'LIBKML',
    '.kmz': 'LIBKML',
    '.gpkg': 'GPKG',
}


def rows(source: Source) -> list[tuple[str, str, int, float, float]]:
    """Code, name, seats and place of all rows, by code."""
    (batch,) = source.batches()
    columns = (batch.columns[name].to_pylist() for name in ('MA_TRUONG', 'TEN_TRUONG', 'SO_CHO'))
    found = [(*row, point.x, point.y) for *row, point in zip(*columns, batch.geometry, strict=True)]
    return sorted((code, name, int(seats), round(x, 6), round(y, 6)) for code, name, seats, x, y in found)


def expected(agency: Agency, suffix: str) -> list[tuple[str, str, int, float, float]]:
    places = [(agency.east, agency.north), (agency.east + 10, agency.north + 20)]
    if suffix in GEOGRAPHIC:
        places = [(106.168, 20.429), (106.169, 20.43)]
    return [('a', NAMES[0], 400, *places[0]), ('b', NAMES[1], 12, *places[1])]


@pytest.mark.parametrize('suffix', ['.mif', '.fgb', '.gdb', '.gml', '.kml', '.kmz'])
def test_each_format_gives_what_was_written(
    suffix: str, agency: Agency, written: Callable[..., Path], opened: Callable[..., Source]
) -> None:
    how = {'ENCODING': 'UTF-8'} if suffix == '.mif' else {}
    assert rows(opened(written(f'truong{suffix}', **how))) == expected(agency, suffix)


@pytest.mark.parametrize('suffix', ['.mif', '.fgb', '.gdb', '.gml', '.kml', '.kmz'])
def test_each_format_is_read_inside_an_archive(
    suffix: str, agency: Agency, written: Callable[..., Path], opened: Callable[..., Source]
) -> None:
    file = written(f'truong{suffix}')
    archive = agency.folder / 'đợt 1.zip'
    with zipfile.ZipFile(archive, 'w', zipfile.ZIP_DEFLATED) as packed:
        for part in sorted([*agency.folder.glob('truong.*'), *file.glob('*')]):
            if part.is_file():
                packed.write(part, f'thư mục/{part.relative_to(agency.folder)}')
    assert rows(opened(archive)) == expected(agency, suffix)


def test_nothing_is_written_beside_a_gml_that_is_read(
    agency: Agency, written: Callable[..., Path], opened: Callable[..., Source]
) -> None:
    file = written('t.gml')
    (agency.folder / 't.xsd').unlink()
    rows(opened(file))
    assert [path.name for path in agency.folder.iterdir()] == ['t.gml']


def test_a_geodatabase_is_delivered_and_kept_as_a_folder(
    agency: Agency, written: Callable[..., Path], send: Send, query: Query, database: dict[str, str]
) -> None:
    file = written('truong.gdb')
    assert send(file, 'schools').rows.good == 2
    ((path, size),) = query('select store_path, size_bytes from catalog.delivery')
    assert path.endswith('.gdb.zip')
    assert size == sum(part.stat().st_size for part in file.iterdir())
    # the very same folder again, as a copy
    copy = agency.folder / 'lại' / 'truong.gdb'
    shutil.copytree(file, copy)
    assert send(copy, 'schools').unchanged


def test_a_geodatabase_zipped_without_its_folder_says_so(
    agency: Agency, written: Callable[..., Path], opened: Callable[..., Source]
) -> None:
    file = written('t.gdb')
    with pytest.raises(BadArchive, match='folder'):
        opened(agency.zip('t.zip', sorted(file.iterdir())))


def test_a_mapinfo_interchange_file_with_gdals_datum_is_vn2000(
    agency: Agency, written: Callable[..., Path], send: Send
) -> None:
    """GDAL and MapInfo write 9209 as datum 104, which is WGS 84: 224 m off, if it were believed."""
    file = written('t.mif', ENCODING='UTF-8')
    assert 'CoordSys Earth Projection 8, 104' in file.read_text()
    report = send(file, 'schools', dry_run=True)
    assert report.crs.decided == 'EPSG:9209'


@pytest.mark.parametrize(
    ('charset', 'codec', 'text'),
    [
        ('WindowsVietnamese', 'cp1258', 'Ha\u0323 Lươ'),
        ('Neutral', 'utf-8', 'Hạ Lươ'),
        ('WindowsLatin1', 'cp1252', 'Là, Cát'),
        ('UTF-8', 'utf-8', 'Hạ Lươ'),
    ],
)
def test_the_charset_of_a_mapinfo_file_is_followed_to_the_last_letter(
    charset: str, codec: str, text: str, agency: Agency, written: Callable[..., Path], send: Send, query: Query
) -> None:
    """GDAL knows no WindowsVietnamese, and hands its bytes on."""
    file = written('t.mif', columns=TYPED | {'TEN_TRUONG': ['XXXXXXX', 'YYYYYYY']})
    file.write_bytes(file.read_bytes().replace(b'"Neutral"', f'"{charset}"'.encode()))
    table = file.with_suffix('.mid')
    table.write_bytes(table.read_bytes().replace(b'XXXXXXX', text.encode(codec)))
    assert send(file, 'schools').rows.good == 2
    assert query("select name from layer.schools where code = 'a'") == [(unicodedata.normalize('NFC', text),)]


KML = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document>
<Schema name="s" id="s"><SimpleField name="CAP_HOC" type="string"/></Schema>
<Folder><name>Trường học</name>
<Placemark><name>Trường A</name><ExtendedData>EXTENDED</ExtendedData>
<Point><coordinates>106.168,20.429,0</coordinates></Point></Placemark></Folder>
<Folder><name>Ranh giới</name><Placemark><name>B</name><Polygon><outerBoundaryIs><LinearRing>
<coordinates>106,20 107,20 107,21 106,20</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark></Folder>
<Folder><name>trống</name></Folder>
</Document></kml>"""


@pytest.mark.parametrize(
    'extended',
    [
        '<Data name="CAP_HOC"><value>primary</value></Data>',
        '<SchemaData schemaUrl="#s"><SimpleData name="CAP_HOC">primary</SimpleData></SchemaData>',
    ],
)
def test_names_and_extended_data_of_kml_are_columns(
    extended: str, agency: Agency, opened: Callable[..., Source]
) -> None:
    source = opened(agency.text('t.kml', KML.replace('EXTENDED', extended)), name='trường học')
    (batch,) = source.batches()
    found = {name: batch.columns[name].to_pylist() for name in ('Name', 'CAP_HOC')}
    assert found == {'Name': ['Trường A'], 'CAP_HOC': ['primary']}
    assert 'tessellate' not in source.columns
    assert source.implied_crs == 'OGC:CRS84'


def test_what_kml_has_of_its_own_is_no_column_where_every_row_leaves_it_empty(
    agency: Agency, opened: Callable[..., Source]
) -> None:
    """GDAL gives every placemark an id, a name and so on: here the name is a space and the rest is not there."""
    told = KML.replace('EXTENDED', '<Data name="TEN_TRUONG"><value>Trường A</value></Data>')
    source = opened(agency.text('t.kml', told.replace('<name>Trường A<', '<name> <')), name='trường học')
    assert source.columns == ['TEN_TRUONG']


def test_a_name_that_only_one_placemark_has_stays_a_column(agency: Agency, opened: Callable[..., Source]) -> None:
    second = '<Placemark><Point><coordinates>106.2,20.4</coordinates></Point></Placemark></Folder>'
    file = agency.text('t.kml', KML.replace('EXTENDED', '').replace('</Folder>', second, 1))
    (batch,) = opened(file, name='trường học').batches()
    assert batch.columns['Name'].to_pylist() == ['Trường A', None]


@pytest.mark.parametrize('driver', ['KML', 'LIBKML'])
def test_the_empty_names_of_placemarks_do_not_win_over_the_agencys_column(
    driver: str, written: Callable[..., Path], send: Send, query: Query
) -> None:
    """A column `Name` fits the layer's `name` better than TEN_TRUONG does, and without a value no row is good."""
    assert send(written('t.kml', driver=driver), 'schools').rows.good == 2
    assert query('select name from layer.schools order by code') == [(name,) for name in NAMES]


def test_a_folder_that_is_not_in_the_file_is_told_with_those_that_are(
    agency: Agency, opened: Callable[..., Source]
) -> None:
    with pytest.raises(NoLayerInFile, match='Trường học') as caught:
        opened(agency.text('t.kml', KML), name='trường mầm non')
    assert 'trống' not in caught.value.text.vi


def test_the_sender_says_which_of_two_fitting_layers_is_meant(
    written: Callable[..., Path], opened: Callable[..., Source], locality: Locality
) -> None:
    file = written('t.gpkg', layer='đợt 1')
    written('t.gpkg', layer='đợt 2', columns=TYPED | {'MA_TRUONG': ['c', 'd']}, append=False)
    with pytest.raises(AmbiguousLayer) as caught:
        opened(file)
    assert "--source-layer 'đợt 1'" in present(steward_advice(caught.value.text)).vi
    (batch,) = opened(file, name='Đợt 2').batches()
    assert batch.columns['MA_TRUONG'].to_pylist() == ['c', 'd']


def test_the_layer_that_the_sender_names_is_delivered(written: Callable[..., Path], send: Send) -> None:
    file = written('t.gpkg', layer='đợt 1')
    written('t.gpkg', layer='đợt 2')
    assert send(file, 'schools', source_layer='đợt 2', dry_run=True).rows.good == 2


def test_an_attribute_table_in_a_geodatabase_is_no_layer(
    agency: Agency, written: Callable[..., Path], opened: Callable[..., Source]
) -> None:
    file = written('t.gdb', layer='lop_a')
    no_geometry = {'geometry_type': None, 'crs': None}
    pyogrio.raw.write(
        file, None, [np.array(['x'], dtype=object)], ['GHI_CHU'], layer='ghi_chu', driver='OpenFileGDB', **no_geometry
    )
    assert opened(file).layer == 'lop_a'


def test_a_geojson_of_a_single_object_is_still_read(agency: Agency, opened: Callable[..., Source]) -> None:
    shape = {'type': 'Point', 'coordinates': [106.168, 20.429]}
    feature = {'type': 'Feature', 'properties': {'MA_TRUONG': 'a'}, 'geometry': shape}
    assert opened(agency.text('t.geojson', json.dumps(feature))).columns == ['MA_TRUONG']


@pytest.mark.parametrize('grid', ['/etc/passwd', 'http://127.0.0.1:9/x.tif'])
def test_a_system_that_names_a_grid_is_as_good_as_none(
    grid: str, agency: Agency, opened: Callable[..., Source]
) -> None:
    """PROJ would open the grid when rows are moved, which is no reader's work any more; the null grid is no file."""
    head = 'GEOGCS["x",DATUM["x",SPHEROID["x",6378137,298.257]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]'
    file = cp1258_shapefile(agency.folder)
    prj = file.with_suffix('.prj')
    prj.write_text(f'{head},EXTENSION["PROJ4","+proj=longlat +ellps=WGS84 +nadgrids={grid}"]]')
    assert opened(file).declared_crs is None
    prj.write_text(head.replace(']],PRIMEM', f'],EXTENSION["PROJ4_GRIDS","{grid}"]],PRIMEM') + ']')
    assert opened(file).declared_crs is None
    prj.write_text(f'{head},EXTENSION["PROJ4","+proj=longlat +ellps=WGS84 +nadgrids=@null"]]')
    assert opened(file).declared_crs is not None


def cp1258_shapefile(folder: Path, table_suffix: str = '.dbf') -> Path:
    """A point with two columns whose names and values are cp1258, as ArcGIS on a Vietnamese Windows writes them."""
    rows = np.array([shapely.Point(106.2, 20.3)])
    file = folder / 'truong.shp'
    pyogrio.raw.write(
        str(file), shapely.to_wkb(rows), [np.array(['x'], dtype=object)], np.array(['c'], dtype=object),
        driver='ESRI Shapefile', geometry_type='Point', crs='EPSG:4326',
    )  # fmt: skip
    names = [b'MA_TRUONG', 'Tên_trg'.encode('cp1258'), b'CAP_HOC']
    values = [b'A1', 'Trýòng'.encode('latin-1'), b'primary']
    head = struct.pack('<BBBBIHH20x', 3, 124, 1, 1, 1, 32 + 32 * 3 + 1, 1 + 3 * 20)
    fields = b''.join(name.ljust(11, b'\0') + b'C\0\0\0\0' + bytes([20]) + b'\0' * 15 for name in names)
    file.with_suffix('.dbf').unlink()
    row = b' ' + b''.join(value.ljust(20) for value in values)
    file.with_suffix(table_suffix).write_bytes(head + fields + b'\r' + row + b'\x1a')
    file.with_suffix('.cpg').write_text('1258')
    return file


def test_names_of_columns_in_the_code_page_1258_are_whole(agency: Agency, opened: Callable[..., Source]) -> None:
    """GDAL, told the code page, cuts the last letter off, and the file ended as a defect."""
    source = opened(cp1258_shapefile(agency.folder))
    assert source.columns == ['MA_TRUONG', 'Tên_trg', 'CAP_HOC']
    (batch,) = source.batches()
    assert list(batch.columns) == source.columns


@pytest.mark.parametrize(
    ('content', 'encoding'), [(b'1258\0\0', 'cp1258'), (b'\0', None), (b'65001', 'utf-8'), (b'OEM', None)]
)
def test_a_code_page_file_is_understood_however_it_is_written(
    content: bytes, encoding: str | None, agency: Agency, opened: Callable[..., Source]
) -> None:
    """Python's search for a codec raises ValueError for a NUL, and the file ended as a defect."""
    file = cp1258_shapefile(agency.folder)
    file.with_suffix('.cpg').write_bytes(content)
    assert opened(file).declared_encoding == encoding
    with pytest.raises(UnknownEncoding):
        codec_name('\0')


@pytest.mark.parametrize('suffix', ['.Dbf', '.DBF'])
def test_parts_are_found_however_their_suffixes_are_spelt(
    suffix: str, agency: Agency, locality: Locality, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Through the closed room, as a file and in an archive: GDAL itself finds `.dbf` and `.DBF` only."""
    monkeypatch.setenv('DOTHI_STATE', str(tmp_path / 'state'))
    file = cp1258_shapefile(agency.folder, suffix)
    upper = file.rename(file.with_suffix('.SHP'))
    parts = [path for path in agency.folder.iterdir() if path.suffix != '.zip']
    for delivered in (upper, agency.zip('t.zip', parts)):
        source = read_in_room(delivered, locality.layers['schools'], None)
        (batch,) = source.batches()
        assert batch.columns['CAP_HOC'].to_pylist() == ['primary']
