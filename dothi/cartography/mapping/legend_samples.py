"""Samples of a legend: how each of its lines is drawn, by the very symbols that the map is drawn with."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from xml.etree.ElementTree import Element

from dothi.cartography.style.colour import parse_colour
from dothi.cartography.style.drawing import Drawing, Pass, Rule
from dothi.cartography.style.legend import Entry, legend_of
from dothi.cartography.style.mapnik_xml import Sheet, document, style
from dothi.cartography.style.sizes import size_of
from dothi.cartography.style.style_file import Part as StylePart
from dothi.cartography.style.zoom import at_zoom
from dothi.core.coverage import Coverage
from dothi.core.text import Text
from dothi.core.units import with_unit

# Pixels of the style: the width of every sample, and how high it is at least and at most.
WIDTH_PX, LEAST_PX, MOST_PX = 28, 14, 26
# Where no zoom is asked for the sizes are those of a town; of a part that is not drawn there, those of its nearest.
USUAL_ZOOM = 14.0
# The picture's system is of no place: pixels to the right and up.
SRS = '+proj=merc +a=6378137 +b=6378137 +lat_ts=0 +lon_0=0 +x_0=0 +y_0=0 +k=1 +units=m +no_defs'

# What has a legend; and a style with the layer that is drawn in it.
type Legendary = Drawing | Coverage
type Part = tuple[Element, dict[str, Any]]


@dataclass(frozen=True)
class Sample:
    """A line of a legend. passes: lowest first, each with one rule that takes everything and sizes that fit."""

    label: Text
    passes: tuple[Pass, ...]
    height_px: float

    def parts(self, name: str, left: float, top: float) -> list[Part]:
        """Style and layer of each pass; left, top: pixels from the picture's upper left corner."""
        inset = max(_width(layer_pass) for layer_pass in self.passes) / 2 + 1
        return [
            _part(f'{name}-{i}', layer_pass, _shape(layer_pass.kind, left, top, self.height_px, inset))
            for i, layer_pass in enumerate(self.passes)
        ]


def samples_of(shown: Legendary, zoom: float | None = None) -> list[Sample]:
    """The lines of the legend, topmost first; at a zoom only those of what is drawn there, in the sizes of it."""
    if isinstance(shown, Coverage):
        return [*_of_ramp(shown)]
    if zoom is not None:
        # before the legend is made: of passes with one title it keeps the topmost, which may not be drawn there
        shown = replace(shown, passes=tuple(layer_pass for layer_pass in shown.passes if layer_pass.seen_at(zoom)))
    return [_sample(entry, zoom) for entry in legend_of(shown)]


def order_of(parts: Sequence[Part], size_px: tuple[float, float], ratio: float) -> bytes:
    """What a renderer is told (dothi.cartography.mapping.renderer) to draw these."""
    wide, high = size_px
    document_of_samples = {
        'width': round(wide * ratio),
        'height': round(high * ratio),
        'ratio': ratio,
        'box': (0, -high, wide, 0),
        'format': 'png',
        'styles': document([style for style, _ in parts], srs=SRS, background=None, buffer_px=64),
        'layers': [layer for _, layer in parts],
    }
    return json.dumps(document_of_samples).encode()


def layer_of(style_: Element, features: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """A layer of features that are given here and now, as a renderer reads it."""
    source = {'type': 'geojson', 'inline': json.dumps({'type': 'FeatureCollection', 'features': [*features]})}
    name = style_.get('name')
    return {'name': name, 'srs': SRS, 'source': source, 'styles': [name]}


def feature(geometry: dict[str, Any], **properties: Any) -> dict[str, Any]:
    """A feature of GeoJSON."""
    return {'type': 'Feature', 'geometry': geometry, 'properties': properties}


def _of_ramp(coverage: Coverage) -> Iterator[Sample]:
    """A value in its colour each, the highest first; between them the map mixes the colours."""
    unit = coverage.bands[coverage.publish.band].unit
    for value, css in reversed(coverage.publish.ramp):
        fill = Pass('fill', StylePart(kind='fill', color=css), (Rule(None, parse_colour(css)),))
        yield Sample(with_unit(value, unit), (fill,), LEAST_PX)


def _sample(entry: Entry, zoom: float | None) -> Sample:
    (top_pass, rule), casing = entry.drawn, entry.casing
    at = _within(top_pass, USUAL_ZOOM) if zoom is None else zoom
    over = _fitting(top_pass, rule, at)
    below = (_fitting(casing, casing.rules[0], at),) if casing else ()
    return Sample(entry.label, (*below, over), max(_height(layer_pass) for layer_pass in (*below, over)))


def _within(draw_pass: Pass, zoom: float) -> float:
    low, high = draw_pass.part.zooms or (zoom, zoom)
    return min(max(zoom, low), high)


def _fitting(draw_pass: Pass, rule: Rule, zoom: float) -> Pass:
    """The pass for one rule that takes everything, in its sizes at the zoom but no larger than a sample is high."""
    size = at_zoom(size_of(draw_pass.part), zoom)
    width = at_zoom(draw_pass.width, zoom) if draw_pass.width is not None else None
    part = (
        draw_pass.part.model_copy(update={'size': min(size, MOST_PX - 4)})
        if draw_pass.kind == 'marker'
        else draw_pass.part
    )
    # a casing shows on both sides of a line that had to become thinner, too
    most = MOST_PX - 6 if draw_pass.casing else MOST_PX - 10
    fits = None if width is None else min(width, most)
    return replace(draw_pass, part=part, rules=(replace(rule, condition=None),), width=fits)


def _height(draw_pass: Pass) -> float:
    size = draw_pass.part.size if draw_pass.kind == 'marker' and isinstance(draw_pass.part.size, int | float) else 0
    return max(LEAST_PX, size + 4, _width(draw_pass) + 4)


def _width(draw_pass: Pass) -> float:
    return draw_pass.width if draw_pass.kind == 'line' and isinstance(draw_pass.width, int | float) else 0


def _part(name: str, draw_pass: Pass, shape: dict[str, Any]) -> Part:
    made = style(name, Sheet(0, draw_pass, shape['type'], USUAL_ZOOM))
    return made, layer_of(made, [feature(shape)])


def _shape(kind: str, left: float, top: float, height: float, inset: float) -> dict[str, Any]:
    right, middle = left + WIDTH_PX, -(top + height / 2)
    if kind == 'marker':
        return {'type': 'Point', 'coordinates': [left + WIDTH_PX / 2, middle]}
    if kind == 'line':
        return {'type': 'LineString', 'coordinates': [[left + inset, middle], [right - inset, middle]]}
    # an edge of a pixel lies on its border
    x0, x1, y0, y1 = left + 1.5, right - 1.5, -(top + 1.5), -(top + height - 1.5)
    return {'type': 'Polygon', 'coordinates': [[[x0, y0], [x1, y0], [x1, y1], [x0, y1], [x0, y0]]]}
