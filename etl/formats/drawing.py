"""Drawings, DXF and DGN version 7: each drawing layer, and each kind of geometry on it, is a layer of the file."""

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from dothi.core.gdal import pyogrio
from etl.formats.charset import windows_codec
from etl.formats.errors import must_have_few_layers
from etl.formats.item import Item
from etl.formats.ogr import READ_ERRORS, OgrSource, unreadable
from etl.formats.source import EncodedBatch, Family, family
from etl.formats.xml_guard import must_fit_in_memory

DRIVERS = {'.dxf': 'DXF', '.dgn': 'DGN'}
SUFFIXES = frozenset(DRIVERS)
LAYER_COLUMN = {'.dxf': 'Layer', '.dgn': 'Level'}
# Frames and title blocks are drawn in paper space.
ON_THE_GROUND = {'.dxf': '(PaperSpace IS NULL OR PaperSpace = 0)', '.dgn': 'Level >= 0'}
ATTRIBUTES = 'BlockAttributes'
# What other columns say in raw form, and how symbols are turned.
TECHNICAL = frozenset(
    {'PaperSpace', 'SubClasses', 'EntityHandle', 'ULink', 'Block', 'BlockScale', 'BlockOCSNormal', 'BlockOCSCoords'}
    | {'BlockAngle', ATTRIBUTES}
)
# A symbol with attributes stays the point where it was inserted, in place of the lines that draw it.
SYMBOLS_AS_POINTS = {'INLINE_BLOCKS': 'NO'}
# Areas are drawn as closed polylines, and so are some lines: the layer that is delivered tells which is meant.
CLOSED_AS_POLYGONS = {'CLOSED_LINE_AS_POLYGON': 'YES'}
HEAD_BYTES = 200_000
BLOCK_BYTES = 1 << 20
# Beside them GDAL lists the symbols' drawings, once they are not drawn in place.
ENTITIES = 'entities'
ESCAPE = re.compile(r'\\U\+([0-9A-Fa-f]{4})')
# From AutoCAD 2007 on text is UTF-8; before, letters beyond the code page are written \\U+1EA1.
FIRST_UNICODE = 'AC1021'
KINDS: dict[Family, tuple[str, str]] = {
    'point': ('Point', "'POINT', 'MULTIPOINT'"),
    'line': ('LineString', "'LINESTRING', 'MULTILINESTRING', 'COMPOUNDCURVE', 'CIRCULARSTRING', 'MULTICURVE'"),
    'polygon': ('Polygon', "'POLYGON', 'MULTIPOLYGON', 'CURVEPOLYGON', 'MULTISURFACE'"),
}


@dataclass(frozen=True, kw_only=True)
class DrawingSource(OgrSource):
    """Entities of one kind on one layer of a drawing.

    tags: names of the attributes of its symbols, which become columns. escaped: the code page of text in which letters
    beyond it are escaped; None where there are none.
    """

    tags: tuple[str, ...] = ()
    escaped: str | None = None

    def _reading_options(self) -> dict[str, Any]:
        plain_columns = [name for name in self.columns if name not in self.tags]
        layer_and_columns = {
            'layer': ENTITIES if self.tags else None,
            'columns': plain_columns + [ATTRIBUTES] * bool(self.tags),
        }
        return super()._reading_options() | layer_and_columns

    def finished(self, batch: EncodedBatch) -> EncodedBatch:
        """The batch with a column for each attribute, and with letters for what is escaped."""
        columns = {name: self._plain(values) for name, values in batch.columns.items()}
        listed = columns.pop(ATTRIBUTES, None)
        values = [_attributes(entry) for entry in listed.to_pylist()] if listed is not None else []
        columns |= {tag: pa.array([attributes.get(tag) for attributes in values], pa.string()) for tag in self.tags}
        return EncodedBatch(batch.first_row, columns, batch.wkb, batch.findings)

    def _plain(self, values: Any) -> Any:
        if self.escaped is None or not pa.types.is_string(values.type):
            return values
        return pa.array([None if text is None else unescaped(text, self.escaped) for text in values.to_pylist()])


def unescaped(text: str, codec: str) -> str:
    """Text of bytes that were read as Latin-1, in their code page, with letters for \\U+1EA1 and its like."""
    decoded = text.encode('latin-1', 'replace').decode(codec, 'replace')
    return ESCAPE.sub(lambda found: chr(int(found[1], 16)), decoded)


def drawing_sources(item: Item) -> list[DrawingSource]:
    """The layers of the drawing `item`, apart by kind of geometry; raises UnreadableFile, TooLarge."""
    must_fit_in_memory(item)
    text = _text(item)
    options = text.pop('options')
    try:
        tags = _tags(item, options)
        options |= SYMBOLS_AS_POINTS if tags else {}
        info = pyogrio.read_info(item.gdal_path, layer=ENTITIES if tags else None, **options)
        if info['driver'] != DRIVERS[item.suffix]:
            raise unreadable(item.name, ValueError(info['driver']))
        columns = [str(name) for name in info['fields'] if name not in TECHNICAL]
        columns += [tag for tag in tags if tag not in columns]
        return [
            DrawingSource(**_part(item, key), columns=columns, rows=rows, options=layer_options, tags=tags, **text)
            for key, (rows, layer_options) in sorted(_parts(item, options).items())
        ]
    except READ_ERRORS as error:
        raise unreadable(item.name, error) from None


def _part(item: Item, key: tuple[str, Family]) -> dict[str, Any]:
    layer, kind = key
    name, types = KINDS[kind]
    quoted = layer.replace("'", "''")
    is_layer = f"{LAYER_COLUMN[item.suffix]} = '{quoted}'" if item.suffix == '.dxf' else f'Level = {layer}'
    return {
        'name': f'{item.name}:{layer}',
        'layer': layer,
        'kind': name,
        'path': item.gdal_path,
        'where': f'{ON_THE_GROUND[item.suffix]} AND {is_layer} AND OGR_GEOMETRY IN ({types})',
    }


def _parts(item: Item, options: dict[str, str]) -> dict[tuple[str, Family], tuple[int, dict[str, str]]]:
    """Rows of each layer and kind of geometry, and the options to read them with."""
    parts = {key: (rows, options) for key, rows in _counted(item, options).items()}
    if item.suffix == '.dxf':
        closing = options | CLOSED_AS_POLYGONS
        closed = _counted(item, closing)
        parts |= {key: (rows, closing) for key, rows in closed.items() if key[1] == 'polygon'}
    return parts


def _counted(item: Item, options: dict[str, str]) -> Counter[tuple[str, Family]]:
    counted: Counter[tuple[str, Family]] = Counter()
    column = LAYER_COLUMN[item.suffix]
    for batch in _plain(item, options, [column]).batches():
        layers = np.asarray(batch.columns[column].to_pylist(), dtype=object)
        for number in np.unique(shapely.get_type_id(batch.geometry)):
            kind = family(shapely.GeometryType(number).name) if number >= 0 else None
            if kind is not None:
                names = layers[shapely.get_type_id(batch.geometry) == number]
                counted.update((str(name), kind) for name in names)
        must_have_few_layers(item.name, len(counted))
    return counted


def _tags(item: Item, options: dict[str, str]) -> tuple[str, ...]:
    """Names of the attributes that symbols of a DXF have, in order of appearance."""
    if item.suffix != '.dxf' or not _holds(item, b'\nATTRIB'):
        return ()
    batches = _plain(item, options | SYMBOLS_AS_POINTS, [ATTRIBUTES]).batches()
    listed = (entry for batch in batches for entry in batch.columns[ATTRIBUTES].to_pylist())
    tags = (tag for entry in listed for tag in _attributes(entry))
    return tuple(dict.fromkeys(tags))


def _attributes(entry: list[str] | None) -> dict[str, str]:
    """GDAL lists the attributes of a symbol as "TAG value"."""
    pairs = (text.partition(' ') for text in entry or [])
    return {tag: value for tag, _, value in pairs if tag}


def _plain(item: Item, options: dict[str, str], columns: list[str]) -> OgrSource:
    reading_options: dict[str, Any] = {'where': ON_THE_GROUND[item.suffix], 'options': options}
    reading_options['layer'] = ENTITIES if SYMBOLS_AS_POINTS.items() <= options.items() else None
    return OgrSource(name=item.name, path=item.gdal_path, columns=columns, kind=None, rows=None, **reading_options)


def _text(item: Item) -> dict[str, Any]:
    """How text is asked of GDAL, and what it is then: raw bytes wherever a code page would have to be believed."""
    raw = {'read_as': 'latin-1', 'options': {'ENCODING': 'ISO-8859-1'}}
    if item.suffix == '.dgn':
        return raw
    head = item.head(HEAD_BYTES).decode('latin-1')
    version, page = (_variable(head, name) for name in ('ACADVER', 'DWGCODEPAGE'))
    if version >= FIRST_UNICODE:
        return {'unicode': True, 'options': {'ENCODING': 'UTF-8'}}
    codec = windows_codec(page)
    if _holds(item, b'\\U+'):
        return {'unicode': True, 'options': raw['options'], 'escaped': codec or 'cp1252'}
    return raw | {'declared_encoding': codec}


def _variable(head: str, name: str) -> str:
    """A variable of a DXF's header: its name, a group code, its value, a line each."""
    value_match = re.search(rf'\${name}\s*\n\s*\d+\s*\n(.*)', head)
    return value_match[1].strip() if value_match else ''


def _holds(item: Item, pattern: bytes) -> bool:
    before = b''
    with item.open() as opened:
        while block := opened.read(BLOCK_BYTES):
            if pattern in before + block:
                return True
            before = block[-len(pattern) :]
    return False
