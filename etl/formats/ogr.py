"""What GDAL reads: described by fiona, read in bulk as Arrow by pyogrio."""

import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import fiona
import pyarrow as pa
import pyproj
from fiona._err import CPLE_BaseError
from fiona.errors import FionaError

from dothi.core.gdal import pyogrio
from dothi.core.text import Text
from etl.formats.charset import code_page, column_names, mapinfo_text
from etl.formats.declared_crs import usable_crs
from etl.formats.errors import UnreadableFile, must_have_few_layers
from etl.formats.geopackage_schema import GeopackageSchema, read_schema
from etl.formats.item import Item
from etl.formats.source import BATCH_ROWS, EncodedBatch, Source
from etl.template.mark import parse_mark


@dataclass(frozen=True)
class Format:
    """What is known of a format before a file of it is opened.

    unicode: its text is UTF-8 by its standard. counts_exactly: it knows how many rows it has, and a shapefile, which
    counts its deleted rows too, does not. options: GDAL's open options.
    """

    driver: str
    several_layers: bool = False
    unicode: bool = True
    counts_exactly: bool = False
    axes_known: bool = True
    names_cut_at: int | None = None
    options: Mapping[str, str] = field(default_factory=dict)


# dBASE cuts the names of columns.
SHAPEFILE = Format('ESRI Shapefile', unicode=False, names_cut_at=10)
MAPINFO = Format('MapInfo File', unicode=False)
GEOJSON = Format('GeoJSON')
GEOPACKAGE = Format('GPKG', several_layers=True, counts_exactly=True)
FORMATS = {
    '.shp': SHAPEFILE,
    '.gpkg': GEOPACKAGE,
    '.geojson': GEOJSON,
    '.json': GEOJSON,
    '.tab': MAPINFO,
    '.mif': MAPINFO,
    '.fgb': Format('FlatGeobuf'),
    '.gdb': Format('OpenFileGDB', several_layers=True),
    # Programs contradict one another on which axis comes first, and the place tells. Nothing is written beside the
    # delivered file, and no schema is fetched.
    '.gml': Format('GML', several_layers=True, axes_known=False, options={'WRITE_GFS': 'NO', 'DOWNLOAD_SCHEMA': 'NO'}),
}


READ_ERRORS = (
    *(pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, pyogrio.errors.FeatureError),
    *(pyogrio.errors.CRSError, pa.ArrowException, OSError, UnicodeDecodeError),
)
# What fiona lets through of a damaged file: GDAL's own errors, a layer that is not there, text in no known encoding.
DESCRIBE_ERRORS = (*READ_ERRORS, FionaError, CPLE_BaseError, ValueError, SystemError)


@dataclass(frozen=True, kw_only=True)
class OgrSource(Source):
    """One layer of a file that GDAL reads."""

    path: str
    # names as GDAL gives them, of columns whose names are written in the file's code page
    raw_names: Mapping[str, str] = field(default_factory=dict)
    counts_exactly: bool = False
    where: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    # what the file was unpacked into, which lives as long as the source
    unpacked: object = None

    def encoded_batches(self, rows: int = BATCH_ROWS) -> Iterator[EncodedBatch]:
        """All rows as Arrow, without row-by-row work."""
        try:
            with _opened(self.path, batch_size=rows, use_pyarrow=True, **self._reading_options()) as (meta, reader):
                last = 0
                for batch in _batches(reader, meta['geometry_name'] or 'wkb_geometry'):
                    yield self.finished(batch)
                    last = batch.first_row + batch.rows - 1
                self._must_be_whole(last)
        except READ_ERRORS as error:
            raise unreadable(self.name, error) from None

    def finished(self, batch: EncodedBatch) -> EncodedBatch:
        """What a format makes of a batch as GDAL gives it."""
        raw_name_of = {raw: name for name, raw in self.raw_names.items()}
        return replace(batch, columns={raw_name_of.get(name, name): values for name, values in batch.columns.items()})

    def _reading_options(self) -> dict[str, Any]:
        columns = [self.raw_names.get(name, name) for name in self.columns]
        return {'layer': self.layer, 'columns': columns, 'where': self.where, **self.options}

    def _must_be_whole(self, last: int) -> None:
        """Raises where fewer rows came than the file says it has: GDAL ends quietly at a damaged page of SQLite."""
        if self.counts_exactly and last < (self.rows or 0):
            raise UnreadableFile(
                vi=f'{self.name} hỏng: chỉ đọc được {last} trong {self.rows} hàng. Xuất lại và gửi lại.',
                en=f'{self.name} is damaged: only {last} of {self.rows} rows can be read. Export it again and resend.',
            )


def ogr_sources(item: Item) -> list[OgrSource]:
    """The layers of `item`, opened only as the format that its suffix promises.

    Raises UnreadableFile for anything else: a file may not pose as a format that reads other files.
    """
    form = FORMATS[item.suffix]
    path, unpacked = _openable(item)
    schema = read_schema(Path(path), item.name) if form is GEOPACKAGE else GeopackageSchema([], {})
    names: Sequence[str | None]
    try:
        names = _layers(path, form, schema)
        must_have_few_layers(item.name, len(names))
        readable = [name for name in names if schema.refusal(name) is None]
        # Each look into a GeoJSON file reads all of it.
        if readable and form is not GEOJSON:
            must_be_of(form.driver, path, item.name, layer=readable[0] or 0, **form.options)
    except DESCRIBE_ERRORS as error:
        raise unreadable(item.name, error) from None
    return _described(Opening(item, path, unpacked, form, schema), names)


@dataclass(frozen=True)
class Opening:
    """How GDAL opens an item.

    path: where it finds it. unpacked: what that lies in, as long as this lives. schema: of a GeoPackage.
    """

    item: Item
    path: str
    unpacked: object
    form: Format
    schema: GeopackageSchema


def _openable(item: Item) -> tuple[str, object]:
    """GDAL's path of the item, and what keeps that alive.

    Unpacked where GDAL does not find the parts inside an archive (`.Dbf`), and where Python's SQLite looks into it too.
    """
    if item.member is None:
        return item.gdal_path, None
    if item.suffix == '.gpkg':
        path, folder = item.unpacked()
        return str(path), folder
    return item.unpacked_whole() if item.has_mixed_suffixes() else (item.gdal_path, None)


def _layers(path: str, form: Format, schema: GeopackageSchema) -> Sequence[str | None]:
    """Names of the layers. GDAL evaluates views to list them, so a GeoPackage's come from its own register."""
    if not form.several_layers:
        return [None]
    if form is GEOPACKAGE:
        return schema.layers
    # pyogrio takes no options here, and without them a GML's schema is fetched
    if form.options:
        return list(fiona.listlayers(path, **form.options))
    with warnings.catch_warnings():
        warnings.simplefilter('ignore', RuntimeWarning)
        return [str(name) for name, _ in pyogrio.list_layers(path)]


def must_be_of(driver: str, path: str, name: str, **options: Any) -> None:
    """Raises UnreadableFile where pyogrio, which cannot be told, would open `path` with another driver."""
    with warnings.catch_warnings():
        warnings.simplefilter('ignore', RuntimeWarning)
        actual = pyogrio.read_info(path, **options)['driver']
    if actual != driver:
        raise unreadable(name, pyogrio.errors.DataSourceError(actual))


def is_wgs84(wkt: str) -> bool:
    """Whether a file's declaration is plain longitude and latitude."""
    return pyproj.CRS.from_user_input(wkt).equals('OGC:CRS84', ignore_axis_order=True)


def unreadable(name: str, error: Exception) -> UnreadableFile:
    """The error for a file that GDAL gives up on."""
    # GDAL's messages name paths of this machine: only the file's own name is the sender's business.
    reason = re.sub(r"'?/\S*'?", name, (str(error).splitlines() or [''])[0].split('; It might')[0])
    why = '' if reason.startswith('Failed to open dataset') else f' ({reason})'
    return UnreadableFile(
        vi=f'Không đọc được {name}: tệp hỏng, thiếu phần kèm theo hoặc sai định dạng{why}. Xuất lại và gửi lại.',
        en=f'{name} cannot be read: damaged, a part missing, or another format{why}. Export it again and resend.',
    )


def _described(opening: Opening, names: Sequence[str | None]) -> list[OgrSource]:
    """The layers that can be read, and those that are refused; raises UnreadableFile where there is neither."""
    sources: list[OgrSource] = []
    failure: Exception | None = None
    for name in names:
        reason = opening.schema.refusal(name)
        try:
            sources.append(_describe(opening, name) if reason is None else _refused(opening, str(name), reason))
        except DESCRIBE_ERRORS as error:
            failure = error
    if failure is not None and not sources:
        raise unreadable(opening.item.name, failure) from None
    return sources


def _refused(opening: Opening, layer: str, reason: Text) -> OgrSource:
    """A layer that is not opened. It may have any name, so that a sender who chooses it is told why."""
    name = f'{opening.item.name}:{layer}'
    return OgrSource(name=name, path=opening.path, layer=layer, columns=[], kind=None, rows=None, refusal=reason)


def _describe(opening: Opening, layer: str | None) -> OgrSource:
    item, form = opening.item, opening.form
    options = _text(item, form)
    with fiona.open(opening.path, layer=layer, enabled_drivers=[form.driver], **options['options']) as collection:
        kind, columns, rows = collection.schema['geometry'], list(collection.schema['properties']), _count(collection)
        system = usable_crs(collection.crs_wkt)
        mark = parse_mark(collection.tags().get('DESCRIPTION'))
    shown_names = column_names(columns, options.get('declared_encoding')) if form is SHAPEFILE else columns
    implied = 'OGC:CRS84' if form is GEOJSON and (system is None or is_wgs84(system)) else None
    return OgrSource(
        name=f'{item.name}:{layer}' if form.several_layers else item.name,
        path=opening.path,
        unpacked=opening.unpacked,
        layer=layer,
        counts_exactly=form.counts_exactly,
        columns=shown_names,
        raw_names={name: raw for name, raw in zip(shown_names, columns, strict=True) if name != raw},
        kind=None if kind in ('Unknown', 'GeometryCollection') else kind,
        rows=rows,
        declared_crs=None if implied else system,
        implied_crs=implied,
        axes_known=form.axes_known,
        unicode=form.unicode,
        names_cut_at=form.names_cut_at,
        template=str(mark) if mark else None,
        **options,
    )


def _count(collection: Any) -> int | None:
    try:
        return len(collection)
    except TypeError:  # only a full read would tell
        return None


def _text(item: Item, form: Format) -> dict[str, Any]:
    """How text is asked of GDAL, and what it is then.

    ISO-8859-1 gives every byte back; told another code page, GDAL drops the last character of a value.
    """
    if form is SHAPEFILE:
        return {'declared_encoding': code_page(item), 'read_as': 'latin-1', 'options': {'encoding': 'ISO-8859-1'}}
    return (mapinfo_text(item) if form is MAPINFO else {}) | {'options': form.options}


def _batches(reader: Any, geometry_name: str) -> Iterator[EncodedBatch]:
    first_row = 1
    while (batch := _next(reader)) is not None:
        columns = {name: batch.column(name) for name in batch.schema.names}
        wkb = columns.pop(geometry_name, None)
        yield EncodedBatch(first_row, columns, wkb)
        first_row += batch.num_rows


@contextmanager
def _opened(path: str, **asked: Any) -> Iterator[Any]:
    with ExitStack() as stack:
        with warnings.catch_warnings():
            # such as a charset that GDAL does not know: its bytes are decoded here
            warnings.simplefilter('ignore', RuntimeWarning)
            opened = stack.enter_context(pyogrio.raw.open_arrow(path, **asked))
        yield opened


def _next(reader: Any) -> Any:
    """The next batch, or None; what GDAL warns of, such as a ring that is not closed, is told as a fault of its row."""
    with warnings.catch_warnings():
        warnings.simplefilter('ignore', RuntimeWarning)
        return next(reader, None)
