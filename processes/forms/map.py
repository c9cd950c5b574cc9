"""The map of a result: its features by their main figure, or its raster, over the outlines of the units."""

from pathlib import Path
from typing import cast

import numpy as np
import shapely

from dothi.core.crs import WGS84, proj_string
from dothi.core.errors import WrongUse
from dothi.core.text import DEMO, Lang, Text
from etl.formats.source import Geometries
from etl.moving import move
from processes.data import Data
from processes.forms.figure import NONE, choose_figure
from processes.forms.map_context import context_layers, unit_names, units_of_map
from processes.forms.map_image import CONTEXT, CONTEXT_COLOUR, DrawnFeatures, PaintedRaster, draw, kind_of, paint_raster
from processes.forms.map_page import Entry, Kind, Sheet, Words, sheet_of
from processes.forms.stored import StoredResult, in_one_line, sources_of

NOTHING_FOUND = Text(vi='Không tìm thấy đối tượng nào', en='Nothing was found')


class NothingToDraw(WrongUse):
    """The result has no places."""


def draw_map(stored: StoredResult, data: Data, lang: Lang, target: Path) -> None:
    """Writes the map as PNG; raises NothingToDraw."""
    if stored.raster is not None:
        _draw_raster(stored, stored.raster, data, lang, target)
    elif stored.is_features:
        _draw_features(stored, data, lang, target)
    else:
        raise nothing_to_draw(stored)


def nothing_to_draw(stored: StoredResult) -> NothingToDraw:
    """The error for a result without places."""
    return NothingToDraw(
        vi=f'Kết quả "{stored.output}" ({stored.result.media_type}) không có vị trí để vẽ bản đồ.',
        en=f'The result "{stored.output}" ({stored.result.media_type}) has no places to draw a map of.',
    )


def _draw_features(stored: StoredResult, data: Data, lang: Lang, target: Path) -> None:
    words, title = stored.words(lang), stored.process.outputs[stored.output].title.pick(lang)
    shapes, units = stored.shapes_in(data.locality.srid), units_of_map(data)
    outlines = units.shapes if units else np.array([], dtype=object)
    sheet = sheet_of(_map_bounds(shapes, outlines, data))
    figure = choose_figure(stored.features, words.members)
    entries = figure.entries(words, _most_common_kind(shapes, sheet), title)
    if not len(shapes):
        entries = [Entry(NONE, 'area', NOTHING_FOUND.pick(lang))]
    context = context_layers(stored, data, sheet)
    entries += [Entry(CONTEXT, _most_common_kind(each.shapes, sheet), each.title.pick(lang)) for each in context]
    layer = DrawnFeatures(
        shapes,
        figure.numbers,
        {**figure.colours, CONTEXT: CONTEXT_COLOUR},
        outlines,
        context=[shape for each in context for shape in each.shapes],
        names=unit_names(units, sheet) if units else [],
    )
    draw(layer, sheet, _map_words(stored, data, figure.title(words, title), lang), entries, target)


def _draw_raster(stored: StoredResult, raster: Path, data: Data, lang: Lang, target: Path) -> None:
    painted = paint_raster(raster, data.locality.srid, target.with_name('painted.tif'))
    colours = {number: value_class.colour for number, value_class in enumerate(painted.classes)}
    entries = [
        Entry(i, 'area', value_class.label(lang, painted.unit)) for i, value_class in enumerate(painted.classes)
    ][::-1]
    nothing = np.array([], dtype=object)
    units, sheet = units_of_map(data), sheet_of(painted.bounds)
    outlines = units.shapes if units else nothing
    names = unit_names(units, sheet) if units else []
    layer = DrawnFeatures(nothing, np.array([], dtype=np.int64), colours, outlines, painted.file, names=names)
    words = _map_words(stored, data, _raster_title(stored, painted, lang), lang)
    draw(layer, sheet, words, entries, target)


def _raster_title(stored: StoredResult, painted: PaintedRaster, lang: Lang) -> str:
    title = stored.process.outputs[stored.output].title.pick(lang)
    return f'{title} ({painted.unit})' if painted.unit else title


def _map_words(stored: StoredResult, data: Data, legend: str, lang: Lang) -> Words:
    sources = sources_of(stored, data)
    demo = DEMO.pick(lang) if stored.summary.get('demo') or any(source.demo for source in sources) else ''
    return Words(stored.process.title.pick(lang), legend, demo, in_one_line(sources, stored, lang), lang)


def _map_bounds(shapes: Geometries, units: Geometries, data: Data) -> tuple[float, float, float, float]:
    """West, south, east, north of the features; of the units where there are none, of the locality without units."""
    for geometries in (shapes, units):
        if len(geometries) and np.isfinite(bounds := shapely.total_bounds(geometries)).all():
            return cast(tuple[float, float, float, float], tuple(bounds))
    whole = np.array([shapely.box(*data.locality.place.extent_wgs84)])
    (extent,) = move(whole, proj_string(WGS84), proj_string(data.locality.srid))
    return cast(tuple[float, float, float, float], tuple(shapely.bounds(extent)))


def _most_common_kind(shapes: Geometries, sheet: Sheet) -> Kind:
    kinds = [kind_of(shape, sheet.metres_per_px) for shape in shapes if shape is not None]
    return max(('area', 'line', 'point'), key=kinds.count)
