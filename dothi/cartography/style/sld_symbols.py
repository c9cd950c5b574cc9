"""The symbolizers of an SLD (OGC Symbology Encoding 1.1.0, OGC 05-077r4): how a rule is drawn at one zoom."""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement

from dothi.cartography.style.colour import Colour, parse_colour
from dothi.cartography.style.drawing import Pass, Rule
from dothi.cartography.style.markers import marker_svg
from dothi.cartography.style.sizes import BELOW_EM, GAP_PX, HALO_PX, REPEATED_PX, size_of
from dothi.cartography.style.sld_filter import OGC
from dothi.cartography.style.zoom import at_zoom

SE = 'http://www.opengis.net/se'
# 11.3.2: what every client can draw without a picture.
WELL_KNOWN = {'circle', 'square', 'triangle', 'star'}
# It has all Vietnamese letters, and every map server of Linux has it.
FONT = 'DejaVu Sans'
NONE = Colour(0, 0, 0, 0.0)


@dataclass(frozen=True)
class RuleView:
    """A rule of a pass at a zoom. sign_px: from the middle of the sign that a label names to its edge."""

    draw_pass: Pass
    rule: Rule
    zoom: float
    geometry: str
    sign_px: float = 0.0

    @property
    def outline(self) -> Colour | None:
        outline_colour = parse_colour(self.draw_pass.part.outline) if self.draw_pass.part.outline else None
        return outline_colour if outline_colour and not outline_colour.unseen else None

    @property
    def size(self) -> float:
        return at_zoom(size_of(self.draw_pass.part), self.zoom)

    @property
    def below_px(self) -> float:
        """From a point down to the letters that name it."""
        return self.sign_px + GAP_PX if self.sign_px else BELOW_EM * self.size

    @property
    def width(self) -> float:
        return at_zoom(self.draw_pass.width or 1.0, self.zoom)

    @property
    def unseen(self) -> bool:
        """Whether the rule draws nothing that can be seen."""
        return self.rule.colour.unseen and self.outline is None


def symbolizer(rule_view: RuleView) -> Element:
    """The symbolizer of a rule; sizes are pixels."""
    return SYMBOLIZERS[rule_view.draw_pass.kind](rule_view)


def unseen_symbolizer(geometry: str) -> Element:
    """A symbolizer of a geometry with which nothing is seen."""
    if 'Point' in geometry:
        made = element('PointSymbolizer')
        mark = inside(inside(made, 'Graphic'), 'Mark')
        inside(mark, 'WellKnownName', 'circle')
        mark.append(_filled(NONE))
        return made
    made = element('LineSymbolizer' if 'Line' in geometry else 'PolygonSymbolizer')
    made.append(_stroke(NONE, 1) if 'Line' in geometry else _filled(NONE))
    return made


def element(tag: str, /, text: str | None = None, **attributes: str) -> Element:
    """An element of Symbology Encoding."""
    made = Element(f'{{{SE}}}{tag}', attributes)
    made.text = text
    return made


def inside(parent: Element, tag: str, /, text: str | None = None, **attributes: str) -> Element:
    """The same, as the last one of `parent`."""
    made = element(tag, text, **attributes)
    parent.append(made)
    return made


def _fill(rule_view: RuleView) -> Element:
    made = element('PolygonSymbolizer')
    if not rule_view.rule.colour.unseen:
        made.append(_filled(rule_view.rule.colour))
    if rule_view.outline:
        made.append(_stroke(rule_view.outline, 1.0))
    return made


def _line(rule_view: RuleView) -> Element:
    made, dash = element('LineSymbolizer'), rule_view.draw_pass.part.dash if not rule_view.draw_pass.casing else None
    made.append(_stroke(rule_view.rule.colour, rule_view.width, dash))
    return made


def _marker(rule_view: RuleView) -> Element:
    """A sign of the marker set lies within the document; after it comes a mark for a client that draws no SVG."""
    made = element('PointSymbolizer')
    graphic, marker = inside(made, 'Graphic'), rule_view.draw_pass.part.marker
    edge = rule_view.width if rule_view.outline else 0.0
    if marker not in WELL_KNOWN:
        graphic.append(_picture(rule_view, edge))
    mark = inside(graphic, 'Mark')
    inside(mark, 'WellKnownName', marker if marker in WELL_KNOWN else 'square')
    mark.append(_filled(rule_view.rule.colour))
    if rule_view.outline:
        mark.append(_stroke(rule_view.outline, rule_view.width))
    # a mark has half of its edge inside, and the style means all of it to be around; a picture holds it whole
    inside(graphic, 'Size', number(rule_view.size + (edge if marker in WELL_KNOWN else 2 * edge)))
    return made


def _picture(rule_view: RuleView, edge: float) -> Element:
    svg = marker_svg(
        rule_view.draw_pass.part.marker, rule_view.rule.colour, rule_view.outline, size=rule_view.size, edge=edge
    )
    made = element('ExternalGraphic')
    inside(made, 'InlineContent', base64.b64encode(svg.encode()).decode(), encoding='base64')
    inside(made, 'Format', 'image/svg+xml')
    return made


def _label(rule_view: RuleView) -> Element:
    """Symbology Encoding has no word for the priority of a label."""
    part = rule_view.draw_pass.part
    made = element('TextSymbolizer')
    SubElement(inside(made, 'Label'), f'{{{OGC}}}PropertyName').text = part.text
    weight = {'font-weight': 'bold'} if part.bold else {}
    font = {'font-family': FONT, **weight, 'font-size': number(rule_view.size)}
    made.append(_parameters('Font', font))
    made.append(_label_placement(rule_view))
    if part.halo:
        halo = inside(made, 'Halo')
        inside(halo, 'Radius', number(HALO_PX))
        halo.append(_filled(parse_colour(part.halo)))
    made.append(_filled(rule_view.rule.colour))
    return made


def _label_placement(rule_view: RuleView) -> Element:
    made = element('LabelPlacement')
    if rule_view.draw_pass.part.along == 'line':
        along = inside(made, 'LinePlacement')
        inside(along, 'IsRepeated', 'true')
        inside(along, 'Gap', number(REPEATED_PX))
        inside(along, 'IsAligned', 'true')
    else:
        below = rule_view.geometry.endswith('Point')
        place = inside(made, 'PointPlacement')
        anchor = inside(place, 'AnchorPoint')
        inside(anchor, 'AnchorPointX', '0.5')
        inside(anchor, 'AnchorPointY', '1' if below else '0.5')
        if below:
            moved = inside(place, 'Displacement')
            inside(moved, 'DisplacementX', '0')
            inside(moved, 'DisplacementY', number(-rule_view.below_px))
    return made


SYMBOLIZERS: dict[str, Callable[[RuleView], Element]] = {
    'fill': _fill,
    'line': _line,
    'marker': _marker,
    'label': _label,
}


def _filled(colour: Colour) -> Element:
    return _parameters('Fill', {'fill': colour.hex} | _opacity('fill', colour))


def _stroke(colour: Colour, width: float, dash: list[float] | None = None) -> Element:
    values = {'stroke': colour.hex} | _opacity('stroke', colour) | {'stroke-width': number(width)}
    values |= {'stroke-linejoin': 'round', 'stroke-linecap': 'butt' if dash else 'round'}
    if dash:
        values['stroke-dasharray'] = ' '.join(number(part * width) for part in dash)
    return _parameters('Stroke', values)


def _opacity(what: str, colour: Colour) -> dict[str, str]:
    return {} if colour.alpha == 1 else {f'{what}-opacity': number(colour.alpha)}


def _parameters(name: str, values: dict[str, str]) -> Element:
    made = element(name)
    for parameter, value in values.items():
        inside(made, 'SvgParameter', value, name=parameter)
    return made


def number(value: float) -> str:
    """A size or share in four digits."""
    return f'{value:.4g}'
