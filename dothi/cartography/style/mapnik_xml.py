"""A drawing as Mapnik's styles: one for each of its passes, lowest first, with sizes for one zoom.

The conditions of its rules are not in them. The database decides which rule of a pass takes a feature
(cartography/mapping/layer_query.py) and hands Mapnik its number, so no column's name and no value of a style has to be
written in Mapnik's expressions, which have other ideas of text, null and quotes than CQL2.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Comment, Element, SubElement, fromstring, tostring

from dothi.cartography.style.colour import Colour, parse_colour
from dothi.cartography.style.drawing import Drawing, Pass
from dothi.cartography.style.markers import BOX, file_of, silhouette_file
from dothi.cartography.style.sizes import BELOW_EM, HALO_PX, LABEL_PX, SIGN_PX, size_of
from dothi.cartography.style.zoom import at_zoom

# Of the fonts in Mapnik's wheel; it has all Vietnamese letters.
FACE = 'DejaVu Sans Book'
# Between two of the same name along a line.
REPEATED_PX = 250
WRAPPED_EM = 7
OUTLINE_PX = 1.0
HIDDEN = Colour(0, 0, 0, 0.0)


@dataclass(frozen=True)
class Sheet:
    """A pass as it is drawn at a zoom. number: of the pass in its drawing, which its columns are called by."""

    number: int
    drawn: Pass
    geometry: str
    zoom: float

    @property
    def rule_column(self) -> str:
        """The column with the number of the rule that takes a feature; null where none does."""
        return f'rule_{self.number}'

    @property
    def text_column(self) -> str:
        """The column with the text of a label."""
        return f'text_{self.number}'

    @property
    def takes_all(self) -> bool:
        """Whether its first rule takes every feature, so that nothing has to be decided."""
        return self.drawn.rules[0].condition is None

    def size(self, value: object, otherwise: float) -> float:
        """A width or size in pixels of the style."""
        return at_zoom(value, self.zoom) if isinstance(value, int | float | dict) else otherwise


def sheets(drawing: Drawing, zoom: float) -> list[Sheet]:
    """The passes that are drawn at `zoom`, lowest first."""
    return [
        Sheet(number, layer_pass, drawing.layer.geometry, zoom)
        for number, layer_pass in enumerate(drawing.passes)
        if layer_pass.seen_at(zoom) and any(map(layer_pass.shows, layer_pass.rules))
    ]


def style(name: str, sheet: Sheet) -> Element:
    """Mapnik's `<Style>` of one pass."""
    made = Element('Style', {'name': name, 'filter-mode': 'first'})
    for number, rule in enumerate(sheet.drawn.rules):
        written = SubElement(made, 'Rule')
        if not sheet.takes_all:
            SubElement(written, 'Filter').text = f'[{sheet.rule_column}] = {number}'
        written.extend(SYMBOLS[sheet.drawn.kind](sheet, rule.colour))
        if sheet.takes_all:
            break
    return made


def raster_style(name: str) -> Element:
    """Mapnik's `<Style>` of a raster in colours, on the very pixels of the picture."""
    made = Element('Style', {'name': name})
    SubElement(SubElement(made, 'Rule'), 'RasterSymbolizer', {'scaling': 'near'})
    return made


def document(styles: Iterable[Element], *, srs: str, background: Colour | None, buffer_px: int) -> str:
    """Mapnik's whole map without its layers."""
    written = (tostring(style, encoding='unicode') for style in styles)
    return document_of_written(written, srs=srs, background=background, buffer_px=buffer_px)


def document_of_written(styles: Iterable[str], *, srs: str, background: Colour | None, buffer_px: int) -> str:
    """Mapnik's whole map without its layers, of styles that are XML already."""
    attributes = {'srs': srs, 'buffer-size': str(buffer_px)}
    if background is not None:
        attributes['background-color'] = f'rgba({background.css[5:]}' if background.alpha < 1 else background.hex
    empty = tostring(Element('Map', attributes), encoding='unicode', short_empty_elements=False)
    return empty.replace('</Map>', f'{"".join(styles)}</Map>')


def reach_px(sheet: Sheet) -> float:
    """How far from its geometry a pass draws, in pixels of the style; a label finds its own place."""
    if sheet.drawn.kind == 'marker':
        # a sign is as high as wide, and its edge lies around it
        return sheet.size(size_of(sheet.drawn.part), SIGN_PX) / 2 + sheet.size(sheet.drawn.width, 1.0)
    if sheet.drawn.kind == 'line':
        return sheet.size(sheet.drawn.width, 1.0) / 2
    return OUTLINE_PX if sheet.drawn.kind == 'fill' else 0.0


def template(drawings: Iterable[Drawing], zoom: float) -> str:
    """The styles of these drawings at a zoom, as a map without layers: where the rows come from is not said.

    A row is to say in `rule_<pass>` which rule takes it; a comment before each style has their conditions, as CQL2 in
    JSON. Signs are named `markers/school.svg`: where they lie on this machine is nobody's business.
    """
    named_sheets = [
        (f'{drawing.layer.id}-{sheet.number}', sheet) for drawing in drawings for sheet in sheets(drawing, zoom)
    ]
    made = fromstring(document((), srs='epsg:3857', background=None, buffer_px=0))  # noqa: S314
    for name, sheet in named_sheets:
        made.append(Comment(_conditions(sheet)))
        made.append(_without_folders(style(name, sheet)))
    return tostring(made, encoding='unicode')


def _without_folders(made: Element) -> Element:
    for symbolizer in made.iter('MarkersSymbolizer'):
        if file := symbolizer.get('file'):
            symbolizer.set('file', f'markers/{Path(file).name}')
    return made


def _conditions(sheet: Sheet) -> str:
    if sheet.takes_all:
        return ' every row '
    rules = [
        f'{sheet.rule_column} = {number}: {json.dumps(rule.condition)}' for number, rule in enumerate(sheet.drawn.rules)
    ]
    # two hyphens would end a comment
    return f' {re.sub("-(?=-)", "- ", "; ".join(rules))} '


def _fill(sheet: Sheet, colour: Colour) -> list[Element]:
    made = [] if colour.unseen else [Element('PolygonSymbolizer', _paint('fill', colour))]
    outline = _outline(sheet)
    if not outline.unseen:
        # corners of so thin a line look the same round, which takes a sixth longer for a picture of houses
        edge = _paint('stroke', outline) | {'stroke-width': _number(OUTLINE_PX), 'stroke-linejoin': 'miter'}
        made.append(Element('LineSymbolizer', edge))
    return made


def _line(sheet: Sheet, colour: Colour) -> list[Element]:
    width, dash = sheet.size(sheet.drawn.width, 1.0), sheet.drawn.part.dash
    attributes = _paint('stroke', colour) | {
        'stroke-width': _number(width),
        'stroke-linejoin': 'round',
        'stroke-linecap': 'butt' if dash else 'round',
    }
    if dash and not sheet.drawn.casing:
        attributes['stroke-dasharray'] = ', '.join(_number(part * max(width, 0.5)) for part in dash)
    return [Element('LineSymbolizer', attributes)]


def _marker(sheet: Sheet, colour: Colour) -> list[Element]:
    """A dot, of whose edge Mapnik draws half inside; or a sign on its silhouette, whose wider edge shows around it."""
    part, outline = sheet.drawn.part, _outline(sheet)
    size = sheet.size(size_of(part), SIGN_PX)
    edge = 0.0 if outline.unseen else sheet.size(sheet.drawn.width, 1.0)
    if part.marker == 'circle':
        stroke = _paint('stroke', outline) | {'stroke-width': _number(edge)}
        return [_marked(sheet, size + edge, {'marker-type': 'ellipse', **_paint('fill', colour), **stroke})]
    sign = _marked(sheet, size, {'file': str(file_of(part.marker)), **_paint('fill', colour), 'stroke-width': '0'})
    if not edge:
        return [sign]
    # Mapnik makes the stroke of a file as many times larger as the file
    stroke = _paint('stroke', outline) | {'stroke-width': _number(2 * edge * BOX / size)}
    below = {'file': str(silhouette_file(part.marker)), **_paint('fill', outline), **stroke}
    return [_marked(sheet, size, below), sign]


def _marked(sheet: Sheet, size: float, look: dict[str, str]) -> Element:
    at = {
        'width': _number(size),
        'height': _number(size),
        'allow-overlap': 'true',
        'ignore-placement': 'true',
        'placement': 'point' if sheet.geometry.endswith('Point') else 'interior',
    }
    return Element('MarkersSymbolizer', look | at)


def _label(sheet: Sheet, colour: Colour) -> list[Element]:
    part = sheet.drawn.part
    size = sheet.size(part.size, LABEL_PX)
    attributes = {
        'face-name': FACE,
        'size': _number(size),
        **_paint('fill', colour, opacity='opacity'),
        **_placement(sheet, size),
        # a name that the edge would cut is left out
        'avoid-edges': 'true',
        'margin': '2',
    }
    if part.halo:
        halo = parse_colour(part.halo)
        attributes |= _paint('halo-fill', halo, opacity='halo-opacity') | {'halo-radius': _number(HALO_PX)}
    made = Element('TextSymbolizer', attributes)
    made.text = f'[{sheet.text_column}]'
    return [made]


def _placement(sheet: Sheet, size: float) -> dict[str, str]:
    """Along the part of a line that is seen, inside the whole of a polygon, or below a point.

    Along the whole of a line that leaves the picture most places would be tried in vain: 3 of 14 ms of a street map.
    """
    spacing = str(REPEATED_PX)
    if sheet.drawn.part.along == 'line' and not sheet.geometry.endswith('Point'):
        along = {'placement': 'line', 'spacing': spacing, 'repeat-distance': spacing, 'max-char-angle-delta': '25'}
        return along | {'clip': 'true'}
    wrapped = {'wrap-width': _number(size * WRAPPED_EM), 'clip': 'false'}
    if sheet.geometry.endswith('Point'):
        return wrapped | {'placement': 'point', 'vertical-alignment': 'bottom', 'dy': _number(size * BELOW_EM)}
    return wrapped | {'placement': 'interior'}


SYMBOLS = {'fill': _fill, 'line': _line, 'marker': _marker, 'label': _label}


def _outline(sheet: Sheet) -> Colour:
    return parse_colour(sheet.drawn.part.outline) if sheet.drawn.part.outline else HIDDEN


def _paint(name: str, colour: Colour, opacity: str | None = None) -> dict[str, str]:
    """A colour and its opacity, as Mapnik's symbolizers take them apart."""
    opaque = {} if colour.alpha == 1 else {opacity or f'{name}-opacity': _number(colour.alpha)}
    return {name: colour.hex} | opaque


def _number(value: float) -> str:
    return f'{value:.4g}'
