"""The corpus: files as agencies send them, each a combination of faults with its truth.

A case is what is known before the file comes, its format, how its coordinates were written and what it says of them,
its text and the fault of its rows. Every combination would be thousands of files: `cases` goes through all coordinates
under all that may be known, and takes each time the format, text and fault of rows that was met least so far.
"""

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, Literal

import numpy as np
import shapely

from dothi.core.layer import Layer
from tests.cp1258 import encode_cp1258

# What is known: nothing; the districts' outlines; with rows that name their district; the layer's previous release.
Known = Literal['nothing', 'outlines', 'codes', 'release']
KNOWN: tuple[Known, ...] = ('nothing', 'outlines', 'codes', 'release')
Geometry = Literal['Point', 'Polygon']
GEOMETRIES: tuple[Geometry, ...] = ('Point', 'Polygon')
ROWS = 40
DISTRICTS = ['356', '359', '360', '361', '362', '363', '364', '365', '366']
# Nine squares in three rows, and how far rows stay from their edges: a fault of 680 m leaves a row in its district.
CORNER, SIDE_M, MARGIN_M = (548_000.0, 2_222_000.0), 15_000.0, 1_500.0


@dataclass(frozen=True)
class Said:
    """How coordinates are written, and what the file says they are.

    written: as `--crs` would put it right. declares: None for nothing, `implied` where the format itself says WGS 84.
    visible: what has to be known for a diagnosis that is not "cannot decide"; None where nothing can be enough.
    """

    name: str
    written: str
    declares: str | None
    formats: tuple[str, ...]
    visible: tuple[Known, ...] | None = ('outlines', 'codes', 'release')


WITH_CRS = ('.zip', '.gpkg', '.gdb', '.fgb', '.gml', '.geojson')
WITHOUT_CRS = ('.csv', '.zip', '.xlsx', '.gpkg', '.tab', '.dxf', '.gdb', '.mif', '.fgb')
ON_WGS84 = '+proj=tmerc +lat_0=0 +lon_0=105.5 +k=0.9999 +x_0=500000 +y_0=0 +datum=WGS84 +units=m +type=crs'
ALWAYS = KNOWN
SAID = [
    Said('right', 'EPSG:9209', 'EPSG:9209', WITH_CRS, ALWAYS),
    Said('degrees, right', 'EPSG:4326', 'EPSG:4326', ('.kml', '.geojson', '.gpkg', '.csv'), ALWAYS),
    Said('no declaration', 'EPSG:9209', None, WITHOUT_CRS),
    Said('zone 105°00′ said', 'EPSG:9209', 'EPSG:5897', WITH_CRS),
    Said('zone 105°45′ said', 'EPSG:9209', 'EPSG:9210', WITH_CRS),
    Said('zone 105°30′ said for 105°00′', 'EPSG:5897', 'EPSG:9209', WITH_CRS, ('release',)),
    Said('VN-2000 parameters on WGS 84', 'EPSG:9209', ON_WGS84, ('.zip', '.gpkg', '.fgb', '.gdb'), ALWAYS),
    Said('MapInfo datum 104', 'EPSG:9209', 'EPSG:9209', ('.tab', '.mif'), ALWAYS),
    Said('WGS 84 / UTM said for VN-2000', 'EPSG:3405', 'EPSG:32648', WITH_CRS, ('release',)),
    Said('WGS 84 degrees said for VN-2000', 'EPSG:4756', 'EPSG:4326', ('.kml', '.gpkg', '.geojson'), ('release',)),
    Said('no datum shift, VN-2000 said', 'EPSG:9209,wgs84', 'EPSG:9209', WITH_CRS, None),
    Said('no datum shift, no declaration', 'EPSG:9209,wgs84', None, WITHOUT_CRS, ('release',)),
    Said('scale 0.9996 for 0.9999, VN-2000 said', 'EPSG:9209,k=0.9996', 'EPSG:9209', WITH_CRS, None),
    Said('scale 0.9996 for 0.9999, no declaration', 'EPSG:9209,k=0.9996', None, WITHOUT_CRS, ('release',)),
    Said('x northing, no declaration', 'EPSG:9209,yx', None, ('.csv', '.xlsx', '.zip', '.dxf')),
    Said('x northing, VN-2000 said', 'EPSG:9209,yx', 'EPSG:9209', WITH_CRS),
    Said('Web Mercator, no declaration', 'EPSG:3857', None, WITHOUT_CRS),
]


@dataclass(frozen=True)
class Row:
    """One feature: its values, and its place in EPSG:9209. open_ring: whether its ring lacks the last point."""

    code: str
    name: str
    kind: str
    width_m: float
    district: str
    shape: shapely.Geometry | None
    open_ring: bool = False


Fault = tuple[int, str]


@dataclass(frozen=True)
class RowFault:
    """A fault of rows: makes the bad rows, and tells which are found by which code. needs: what has to be known."""

    name: str
    apply: Callable[[list[Row]], tuple[list[Row], set[Fault]]]
    geometry: tuple[str, ...] = ('Point', 'Polygon')
    formats: tuple[str, ...] | None = None
    needs: tuple[Known, ...] = KNOWN


def _changed(position: int, told: str, **changes: Any) -> Callable[[list[Row]], tuple[list[Row], set[Fault]]]:
    def apply(rows: list[Row]) -> tuple[list[Row], set[Fault]]:
        new = replace(rows[position], **changes)
        return [*rows[:position], new, *rows[position + 1 :]], {(position + 1, told)}

    return apply


def _added(like: int, told: str, both: bool = False, **changes: Any) -> Callable[[list[Row]], Any]:
    def apply(rows: list[Row]) -> tuple[list[Row], set[Fault]]:
        new = replace(rows[like], **changes)
        return [*rows, new], {(len(rows) + 1, told)} | ({(like + 1, told)} if both else set())

    return apply


def _bow_tie(rows: list[Row]) -> tuple[list[Row], set[Fault]]:
    (west, south, east, north), position = rows[7].shape.bounds, 7  # type: ignore[union-attr]
    crossed = shapely.Polygon([(west, south), (east, north), (east, south), (west, north)])
    return _changed(position, 'geometry_invalid', shape=crossed)(rows)


def _wider(rows: list[Row]) -> tuple[list[Row], set[Fault]]:
    """A width in millimetres where metres are asked for."""
    return _changed(11, 'range', width_m=rows[11].width_m * 1_000)(rows)


NEAR_M = np.array([0.03, 0.02])


def _near(rows: list[Row]) -> tuple[list[Row], set[Fault]]:
    moved = shapely.transform(rows[3].shape, lambda xy: xy + NEAR_M)
    return _added(3, 'near_duplicate', code='w900', shape=moved)(rows)


def _elsewhere(rows: list[Row]) -> tuple[list[Row], set[Fault]]:
    other = next(code for code in DISTRICTS if code != rows[5].district)
    return _changed(5, 'far_from_unit', district=other)(rows)


WITH_NULL = ('.gpkg', '.gdb', '.geojson', '.zip', '.tab')
ROW_FAULTS = [
    RowFault('none', lambda rows: (rows, set())),
    RowFault('key twice', _added(2, 'key_duplicate', both=True, width_m=7.5)),
    RowFault('row twice', _added(2, 'duplicate_row')),
    RowFault('no coordinates', _changed(4, 'coordinates_missing', shape=None), ('Point',), ('.csv', '.xlsx')),
    RowFault('no geometry', _changed(4, 'geometry_empty', shape=None), formats=WITH_NULL),
    RowFault('polygon crosses itself', _bow_tie, ('Polygon',), (*WITH_NULL, '.fgb', '.mif', '.gml')),
    RowFault('ring left open', _changed(6, 'geometry_invalid', open_ring=True), ('Polygon',), ('.geojson',)),
    RowFault('value not in the list', _changed(8, 'domain', kind='khác')),
    RowFault('a thousand times too wide', _wider),
    RowFault('unknown code of a unit', _changed(9, 'unknown_unit', district='999'), needs=('codes',)),
    RowFault('outside its unit', _elsewhere, needs=('codes',)),
    RowFault('nearly the same twice', _near),
]


@dataclass(frozen=True)
class Encoding:
    """An encoding. stored: what a program that takes it for Latin-1 sees. in_bytes: only where bytes are kept.

    one_word: the text has a single word with accents, which several encodings make sense of.
    """

    name: str
    stored: Callable[[str], str]
    legacy: bool = True
    in_bytes: bool = False
    one_word: bool = False


def _doubled(text: str) -> str:
    """UTF-8 taken for Windows-1252, of which five bytes stay control characters."""
    return ''.join(bytes([byte]).decode('cp1252', 'ignore') or chr(byte) for byte in text.encode())


def _legacy(codec: str) -> Callable[[str], str]:
    return lambda text: text.encode(codec).decode('latin-1')


ENCODINGS = [
    Encoding('utf-8', str, legacy=False),
    Encoding('tcvn3', _legacy('tcvn3')),
    Encoding('nfd', lambda text: unicodedata.normalize('NFD', text), legacy=False),
    Encoding('vni', _legacy('vni')),
    Encoding('viscii', _legacy('viscii')),
    Encoding('double-utf-8', _doubled, legacy=False),
    Encoding('cp1258', lambda text: encode_cp1258(text).decode('latin-1'), in_bytes=True),
    Encoding('viscii, one word', _legacy('viscii'), one_word=True),
]
TABLES = ('.csv', '.xlsx')
POINTS_ONLY = (*TABLES, '.dxf')
BYTES = ('.zip', '.csv', '.tab', '.mif', '.dxf')


@dataclass(frozen=True)
class Case:
    """One file of the corpus."""

    number: int
    known: Known
    format: str
    said: Said
    encoding: Encoding
    fault: RowFault
    geometry: Geometry

    @property
    def label(self) -> str:
        return f'{self.number}: {self.known}, {self.format}, {self.said.name}, {self.encoding.name}, {self.fault.name}'

    @property
    def must_be_right(self) -> bool:
        """Whether what is known makes the truth visible, so that "cannot decide" is not enough."""
        return self.said.visible is not None and self.known in self.said.visible

    @property
    def layer(self) -> str:
        """The layer that it is delivered to."""
        return {'Point': 'works', 'Polygon': 'plots'}[self.geometry]

    def rows(self) -> tuple[list[Row], set[Fault]]:
        """The rows of the file, and the faults that are to be found, by number of row and code.

        A table's rows are counted as a spreadsheet shows them, with the header.
        """
        rows = rows_of(self.geometry)
        if self.encoding.one_word:
            # the same bytes are "Bả" in TCVN3
            rows = [replace(row, name=f'Bờ {number}') for number, row in enumerate(rows, start=1)]
        written, faults = self.fault.apply(rows)
        above = 1 if self.format in TABLES else 0
        return written, {(row + above, code) for row, code in faults}


def cases() -> list[Case]:
    """The corpus, the cases of which least is known first."""
    used: Counter[str] = Counter()
    found: list[Case] = []
    for known, (turn, said) in product(KNOWN, enumerate(SAID)):
        # where more is known there is more to tell, hence both kinds of geometry
        for geometry in GEOMETRIES if known in ('codes', 'release') else (GEOMETRIES[turn % 2],):
            formats = [name for name in said.formats if geometry == 'Point' or name not in POINTS_ONLY]
            form = min(formats, key=lambda name: used[name])
            encoding = min(_encodings(form), key=lambda one: used[one.name])
            fault = min(_faults(known, form, geometry), key=lambda one: used[one.name])
            used.update([form, encoding.name, fault.name])
            found.append(Case(len(found) + 1, known, form, said, encoding, fault, geometry))
    return found


def _encodings(form: str) -> list[Encoding]:
    return [one for one in ENCODINGS if form in BYTES or not one.in_bytes]


def _faults(known: Known, form: str, geometry: str) -> list[RowFault]:
    return [one for one in ROW_FAULTS if _fits(one, known, form, geometry)]


def _fits(fault: RowFault, known: Known, form: str, geometry: str) -> bool:
    return known in fault.needs and geometry in fault.geometry and (fault.formats is None or form in fault.formats)


def rows_of(geometry: str) -> list[Row]:
    """Forty sound rows, spread over the nine districts."""
    return list(_rows(geometry))


def _rows(geometry: str) -> Iterator[Row]:
    random = np.random.default_rng(5)
    for i in range(ROWS):
        column, row = i % 3, i // 3 % 3
        inside = random.uniform(MARGIN_M, SIDE_M - MARGIN_M, 2)
        x, y = (CORNER[0] + column * SIDE_M + inside[0], CORNER[1] + row * SIDE_M + inside[1])
        shape = shapely.Point(x, y) if geometry == 'Point' else shapely.box(x, y, x + 60 + i, y + 80)
        name = f'{WHAT[i % len(WHAT)]} {WHERE[i % len(WHERE)]} {i + 1}'
        yield Row(f'w{i:03}', name, ['nha', 'duong'][i % 2], 1.5 + i / 2, DISTRICTS[row * 3 + column], shape)


WHAT = ['Nhà văn hóa', 'Trạm bơm', 'Chợ', 'Đường', 'Cống', 'Trường mầm non', 'Bến đò']
WHERE = [
    *('Trực Ninh', 'Vụ Bản', 'Nghĩa Hưng', 'Giao Thủy', 'Xuân Trường', 'Hải Hậu', 'Mỹ Lộc', 'Nam Trực', 'Yên Định'),
    *('Thịnh Long', 'Quất Lâm', 'Cổ Lễ', 'Rạng Đông', 'Liễu Đề', 'Gôi', 'Ngô Đồng', 'Cát Thành', 'Quỹ Nhất'),
]


def district_rows() -> list[tuple[dict[str, str], shapely.Polygon]]:
    """The nine squares, with the codes of districts."""
    rows = []
    for i, code in enumerate(DISTRICTS):
        west, south = CORNER[0] + i % 3 * SIDE_M, CORNER[1] + i // 3 * SIDE_M
        rows.append(({'ma': code, 'ten': 'x'}, shapely.box(west, south, west + SIDE_M, south + SIDE_M)))
    return rows


def layer(name: str, geometry: str) -> Layer:
    """A layer with every kind of column that a row fault needs."""

    def column(kind: str, source: str, **more: Any) -> dict[str, Any]:
        return {'type': kind, 'from': [source], 'title': {'vi': source, 'en': source}} | more

    domain = {'nha': {'vi': 'Nhà', 'en': 'House'}, 'duong': {'vi': 'Đường', 'en': 'Road'}}
    return Layer.model_validate(
        {
            'id': name,
            'title': {'vi': 'Công trình', 'en': 'Works'},
            'description': {'vi': 'Công trình.', 'en': 'Works.'},
            'theme': 'society',
            'agency': 'construction',
            'access': 'public',
            'licence': 'CC-BY-4.0',
            'update_cycle': 'P1Y',
            'geometry': {'Point': 'Point', 'Polygon': 'MultiPolygon'}[geometry],
            'key': ['code'],
            'columns': {
                'code': column('text', 'MA', required=True),
                'name': column('text', 'TEN', required=True),
                'kind': column('text', 'LOAI', domain=domain),
                'width_m': column('number', 'RONG', unit='m', min=0.5, max=100),
                'district': column('text', 'HUYEN', unit_layer='districts'),
            },
            'source': {'crs': 'EPSG:9209'},
            'checks': {'bad_rows_share': 1, 'lost_rows_share': 1, 'near_duplicate_m': 0.1, 'parent_tolerance_m': 200},
        }
    )
