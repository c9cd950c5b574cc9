"""The map itself, drawn by Mapnik in a renderer: its styles as XML, its layers as files of GeoJSON or a raster."""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

import numpy as np
import rasterio
import shapely
from numpy.typing import NDArray
from rasterio.enums import Resampling
from rasterio.vrt import WarpedVRT
from shapely.geometry.base import BaseGeometry

from dothi.cartography.mapping.pool import Renderers
from dothi.core.crs import proj_string
from dothi.core.job_settings import JobSettings
from dothi.core.limit_settings import MapSettings
from etl.formats.source import Geometries
from processes.forms.figure import NONE, Class, class_of, classes_of
from processes.forms.map_page import (
    FRAME_PX,
    HEIGHT_PX,
    SIZES_PX,
    WIDTH_PX,
    Entry,
    Kind,
    Mark,
    Sheet,
    Words,
    page_marks,
)

# The sheet is drawn in plane metres of the working CRS, to which all of it was brought before: nothing is projected.
SRS = '+proj=merc +a=6378137 +b=6378137 +lat_ts=0 +lon_0=0 +x_0=0 +y_0=0 +k=1 +units=m +no_defs'
# An area or line that is smaller on the sheet is drawn as a dot, or nobody would see it.
LEAST_PX = 4
INK, GROUND, WATER = '#1b1f24', '#f3f1ec', '#dfe8eb'
# What is not of the result; its number among the classes of the legend.
CONTEXT, CONTEXT_COLOUR, NAME_COLOUR = -2, '#6b5b7b', '#3a434b'
FACES = {'title': 'Bold', 'heading': 'Bold', 'demo': 'Bold', 'north': 'Bold'}
TEXT_COLOURS = {'demo': '#b3261e'}


@contextmanager
def job_renderers() -> Iterator[Renderers]:
    """A renderer with the limits of jobs: what they draw is larger than what a web page shows."""
    job = JobSettings()
    pool = Renderers(MapSettings(map_seconds=job.job_time_limit_s, map_memory_mb=job.job_memory_mb, map_renderers=1))
    try:
        yield pool
    finally:
        pool.end()


@dataclass(frozen=True)
class PaintedRaster:
    """A raster as a picture. bounds: west, south, east, north in the system that was asked for."""

    file: Path
    bounds: tuple[float, float, float, float]
    classes: list[Class]
    band: str | None
    unit: str | None


def paint_raster(raster: Path, srid: int, target: Path) -> PaintedRaster:
    """The first band in colours, in the system `srid`, written to `target`; cells without a value are clear."""
    with rasterio.open(raster) as source, WarpedVRT(source, crs=proj_string(srid)) as moved:
        times = max(1.0, moved.width / (FRAME_PX[2] - FRAME_PX[0]), moved.height / (FRAME_PX[3] - FRAME_PX[1]))
        high, wide = round(moved.height / times), round(moved.width / times)
        # near: a mean of class numbers would be none
        cells = moved.read(1, out_shape=(high, wide), resampling=Resampling.nearest, masked=True)
        transform = moved.transform @ moved.transform.scale(moved.width / wide, moved.height / high)
        bounds, band, unit = tuple(moved.bounds), source.descriptions[0], source.units[0]
    values = cells.astype(np.float64).filled(np.nan)
    classes = classes_of(values[np.isfinite(values)].tolist())
    profile = {
        'driver': 'GTiff', 'width': wide, 'height': high, 'count': 4, 'dtype': 'uint8', 'photometric': 'RGB',
        'alpha': 'YES', 'transform': transform,
    }  # fmt: skip
    with rasterio.open(target, 'w', **profile) as picture:
        picture.write(_colour_classes(values, classes))
    return PaintedRaster(target, bounds, classes, band, unit)


def _colour_classes(values: NDArray[np.float64], classes: list[Class]) -> NDArray[np.uint8]:
    """Red, green, blue and opacity of each cell, shape (4, rows, columns)."""
    numbers = class_of(values.ravel().tolist(), classes).reshape(values.shape)
    # the last one is for NONE, which is -1
    table = np.array(
        [[*bytes.fromhex(value_class.colour[1:]), 255] for value_class in classes] + [[0, 0, 0, 0]], dtype=np.uint8
    )
    assert NONE == -1  # noqa: S101
    return np.moveaxis(table[numbers], -1, 0)


@dataclass(frozen=True)
class DrawnFeatures:
    """What the map shows: shapes in the working CRS with the number of each one's class, both of shape (n,).

    colours: by number of the class. raster: a file in colours and in the working CRS, in place of shapes.
    outlines: of units, for orientation. context: lines and places that are no part of the result. names: of units,
    each with its place.
    """

    shapes: Geometries
    numbers: NDArray[np.int64]
    colours: dict[int, str]
    outlines: Geometries
    raster: Path | None = None
    context: Sequence[BaseGeometry] = ()
    names: Sequence[tuple[BaseGeometry, str]] = ()


def draw(features: DrawnFeatures, sheet: Sheet, words: Words, entries: Sequence[Entry], target: Path) -> None:
    """The whole sheet as PNG. Files for Mapnik are written beside `target`."""
    layers = _map_layers(features, sheet, words, entries, target.parent)
    order = {
        'width': WIDTH_PX,
        'height': HEIGHT_PX,
        'ratio': 1,
        'box': sheet.box,
        'format': 'png',
        'styles': f'<Map background-color="{WATER}" srs={quoteattr(SRS)}>{_class_styles(features.colours)}</Map>',
        'layers': layers,
    }
    with job_renderers() as pool:
        target.write_bytes(pool.draw(json.dumps(order).encode()))


def kind_of(shape: shapely.Geometry, metres_per_px: float) -> Kind:
    """How a shape is drawn; what is too small to be seen as it is becomes a dot."""
    west, south, east, north = shapely.bounds(shape)
    if shapely.get_dimensions(shape) == 0 or max(east - west, north - south) < LEAST_PX * metres_per_px:
        return 'point'
    return 'line' if shapely.get_dimensions(shape) == 1 else 'area'


def marks_of(features: DrawnFeatures, metres_per_px: float) -> list[Mark]:
    """The shapes as marks: areas below lines below dots, what has no value below what has one, large areas below small.

    So of areas that hold one another, as isochrones do, each is seen.
    """
    order = {'area': 0, 'line': 1, 'point': 2}
    marks = []
    for shape, number in zip(features.shapes, features.numbers, strict=True):
        if shape is None or shapely.is_empty(shape):
            continue
        kind = kind_of(shape, metres_per_px)
        placed = shapely.point_on_surface(shape) if kind == 'point' and shapely.get_dimensions(shape) else shape
        marks.append(Mark(placed, kind, number=int(number)))
    return sorted(marks, key=lambda mark: (order[mark.look], mark.number != NONE, -mark.shape.area))


def _map_layers(
    features: DrawnFeatures, sheet: Sheet, words: Words, entries: Sequence[Entry], folder: Path
) -> list[dict[str, Any]]:
    """Mapnik's layers as a renderer reads them (dothi.cartography.mapping.renderer), lowest first."""
    ground = [Mark(shape, 'ground') for shape in features.outlines]
    borders = [Mark(shape, 'border') for shape in features.outlines]
    marks = marks_of(features, sheet.metres_per_px)
    shown = _map_layer('shown', marks, folder)
    context = _map_layer('context', [Mark(shape, _context_look(shape)) for shape in features.context], folder)
    layers = [
        _map_layer('ground', ground, folder),
        _of_source('raster', 'raster', {'type': 'gdal', 'file': str(features.raster)}) if features.raster else None,
        # lines and dots of the result lie above those of the context, areas below
        *((shown, context) if marks and marks[-1].look == 'area' else (context, shown)),
        _map_layer('borders', borders, folder),
        _map_layer('names', [Mark(place, 'name', text) for place, text in features.names], folder),
        _map_layer('furniture', page_marks(sheet, words, entries), folder),
    ]
    return [layer for layer in layers if layer]


def _context_look(shape: BaseGeometry) -> str:
    return 'context_line' if shapely.get_dimensions(shape) else 'context_point'


def _map_layer(name: str, marks: Sequence[Mark], folder: Path) -> dict[str, Any] | None:
    if not marks:
        return None
    file = folder / f'{name}.geojson'
    collection = {'type': 'FeatureCollection', 'features': [mark.feature for mark in marks]}
    file.write_text(json.dumps(collection), encoding='utf-8')
    return _of_source(name, 'sheet', {'type': 'geojson', 'file': str(file)})


def _of_source(name: str, style: str, source: dict[str, str]) -> dict[str, Any]:
    return {'name': name, 'srs': SRS, 'source': source, 'styles': [style]}


def _class_styles(colours: dict[int, str]) -> str:
    raster = '<Style name="raster"><Rule><RasterSymbolizer scaling="near"/></Rule></Style>'
    rules = [*_fixed_rules(), *_text_rules(), *_class_rules(colours)]
    return f'{raster}<Style name="sheet">{"".join(rules)}</Style>'


def _fixed_rules() -> Iterable[str]:
    looks = {
        'ground': f'<PolygonSymbolizer fill="{GROUND}"/>',
        'border': '<LineSymbolizer stroke="#8b949e" stroke-width="0.6"/>',
        'context_line': f'<LineSymbolizer stroke="{CONTEXT_COLOUR}" stroke-width="1.2"/>',
        'context_point': f'<MarkersSymbolizer fill="{CONTEXT_COLOUR}" stroke="#ffffff" stroke-width="0.6" width="6"'
        ' height="6" marker-type="ellipse" allow-overlap="true"/>',
        'name': f'<TextSymbolizer face-name="DejaVu Sans Book" size="{SIZES_PX["small"]}" fill="{NAME_COLOUR}"'
        ' halo-fill="#ffffff" halo-radius="1.4" wrap-width="70">[text]</TextSymbolizer>',
        'paper': '<PolygonSymbolizer fill="#ffffff"/>',
        'frame': f'<LineSymbolizer stroke="{INK}" stroke-width="1"/>',
        'backing': '<PolygonSymbolizer fill="#ffffff" fill-opacity="0.8"/>',
        'bar': f'<PolygonSymbolizer fill="{INK}"/>',
        'empty_bar': f'<PolygonSymbolizer fill="#ffffff"/><LineSymbolizer stroke="{INK}" stroke-width="1"/>',
    }
    return (_style_rule(f"[look] = '{look}'", symbols) for look, symbols in looks.items())


def _text_rules() -> Iterable[str]:
    for look, size in SIZES_PX.items():
        face, colour = FACES.get(look, 'Book'), TEXT_COLOURS.get(look, INK)
        yield _style_rule(
            f"[look] = '{look}'",
            f'<TextSymbolizer face-name="DejaVu Sans {face}" size="{size}" fill="{colour}" horizontal-alignment="right"'
            ' vertical-alignment="middle" allow-overlap="true" clip="false">[text]</TextSymbolizer>',
        )


def _class_rules(colours: dict[int, str]) -> Iterable[str]:
    for number, colour in colours.items():
        looks = {
            'area': f'<PolygonSymbolizer fill="{colour}"/><LineSymbolizer stroke="#57606a" stroke-width="0.4"/>',
            'line': f'<LineSymbolizer stroke="{INK}" stroke-width="3.6"/>'
            f'<LineSymbolizer stroke="{colour}" stroke-width="2.4"/>',
            'point': f'<MarkersSymbolizer fill="{colour}" stroke="{INK}" stroke-width="0.6" width="11" height="11"'
            ' marker-type="ellipse" allow-overlap="true"/>',
        }
        for look, symbols in looks.items():
            yield _style_rule(f"[look] = '{look}' and [class] = {number}", symbols)


def _style_rule(filter_text: str, symbols: str) -> str:
    return f'<Rule><Filter>{filter_text}</Filter>{symbols}</Rule>'
