"""The symbols of a QML: how QGIS draws a rule of a pass."""

import base64
from collections.abc import Callable
from dataclasses import dataclass, replace
from xml.etree.ElementTree import Element, SubElement

from dothi.cartography.style.colour import Colour, parse_colour
from dothi.cartography.style.drawing import Pass, Rule, wider
from dothi.cartography.style.markers import BOX, path_of, silhouette_of, svg_start
from dothi.cartography.style.qgis_expressions import POINTS_PER_PX, at_largest, points
from dothi.cartography.style.sizes import size_of, times
from dothi.cartography.style.zoom import ByZoom

# A symbol has the kind of its geometry, whatever is drawn with it.
KINDS = {'Point': 'marker', 'LineString': 'line', 'Polygon': 'fill'}
# The room for an edge around a sign, in units of its box.
MARGIN = 6.0
NONE = Colour(0, 0, 0, 0.0)


@dataclass(frozen=True)
class DrawnRule:
    """A rule of a pass, and the number of the pass: QGIS draws all layers of one number before those of the next."""

    number: int
    draw_pass: Pass
    rule: Rule
    latitude: float

    @property
    def outline(self) -> Colour:
        return parse_colour(self.draw_pass.part.outline) if self.draw_pass.part.outline else NONE

    @property
    def unseen(self) -> bool:
        """Whether the rule draws nothing that can be seen."""
        return self.rule.colour.unseen and self.outline.unseen


def symbol(name: str, geometry: str, drawn_rules: list[DrawnRule]) -> Element:
    """A symbol of one layer for each of what is drawn, lowest first."""
    kind = KINDS[geometry.removeprefix('Multi')]
    made = Element('symbol', {'name': name, 'type': kind, 'alpha': '1', 'clip_to_extent': '1', 'force_rhr': '0'})
    for layer_pass in drawn_rules:
        layer = LAYERS[layer_pass.draw_pass.kind](layer_pass)
        if layer_pass.draw_pass.kind == 'marker' and kind != 'marker':
            layer = _placed(layer, kind)
        layer.set('pass', str(layer_pass.number))
        made.append(layer)
    return made


def rgba(colour: Colour) -> str:
    """A colour as QML writes it: `198,64,60,255`."""
    return f'{colour.red},{colour.green},{colour.blue},{round(colour.alpha * 255)}'


def options(values: dict[str, str]) -> Element:
    """A map of options, all of them texts."""
    made = Element('Option', {'type': 'Map'})
    for name, value in values.items():
        SubElement(made, 'Option', {'type': 'QString', 'name': name, 'value': value})
    return made


def data_defined(tag: str, expressions: dict[str, str]) -> Element:
    """Properties by expressions; those that are plain numbers are left to the options."""
    made = Element(tag)
    collection = SubElement(made, 'Option', {'type': 'Map'})
    SubElement(collection, 'Option', {'type': 'QString', 'name': 'name', 'value': ''})
    properties = SubElement(collection, 'Option', {'type': 'Map', 'name': 'properties'})
    for name, text in expressions.items():
        option = SubElement(properties, 'Option', {'type': 'Map', 'name': name})
        SubElement(option, 'Option', {'type': 'bool', 'name': 'active', 'value': 'true'})
        SubElement(option, 'Option', {'type': 'QString', 'name': 'expression', 'value': text})
        # of the kinds of properties an expression is the third
        SubElement(option, 'Option', {'type': 'int', 'name': 'type', 'value': '3'})
    SubElement(collection, 'Option', {'type': 'QString', 'name': 'type', 'value': 'collection'})
    return made


def varying(values: dict[str, ByZoom], latitude: float) -> dict[str, str]:
    """The expressions of those sizes that differ by zoom, by property."""
    return {
        name: points(value, latitude) for name, value in values.items() if isinstance(value, dict) and len(value) > 1
    }


def fixed(value: ByZoom) -> str:
    """A size in points, or the largest where it differs by zoom."""
    return f'{at_largest(value) * POINTS_PER_PX:.4g}'


def _layer(kind: str, values: dict[str, str], expressions: dict[str, str]) -> Element:
    made = Element('layer', {'class': kind, 'enabled': '1', 'locked': '0'})
    made.append(options(values))
    made.append(data_defined('data_defined_properties', expressions))
    return made


def _fill(drawn_rule: DrawnRule) -> Element:
    colour = drawn_rule.rule.colour
    values = {
        'color': rgba(colour),
        'style': 'no' if colour.unseen else 'solid',
        **_edge(drawn_rule.outline, 1.0),
        'joinstyle': 'round',
    }
    return _layer('SimpleFill', values, {})


def _line(drawn_rule: DrawnRule) -> Element:
    width, dash = (
        drawn_rule.draw_pass.width or 1.0,
        drawn_rule.draw_pass.part.dash if not drawn_rule.draw_pass.casing else None,
    )
    expressions = varying({'outlineWidth': width}, drawn_rule.latitude)
    if dash and expressions:
        lengths = " || ';' || ".join(f'round(@width * {part:g}, 2)' for part in dash)
        expressions['customDash'] = f"with_variable('width', {expressions['outlineWidth']}, {lengths})"
    values = {
        'line_color': rgba(drawn_rule.rule.colour),
        'line_width': fixed(width),
        'line_width_unit': 'Point',
        'line_style': 'solid',
        'capstyle': 'flat' if dash else 'round',
        'joinstyle': 'round',
        'use_custom_dash': '1' if dash else '0',
        'customdash': ';'.join(fixed(times(width, part)) for part in dash or [5, 2]),
        'customdash_unit': 'Point',
    }
    return _layer('SimpleLine', values, expressions)


def _marker(drawn_rule: DrawnRule) -> Element:
    return _circle(drawn_rule) if drawn_rule.draw_pass.part.marker == 'circle' else _sign(drawn_rule)


def _circle(drawn_rule: DrawnRule) -> Element:
    """QGIS draws half of the edge within the circle, and a style means all of it to be around."""
    edge = (drawn_rule.draw_pass.width or 1.0) if not drawn_rule.outline.unseen else 0.0
    size = wider(size_of(drawn_rule.draw_pass.part), times(edge, 0.5))
    values = {'name': 'circle', 'color': rgba(drawn_rule.rule.colour), 'size': fixed(size), 'size_unit': 'Point'}
    sizes = {'size': size, **({'outlineWidth': edge} if edge else {})}
    return _layer('SimpleMarker', values | _edge(drawn_rule.outline, edge), varying(sizes, drawn_rule.latitude))


def _sign(drawn_rule: DrawnRule) -> Element:
    """A sign of the marker set within the style itself, so that it goes wherever the style goes."""
    edge: ByZoom = (drawn_rule.draw_pass.width or 1.0) if not drawn_rule.outline.unseen else 0.0
    # the edge is drawn on both sides of the silhouette, and the sign covers the inner one
    size, stroke = times(size_of(drawn_rule.draw_pass.part), 1 + 2 * MARGIN / BOX), times(edge, 2)
    svg = _svg(drawn_rule.draw_pass.part.marker, edged=not drawn_rule.outline.unseen)
    values = {
        'name': f'base64:{base64.b64encode(svg.encode()).decode()}',
        'color': rgba(drawn_rule.rule.colour),
        'size': fixed(size),
        'size_unit': 'Point',
        **_edge(drawn_rule.outline, stroke),
    }
    sizes = {'size': size, **({'outlineWidth': stroke} if edge else {})}
    return _layer('SvgMarker', values, varying(sizes, drawn_rule.latitude))


def _svg(name: str, *, edged: bool) -> str:
    """A sign whose colours QGIS puts in, so that staff can change them."""
    edge = (
        f'<path d="{silhouette_of(name)}" fill="param(outline) #ffffff" fill-opacity="param(outline-opacity) 1" '
        'stroke="param(outline) #ffffff" stroke-opacity="param(outline-opacity) 1" '
        'stroke-width="param(outline-width) 0" stroke-linejoin="round"/>'
    )
    sign = (
        f'<path d="{path_of(name)}" fill-rule="evenodd" fill="param(fill) #000000" '
        'fill-opacity="param(fill-opacity) 1"/>'
    )
    return f'{svg_start(BOX + 2 * MARGIN, MARGIN)}{edge if edged else ""}{sign}</svg>'


def _edge(colour: Colour, width: ByZoom) -> dict[str, str]:
    return {
        'outline_color': rgba(colour),
        'outline_style': 'no' if colour.unseen else 'solid',
        'outline_width': fixed(width),
        'outline_width_unit': 'Point',
    }


def _placed(marker: Element, kind: str) -> Element:
    """A marker inside a polygon, or in the middle of a line."""
    inner = Element('symbol', {'name': '@0@0', 'type': 'marker', 'alpha': '1'})
    inner.append(marker)
    if kind == 'fill':
        made = _layer('CentroidFill', {'point_on_surface': '1', 'point_on_all_parts': '0'}, {})
    else:
        made = _layer('MarkerLine', {'placements': 'CentralPoint', 'rotate': '0'}, {})
    made.append(inner)
    return made


def casing_of(drawn_rule: DrawnRule, passes: tuple[Pass, ...]) -> DrawnRule | None:
    """What lies below a line as its casing, if anything does."""
    for number, other in enumerate(passes):
        if other.casing and other.part is drawn_rule.draw_pass.part:
            return replace(drawn_rule, number=number, draw_pass=other, rule=other.rules[0])
    return None


LAYERS: dict[str, Callable[[DrawnRule], Element]] = {'fill': _fill, 'line': _line, 'marker': _marker}
