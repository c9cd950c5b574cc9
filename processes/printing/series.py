"""A series of sheets, one for each unit of a level, with an index before them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import shapely
from psycopg2 import sql

from dothi.cartography.paper import Orientation, Paper, Rectangle
from dothi.core.errors import WrongUse
from dothi.core.layer import Layer
from dothi.core.text import Lang
from etl.pages import template
from processes.data import Data
from processes.forms.numbers import format_number
from processes.inputs import LayerRef
from processes.printing.framed import FramedView, frame_place, path_of
from processes.printing.page import PAGES, font_faces, render_pdf
from processes.printing.place import Extent, NoSuchUnit, PrintArea, Unit, box_of, place_of, unit_layer
from processes.printing.scale import DoesNotFit
from processes.reading.layers import column_identifier
from processes.reading.unit_layers import code_column

# Sheets of one series: the communes of a province.
MOST_SHEETS = 300
# Width of the index map in its own units; and how far corners are left out, as a share of it.
WIDTH, TOLERANCE = 180.0, 0.001


class NoSeries(WrongUse):
    """There are no units, or too many, for a series; or its format holds one sheet only."""


@dataclass(frozen=True)
class SeriesUnit:
    """A unit that has a sheet of its own."""

    code: str
    place: PrintArea


@dataclass(frozen=True)
class SeriesSheet:
    """A sheet that is written. scale: its denominator."""

    unit: SeriesUnit
    scale: int
    file: Path


@dataclass(frozen=True)
class IndexRow:
    """A sheet in the index. page: the first of it, counted from 1. path: its outline; x, y: where its number stands."""

    number: int
    name: str
    code: str
    scale: str
    page: int
    path: str
    x: float
    y: float


def must_be_pdf(format: str) -> None:
    """Raises NoSeries for a format that holds one sheet only."""
    if format != 'pdf':
        raise NoSeries(vi='series: một loạt tờ chỉ có dạng pdf.', en='series: a series of sheets comes as pdf only.')


def series_layer(level: str, data: Data) -> Layer:
    """The layer whose units have a sheet each; raises NoSeries for a level that is not there, or has no data."""
    try:
        return unit_layer(level, data)
    except NoSuchUnit as error:
        raise NoSeries(
            vi=error.text.vi.replace('unit.level', 'series'), en=error.text.en.replace('unit.level', 'series')
        ) from None


def series_units(level: str, within: Unit | None, datetime: str | None, data: Data) -> list[SeriesUnit]:
    """The units of a level by their codes, those within a unit only where one is named; raises NoSuchUnit, NoSeries."""
    layer = series_layer(level, data)
    name = column_identifier(layer, (layer.publish.search or [layer.identifier])[0], data.audience)
    _, rows = data.source(LayerRef(layer.id, datetime=datetime))
    query = sql.SQL('select {}::text as code, {}::text as name, ST_AsBinary(geom) as wkb from {} order by 1')
    units = [
        SeriesUnit(row['code'], _area(shapely.from_wkb(bytes(row['wkb'])), row['name'] or row['code']))
        for row in data.rows(query.format(code_column(layer), name, rows))
    ]
    outline = place_of(None, within, datetime, data, 'vi').outline if within else None
    inside = [unit for unit in units if outline is None or _lies_in(unit, outline)]
    _must_be_printable(inside, level)
    return inside


def _area(shape: shapely.Geometry, title: str) -> PrintArea:
    return PrintArea(box_of(shape), title, shape)


def _lies_in(unit: SeriesUnit, outline: shapely.Geometry) -> bool:
    return bool(shapely.contains(outline, shapely.point_on_surface(unit.place.outline)))


def _must_be_printable(units: Sequence[SeriesUnit], level: str) -> None:
    if not units:
        raise NoSeries(
            vi=f'series: không có đơn vị cấp {level} nào ở đây.', en=f'series: there are no units of {level} here.'
        )
    if len(units) > MOST_SHEETS:
        raise NoSeries(
            vi=f'series: {len(units)} tờ là quá nhiều (tối đa {MOST_SHEETS}). Chọn một đơn vị nhỏ hơn.',
            en=f'series: {len(units)} sheets are too many (at most {MOST_SHEETS}). Name a smaller unit.',
        )


def must_be_of_units(extent: Extent | None) -> None:
    """Raises NoSeries for an extent, which a series, whose sheets are of units, would not heed."""
    if extent is not None:
        raise NoSeries(
            vi='series: loạt tờ đi theo đơn vị, không theo extent. Bỏ extent, hoặc chọn unit.',
            en='series: its sheets are of units, not of an extent. Leave extent out, or name a unit.',
        )


def frame_units(
    units: Sequence[SeriesUnit], paper: Paper, orientation: Orientation | None, scale: int | None, srid: int
) -> list[FramedView]:
    """Each unit on its sheet; raises DoesNotFit, which names the unit, before any sheet is drawn."""
    return [_frame_unit(unit, paper, orientation, scale, srid) for unit in units]


def _frame_unit(
    unit: SeriesUnit, paper: Paper, orientation: Orientation | None, scale: int | None, srid: int
) -> FramedView:
    try:
        return frame_place(unit.place, paper, orientation, scale, srid)
    except DoesNotFit as error:
        raise DoesNotFit(
            vi=f'{unit.place.title} ({unit.code}): {error.text.vi}',
            en=f'{unit.place.title} ({unit.code}): {error.text.en}',
        ) from None


def write_series(sheets: Sequence[SeriesSheet], title: str, lang: Lang, target: Path) -> int:
    """Writes the index and the sheets as one PDF with bookmarks, takes the sheets away, and says how many pages it has.

    The index is written twice: how many pages it takes decides where each sheet begins.
    """
    # 60 ms, for those who print
    from pypdf import PdfReader, PdfWriter

    lengths = [len(PdfReader(sheet.file).pages) for sheet in sheets]
    write_index = partial(_write_index, sheets, lengths, title, lang, target)
    before = write_index(write_index(1))
    writer = PdfWriter()
    writer.append(target, import_outline=False)
    for sheet, first in zip(sheets, _first_pages(lengths, before), strict=True):
        writer.append(sheet.file, import_outline=False)
        writer.add_outline_item(title=sheet.unit.place.title, page_number=first - 1)
        sheet.file.unlink()
    writer.write(target)
    return len(writer.pages)


def _first_pages(lengths: Sequence[int], before: int) -> list[int]:
    return [before + 1 + sum(lengths[:number]) for number in range(len(lengths))]


def _write_index(
    sheets: Sequence[SeriesSheet], lengths: Sequence[int], title: str, lang: Lang, target: Path, before: int
) -> int:
    """Writes the index alone and says how many pages it takes; before: how many it is thought to take."""
    rows, height = _index_rows(sheets, _first_pages(lengths, before), lang)
    html = template('index.html', PAGES).render(
        rows=rows, title=title, lang=lang, english=lang == 'en', font_faces=font_faces(), width=WIDTH, height=height
    )
    return render_pdf(html, target)


def _index_rows(sheets: Sequence[SeriesSheet], pages: Sequence[int], lang: Lang) -> tuple[list[IndexRow], float]:
    """The rows, with the outlines of their units on a map of WIDTH, and how high that is."""
    shapes = [sheet.unit.place.outline for sheet in sheets]
    west, south, east, north = shapely.total_bounds(shapes)
    per_m = WIDTH / (east - west)
    paper = Rectangle(0, 0, WIDTH, (north - south) * per_m)
    made = []
    for number, (sheet, page, shape) in enumerate(zip(sheets, pages, shapes, strict=True), 1):
        path = path_of(shapely.simplify(shape, TOLERANCE * (east - west)), (west, south, east, north), paper)
        middle = shapely.point_on_surface(shape)
        x, y = (shapely.get_x(middle) - west) * per_m, (north - shapely.get_y(middle)) * per_m
        scale = f'1:{format_number(sheet.scale, lang)}'
        made.append(IndexRow(number, sheet.unit.place.title, sheet.unit.code, scale, page, path, x, y))
    return made, paper.height
