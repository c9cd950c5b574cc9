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

from dothi.cartography.fonts import font_sets
from dothi.cartography.style.colour import Colour, parse_colour
from dothi.cartography.style.drawing import Drawing, Pass
from dothi.cartography.style.markers import BOX, file_of, silhouette_file
from dothi.cartography.style.sizes import (
    BELOW_EM,
    GAP_PX,
    HALO_PX,
    LABEL_PX,
    REPEATED_PX,
    SIGN_PX,
    sign_radius,
    size_of,
    wrapped_em,
)
from dothi.cartography.style.zoom import at_zoom

OUTLINE_PX = 1.0
HIDDEN = Colour(0, 0, 0, 0.0)
# Between a name and what it gives way to.
MARGIN_PX = 2
# Of a sign: names keep clear of it. Signs themselves are drawn wherever they lie.
TAKES_ROOM = {'ignore-placement': 'false'}
# Where a name stands by its sign, the best place first.
AROUND = 'S,N,E,W,SE,NE,SW,NW'
# A name that the edge would cut, or its halo, is left out; or it is drawn, and goes on in the next picture.
WHOLE = {'avoid-edges': 'true', 'minimum-padding': f'{HALO_PX + 2:g}'}
# Names along lines do not, nor what gives way to them: each picture knows only its own part of a line.
CROSSING_PRIORITY = 70
EDGES = {'avoid-edges': 'false'}
# Attributes of a label that every other place of it needs as well.
REPEATED = (*WHOLE, 'margin', 'wrap-width', 'character-spacing')
# Where the name of an area stands when a sign is in its way, in heights of its letters from the middle.
ASIDE_EM = (
    (0, -1.3), (0, 1.3), (-2, 0), (2, 0), (0, -2.4), (0, 2.4), (-2, -1.3), (2, -1.3), (-2, 1.3), (2, 1.3), (-3.5, 0),
    (3.5, 0), (-3, -2.4), (3, -2.4), (-3, 2.4), (3, 2.4), (0, -3.6), (0, 3.6),
)  # fmt: skip
# What is named before all others is large enough to stand farther aside, as a town's name does beside its streets.
FAR_ASIDE_EM = tuple(
    sorted(
        ((1.5 * across, 1.2 * down) for across in range(-6, 7) for down in range(-7, 8) if abs(across) + abs(down) > 2),
        key=lambda place: place[0] ** 2 / 2 + place[1] ** 2,
    )
)
FIRST_PRIORITY = 90


@dataclass(frozen=True)
class Sheet:
    """A pass as it is drawn at a zoom. number: of the pass in its drawing, which its columns are called by.

    sign_px: from the middle of the sign that a label names to its edge. crosses_edges: whether names may reach beyond
    the picture, as those of pictures do that lie side by side. quick_halos: whether Mapnik draws halos from the pixels
    of the letters and not from their outlines.
    """

    number: int
    drawn: Pass
    geometry: str
    zoom: float
    sign_px: float = 0.0
    crosses_edges: bool = False
    quick_halos: bool = False

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


def sheets(drawing: Drawing, zoom: float, *, crosses_edges: bool = False, quick_halos: bool = False) -> list[Sheet]:
    """The passes that are drawn at `zoom`, lowest first."""
    return [
        sheet_of(drawing, number, zoom, crosses_edges=crosses_edges, quick_halos=quick_halos)
        for number, layer_pass in enumerate(drawing.passes)
        if layer_pass.seen_at(zoom) and any(map(layer_pass.shows, layer_pass.rules))
    ]


def sheet_of(
    drawing: Drawing, number: int, zoom: float, *, crosses_edges: bool = False, quick_halos: bool = False
) -> Sheet:
    """A pass of the drawing as it is drawn at `zoom`."""
    drawn = drawing.passes[number]
    sign_px = sign_radius(drawing, drawn, zoom) if drawn.kind == 'label' else 0.0
    return Sheet(number, drawn, drawing.layer.geometry, zoom, sign_px, crosses_edges, quick_halos)


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
    fonts = (tostring(font_set, encoding='unicode') for font_set in font_sets())
    return empty.replace('</Map>', f'{"".join([*fonts, *styles])}</Map>')


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
        return [
            _marked(sheet, size + edge, {'marker-type': 'ellipse', **_paint('fill', colour), **stroke} | TAKES_ROOM)
        ]
    sign = _marked(sheet, size, {'file': str(file_of(part.marker)), **_paint('fill', colour), 'stroke-width': '0'})
    if not edge:
        sign.attrib |= TAKES_ROOM
        return [sign]
    # Mapnik makes the stroke of a file as many times larger as the file
    stroke = _paint('stroke', outline) | {'stroke-width': _number(2 * edge * BOX / size)}
    below = {'file': str(silhouette_file(part.marker)), **_paint('fill', outline), **stroke}
    return [_marked(sheet, size, below | TAKES_ROOM), sign]


def _marked(sheet: Sheet, size: float, look: dict[str, str]) -> Element:
    at = {
        'width': _number(size),
        'height': _number(size),
        'allow-overlap': 'true',
        'ignore-placement': 'true',
        'placement': 'point' if sheet.geometry.endswith('Point') else 'interior',
    }
    return Element('MarkersSymbolizer', at | look)


def _label(sheet: Sheet, colour: Colour) -> list[Element]:
    part = sheet.drawn.part
    size = sheet.size(part.size, LABEL_PX)
    placement = _placement(sheet, size)
    attributes = {
        'fontset-name': 'heading' if part.bold else 'text',
        'size': _number(size),
        **_paint('fill', colour, opacity='opacity'),
        'margin': str(MARGIN_PX),
        **(EDGES if sheet.crosses_edges and part.priority >= CROSSING_PRIORITY and not placement.along else WHOLE),
        **placement.attributes,
    }
    if part.spacing:
        attributes['character-spacing'] = _number(part.spacing * size)
    if part.halo:
        halo = parse_colour(part.halo)
        attributes |= _paint('halo-fill', halo, opacity='halo-opacity') | {'halo-radius': _number(HALO_PX)}
        attributes |= {'halo-rasterizer': 'fast'} if sheet.quick_halos else {}
    made = Element('TextSymbolizer', attributes)
    made.text = f'[{sheet.text_column}]'
    made.extend(_other_place(attributes, *place) for place in placement.others)
    return [made]


def _other_place(attributes: dict[str, str], dx: float, dy: float) -> Element:
    """Another place of a label; what it leaves out is not that of the first place but Mapnik's own default."""
    repeated = {name: attributes[name] for name in REPEATED if name in attributes}
    return Element('Placement', repeated | {'dx': _number(dx), 'dy': _number(dy)})


@dataclass(frozen=True)
class Placement:
    """Where a label stands: attributes of the first place, and how far from it the other ones are, in pixels."""

    attributes: dict[str, str]
    others: tuple[tuple[float, float], ...] = ()
    along: bool = False


def _placement(sheet: Sheet, size: float) -> Placement:
    """Along the part of a line that is seen, inside the whole of a polygon, or beside a point.

    Along the whole of a line that leaves the picture most places would be tried in vain: 3 of 14 ms of a street map.
    Of a line on two pictures each has a part of its own, so its names stay within each of them.
    """
    spacing = str(REPEATED_PX)
    if sheet.drawn.part.along == 'line' and not sheet.geometry.endswith('Point'):
        along = {'placement': 'line', 'spacing': spacing, 'repeat-distance': spacing, 'max-char-angle-delta': '25'}
        return Placement(along | {'clip': 'true'}, along=True)
    place = {'wrap-width': _number(size * wrapped_em(sheet.drawn.part)), 'clip': 'false'}
    if sheet.geometry.endswith('Point'):
        beside = _number(sheet.sign_px + GAP_PX) if sheet.sign_px else _number(size * BELOW_EM)
        around = {'placement-type': 'simple', 'placements': AROUND, 'dx': beside, 'dy': beside}
        return Placement(place | {'placement': 'point'} | around)
    places_em = ASIDE_EM + (FAR_ASIDE_EM if sheet.drawn.part.priority >= FIRST_PRIORITY else ())
    aside = tuple((across * size, down * size) for across, down in places_em)
    middle = {'horizontal-alignment': 'middle', 'vertical-alignment': 'middle', 'justify-alignment': 'center'}
    return Placement(place | {'placement': 'interior', 'placement-type': 'list'} | middle, aside)


SYMBOLS = {'fill': _fill, 'line': _line, 'marker': _marker, 'label': _label}


def _outline(sheet: Sheet) -> Colour:
    return parse_colour(sheet.drawn.part.outline) if sheet.drawn.part.outline else HIDDEN


def _paint(name: str, colour: Colour, opacity: str | None = None) -> dict[str, str]:
    """A colour and its opacity, as Mapnik's symbolizers take them apart."""
    opaque = {} if colour.alpha == 1 else {opacity or f'{name}-opacity': _number(colour.alpha)}
    return {name: colour.hex} | opaque


def _number(value: float) -> str:
    return f'{value:.4g}'
