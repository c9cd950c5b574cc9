"""What is not read, known by its name or its first bytes, and what to send instead."""

import re

from dothi.core.text import Text
from etl.formats.errors import UnknownFormat, UnreadableFile
from etl.formats.item import Item

HEAD_BYTES = 65_536
READ = 'Shapefile (zip), GeoPackage, File Geodatabase, GeoJSON, FlatGeobuf, MapInfo TAB/MIF, KML, GML, DXF, DGN v7, '
READ += 'Excel (.xlsx, .xls), OpenDocument (.ods), CSV'

DWG = Text(
    vi='bản vẽ DWG không đọc được. Trong AutoCAD: Save As, chọn AutoCAD DXF (*.dxf), rồi gửi tệp .dxf',
    en='DWG drawings cannot be read. In AutoCAD: Save As, AutoCAD DXF (*.dxf), and send the .dxf',
)
DGN_V8 = Text(
    vi='bản vẽ DGN phiên bản 8 không đọc được. Trong MicroStation: Save As, chọn MicroStation V7 DGN hoặc DXF',
    en='DGN version 8 cannot be read. In MicroStation: Save As, MicroStation V7 DGN or DXF',
)
ARCHIVE = Text(vi='loại tệp nén này không đọc được. Nén lại thành .zip', en='this archive is not read. Send a .zip')
ARCHIVE_WITHIN = Text(
    vi='tệp nén nằm trong tệp nén không được mở. Giải nén nó, rồi nén các tệp dữ liệu thành một .zip',
    en='an archive within an archive is not opened. Unpack it, and put the data files into one .zip',
)
OTHER_SHEETS = Text(
    vi='bảng tính kiểu này, hoặc có mật khẩu, không đọc được. Lưu lại thành Excel Workbook (*.xlsx), không mật khẩu',
    en='a workbook of this kind, or an encrypted one, is not read. Save it as Excel Workbook (*.xlsx), unencrypted',
)
ACCESS = Text(
    vi='cơ sở dữ liệu Access không đọc được. Xuất sang File Geodatabase (.gdb), GeoPackage hoặc Shapefile',
    en='Access databases are not read. Export to a File Geodatabase (.gdb), GeoPackage or Shapefile',
)
DOCUMENT = Text(
    vi='văn bản không phải là dữ liệu bản đồ. Gửi tệp dữ liệu đã dùng để lập văn bản, hoặc bảng .xlsx có tọa độ',
    en='a document is no map data. Send the data it was made from, or an .xlsx table with coordinates',
)
PICTURE = Text(
    vi='ảnh không phải là dữ liệu vectơ. Gửi tệp dữ liệu đã dùng để vẽ ảnh; ảnh GeoTIFF chỉ dùng cho lớp raster',
    en='a picture has no features. Send the data it was drawn from; a GeoTIFF is for raster layers only',
)
PROJECT = Text(
    vi='tệp này chỉ trỏ tới dữ liệu ở nơi khác. Gửi chính các tệp dữ liệu',
    en='this file only points to data elsewhere. Send the data files themselves',
)
BY_SUFFIX = {
    DWG: ('.dwg', '.dwt', '.dws'),
    ARCHIVE_WITHIN: ('.zip', '.rar', '.7z'),
    ARCHIVE: ('.tar', '.gz', '.tgz', '.bz2', '.xz'),
    OTHER_SHEETS: ('.xlsb', '.xlsm', '.xlt', '.et'),
    ACCESS: ('.mdb', '.accdb'),
    DOCUMENT: ('.pdf', '.doc', '.docx', '.ppt', '.pptx', '.rtf', '.html', '.htm'),
    PICTURE: ('.jpg', '.jpeg', '.png', '.gif', '.bmp', '.tif', '.tiff', '.ecw', '.sid', '.jp2', '.img'),
    PROJECT: ('.vrt', '.qgs', '.qgz', '.qlr', '.mxd', '.aprx', '.lyr', '.lyrx', '.wor', '.mws', '.gdbtable'),
}
INSTEAD = {suffix: says for says, suffixes in BY_SUFFIX.items() for suffix in suffixes}
# Compound files of Microsoft: what they are only their names tell.
OLE_INSTEAD = {'.dgn': DGN_V8, '.mdb': ACCESS}
BY_BYTES = (
    (re.compile(rb'AC10\d\d|AC1\.\d'), DWG),
    (re.compile(rb'7z\xbc\xaf\x27\x1c|Rar!|\x1f\x8b'), ARCHIVE),
    (re.compile(rb'%PDF|\{\\rtf'), DOCUMENT),
    (re.compile(rb'\xff\xd8\xff|\x89PNG|GIF8|BM....\0\0\0\0|II\*\0|MM\0\*', re.DOTALL), PICTURE),
    (re.compile(rb'.{4}Standard (?:Jet|ACE) DB', re.DOTALL), ACCESS),
    (re.compile(rb'[^<]{0,10}<(?:OGRVRTDataSource|VRTDataset|qgis)'), PROJECT),
)
# Drivers of GDAL find descriptions of sources elsewhere, and pipelines that they run, anywhere in the head of a file.
POINTS = rb'gdal_streamed_alg|<OGR\w*DataSource|<VRTDataset|<GDAL_'
HEAD = re.DOTALL | re.IGNORECASE
JSON = re.compile(rb'(?!.*(?:%b))(?:\xef\xbb\xbf)?\s*[\[{]' % POINTS, HEAD)
XML = re.compile(rb'(?!.*(?:%b))(?:(?:\xef\xbb\xbf)?\s*<|\xff\xfe<|\xfe\xff\0<)' % POINTS, HEAD)
ZIP = re.compile(rb'PK\x03\x04')
OLE = b'\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'
# How a file of the format begins: GDAL would open anything else as whatever it is.
GENUINE = {
    '.shp': re.compile(rb'\0\0\x27\x0a'),
    '.gpkg': re.compile(rb'SQLite format 3\0'),
    '.fgb': re.compile(rb'fgb\x03'),
    '.geojson': JSON,
    '.json': JSON,
    '.tab': re.compile(rb'(?:\xef\xbb\xbf)?\s*!table', re.IGNORECASE),
    '.mif': re.compile(rb'(?:\xef\xbb\xbf)?\s*version', re.IGNORECASE),
    '.dxf': re.compile(rb'(?!.*(?:%b))(?:(?:\xef\xbb\xbf)?\s*(?:999|0)\s*\r?\n|AutoCAD Binary DXF)' % POINTS, HEAD),
    # the type block of a design file in two or three dimensions
    '.dgn': re.compile(rb'[\x08\xc8]\x09\xfe\x02'),
    '.kml': XML,
    '.gml': XML,
    '.kmz': ZIP,
    '.xlsx': ZIP,
    # many are newer workbooks under the older name
    '.xls': re.compile(rb'%b|PK\x03\x04' % re.escape(OLE)),
    '.ods': ZIP,
}


def unknown_format(name: str, suffix: str) -> UnknownFormat:
    """The refusal of a file by its name, with what to send instead."""
    says = INSTEAD.get(suffix)
    if says is not None:
        return UnknownFormat(vi=f'{name}: {says.vi}.', en=f'{name}: {says.en}.')
    return UnknownFormat(
        vi=f'Không đọc được định dạng "{suffix}" ({name}). Gửi một trong các dạng: {READ}.',
        en=f'The format "{suffix}" is not read ({name}). Send one of these: {READ}.',
    )


def must_be_genuine(item: Item) -> None:
    """Raises where the first bytes of `item` are not those of the format that its suffix promises."""
    genuine = GENUINE.get(item.suffix)
    if genuine is None:  # a geodatabase is a folder
        return
    head = item.head(HEAD_BYTES)
    if genuine.match(head):
        return
    says = _instead(head, item.suffix)
    if says is not None:
        raise UnreadableFile(vi=f'{item.name}: {says.vi}.', en=f'{item.name}: {says.en}.')
    raise UnreadableFile(
        vi=f'{item.name} không phải là tệp {item.suffix}, dù tên như vậy. Xuất lại từ phần mềm và gửi lại.',
        en=f'{item.name} is not a {item.suffix} file, whatever its name says. Export it again and resend.',
    )


def _instead(head: bytes, suffix: str) -> Text | None:
    if head.startswith(OLE):
        return OLE_INSTEAD.get(suffix, OTHER_SHEETS)
    return next((says for pattern, says in BY_BYTES if pattern.match(head)), None)
