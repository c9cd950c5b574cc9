"""A drawing as layers of a MapLibre style (maplibre.org, style specification 8)."""

import json
from collections.abc import Callable, Iterable
from typing import Any

from dothi.cartography.style.colour import parse_colour
from dothi.cartography.style.conditions import Condition, columns_of
from dothi.cartography.style.drawing import Drawing, Pass, Rule, wider
from dothi.cartography.style.markers import BOX, CELL_PX
from dothi.cartography.style.sizes import (
    BELOW_EM,
    GAP_PX,
    HALO_PX,
    REPEATED_PX,
    sign_radius,
    size_of,
    stops,
    times,
    wrapped_em,
)
from dothi.cartography.style.style_file import MOST_ZOOM, Value
from dothi.cartography.style.zoom import ByZoom, at_zoom

LABEL_FONT, BOLD_FONT = 'Be Vietnam Pro Medium', 'Be Vietnam Pro Bold'
# In tiles, what stands for several features says how many they are.
MERGED = ['has', 'count']
# Where a name stands by its sign, by the side of it that is next to the sign, the best place first.
BESIDE = ['top', 'bottom', 'left', 'right', 'top-left', 'bottom-left', 'top-right', 'bottom-right']
# Of a sign: it is drawn wherever it lies, and names keep clear of it, which have a padding of their own.
TAKES_ROOM = {'icon-allow-overlap': True, 'icon-padding': 0}
# How far the name of an area stands aside of its middle when that is taken, in heights of its letters.
ASIDE_EM = 0.8
LOGIC = {'and': 'all', 'or': 'any'}


def layers_of(drawings: Iterable[Drawing]) -> list[dict[str, Any]]:
    """The layers of a style for sources of vector tiles that are called as their layers: shapes, names, signs.

    MapLibre places from above: signs take their room first, then names by their priority. What a label of polygons is
    drawn from is the tiles' layer `<id>_label`: one inner point per feature, in one tile only. Written from the
    polygons themselves, a name would repeat in every tile.
    """
    passes = [(drawing, number, draw_pass) for drawing in drawings for number, draw_pass in enumerate(drawing.passes)]
    shapes = [each for each in passes if _type(each[2]) != 'symbol']
    names = sorted((each for each in passes if each[2].kind == 'label'), key=lambda each: each[2].part.priority)
    signs = [each for each in passes if each[2].kind == 'marker']
    return [
        *(_layer(drawing, draw_pass, number) for drawing, number, draw_pass in [*shapes, *names]),
        *(_sign(drawing, draw_pass, number) for drawing, number, draw_pass in signs),
    ]


def _sign(drawing: Drawing, draw_pass: Pass, number: int) -> dict[str, Any]:
    """A sign; of a dot, which MapLibre places without looking at anything, only the room that it takes from names."""
    made = _layer(drawing, draw_pass, number)
    if made['type'] == 'symbol':
        return made
    edge = draw_pass.width if draw_pass.part.outline else None
    size = wider(size_of(draw_pass.part), edge or 0)
    room = {'icon-image': ROOM, 'icon-size': by_zoom(times(size, 1 / CELL_PX)), **TAKES_ROOM}
    layout = {'visibility': made['layout']['visibility'], **room}
    return made | {'id': f'{made["id"]}-room', 'type': 'symbol', 'layout': layout, 'paint': {'icon-opacity': 0}}


def icon_name(marker: str, color: str, outline: str | None) -> str:
    """The name of a marker's image in the sprite."""
    return f'{marker} {color} {_plain(outline) if outline else "none"}'


# The image of the room that dots take.
ROOM = icon_name('circle', parse_colour('#000000').css, None)


def _layer(drawing: Drawing, draw_pass: Pass, number: int) -> dict[str, Any]:
    polygons = drawing.layer.geometry.endswith('Polygon')
    made: dict[str, Any] = {
        'id': f'{drawing.layer.id}-{number}',
        'type': _type(draw_pass),
        'source': drawing.layer.id,
        'source-layer': f'{drawing.layer.id}_label' if draw_pass.kind == 'label' and polygons else drawing.layer.id,
        'layout': {
            'visibility': 'visible' if drawing.visible else 'none',
            **_layout(drawing, draw_pass),
        },
        'paint': PAINT[_type(draw_pass)](draw_pass),
    }
    if draw_pass.part.zooms:
        made |= {'minzoom': draw_pass.part.zooms[0], 'maxzoom': draw_pass.part.zooms[1]}
    conditions = [expression(draw_pass.part.condition)] if draw_pass.part.condition else []
    if draw_pass.part.merged is not None:
        conditions.append(MERGED if draw_pass.part.merged else ['!', MERGED])
    if conditions:
        made['filter'] = ['all', *conditions]
    return made


def _type(draw_pass: Pass) -> str:
    if draw_pass.kind == 'marker':
        return 'circle' if draw_pass.part.marker == 'circle' else 'symbol'
    return 'symbol' if draw_pass.kind == 'label' else draw_pass.kind


def _layout(drawing: Drawing, draw_pass: Pass) -> dict[str, Any]:
    if draw_pass.kind == 'line':
        return {'line-cap': 'butt' if draw_pass.part.dash else 'round', 'line-join': 'round'}
    if draw_pass.kind == 'label':
        return _label_layout(drawing, draw_pass)
    return _icon_layout(draw_pass) if _type(draw_pass) == 'symbol' else {}


def _label_layout(drawing: Drawing, draw_pass: Pass) -> dict[str, Any]:
    part, geometry = draw_pass.part, drawing.layer.geometry
    layout: dict[str, Any] = {
        'text-field': ['get', part.text],
        'text-font': [BOLD_FONT if part.bold else LABEL_FONT],
        'text-size': by_zoom(size_of(part)),
        'text-max-width': wrapped_em(part),
        **({'text-letter-spacing': part.spacing} if part.spacing else {}),
    }
    if part.along == 'line':
        return layout | {'symbol-placement': 'line', 'symbol-spacing': REPEATED_PX}
    if geometry.endswith('Point'):
        around = {'text-variable-anchor': BESIDE, 'text-radial-offset': _offset_em(drawing, draw_pass)}
    else:
        around = {'text-variable-anchor': ['center', *BESIDE], 'text-radial-offset': ASIDE_EM}
    return layout | around | {'text-justify': 'auto'}


def _offset_em(drawing: Drawing, draw_pass: Pass) -> Any:
    """From the middle of the sign to its name, in heights of its letters at each zoom."""
    signs = [other for other in drawing.passes if other.kind == 'marker']
    zooms = sorted({*stops(size_of(draw_pass.part)), *(zoom for sign in signs for zoom in _changes(sign))})
    least, most = draw_pass.part.zooms or (0, MOST_ZOOM)
    at = [zoom for zoom in zooms if least <= zoom <= most] or [least]
    return by_zoom({zoom: _em_at(drawing, draw_pass, zoom) for zoom in at})


def _room(sign: Pass, size: float, edge: float) -> float:
    """Side of what a sign takes from names: of its whole image, or the dot with its edge."""
    return size + 2 * edge if sign.part.marker == 'circle' else size * CELL_PX / BOX


def _changes(sign: Pass) -> set[float]:
    """The zooms at which the size of a sign begins to change, or another sign begins."""
    return {*stops(size_of(sign.part)), *stops(sign.width or 0), *(sign.part.zooms or ())}


def _em_at(drawing: Drawing, label: Pass, zoom: float) -> float:
    radius = sign_radius(drawing, label, zoom, _room)
    return round((radius + GAP_PX) / at_zoom(size_of(label.part), zoom), 3) if radius else BELOW_EM


def _icon_layout(draw_pass: Pass) -> dict[str, Any]:
    """Images of the sprite are 24 pixels high."""
    part = draw_pass.part
    names = [icon_name(part.marker, rule.colour.css, part.outline) for rule in draw_pass.rules]
    return {
        'icon-image': _by_rule(draw_pass, names),
        'icon-size': by_zoom(times(size_of(part), 1 / BOX)),
        **TAKES_ROOM,
    }


def _fill(draw_pass: Pass) -> dict[str, Any]:
    outline = {'fill-outline-color': _plain(draw_pass.part.outline)} if draw_pass.part.outline else {}
    return {'fill-color': _colour(draw_pass), **outline}


def _line(draw_pass: Pass) -> dict[str, Any]:
    dash = {'line-dasharray': draw_pass.part.dash} if draw_pass.part.dash and not draw_pass.casing else {}
    return {'line-color': _colour(draw_pass), 'line-width': by_zoom(draw_pass.width or 1.0), **dash}


def _circle(draw_pass: Pass) -> dict[str, Any]:
    part = draw_pass.part
    paint = {'circle-color': _colour(draw_pass), 'circle-radius': by_zoom(times(size_of(part), 0.5))}
    if part.outline:
        paint |= {'circle-stroke-color': _plain(part.outline), 'circle-stroke-width': by_zoom(draw_pass.width or 1.0)}
    return paint


def _symbol(draw_pass: Pass) -> dict[str, Any]:
    if draw_pass.kind == 'marker':
        return {}
    halo = {'text-halo-color': _plain(draw_pass.part.halo), 'text-halo-width': HALO_PX} if draw_pass.part.halo else {}
    return {'text-color': draw_pass.rules[0].colour.css, **halo}


PAINT: dict[str, Callable[[Pass], dict[str, Any]]] = {
    'fill': _fill, 'line': _line, 'circle': _circle, 'symbol': _symbol,
}  # fmt: skip


def _plain(css: str) -> str:
    """The colour in a form that MapLibre knows: of CSS Color 4 it does not know all, and refuses the whole map."""
    return parse_colour(css).css


def _colour(draw_pass: Pass) -> Any:
    return _by_rule(draw_pass, [rule.colour.css for rule in draw_pass.rules])


def _by_rule(draw_pass: Pass, outputs: list[str]) -> Any:
    """`match` for values, `case` for classes, or the only one."""
    if len(outputs) == 1:
        return outputs[0]
    if draw_pass.part.by:
        column, values = draw_pass.part.by.column, list(draw_pass.part.by.values)
        # to-string: in a tile a whole number may come as an integer or as a double
        pairs = [text for value, out in zip(values, outputs, strict=False) for text in (_as_text(value), out)]
        return ['match', ['to-string', ['get', column]], *pairs, outputs[-1]]
    tested = [
        (_class(rule), out)
        for rule, out in zip(draw_pass.rules, outputs, strict=True)
        if rule is not draw_pass.rules[-1]
    ]
    cases = [step for pair in tested for step in pair]
    return ['case', *cases, outputs[-1]]


def _class(rule: Rule) -> list[Any]:
    """The condition of a class, which is false where there is no value: a comparison with null is an error."""
    condition = rule.condition or {}
    return ['all', *(['has', column] for column in sorted(columns_of(condition))), expression(condition)]


def expression(condition: Condition) -> list[Any]:
    """The condition as an expression; columns that a feature does not have make it false."""
    op, args = condition['op'], condition['args']
    if op == 'not':
        return _contrary(args[0])
    if op in LOGIC:
        return [LOGIC[op], *map(expression, args)]
    column = args[0]['property']
    return TESTS.get(op, _compare)(op, column, args[1:])


def _contrary(condition: Condition) -> list[Any]:
    """The condition that holds where `condition` is false; null values satisfy neither, as in the database and QGIS."""
    op, args = condition['op'], condition['args']
    if op == 'not':
        return expression(args[0])
    if op in LOGIC:
        return [LOGIC['or' if op == 'and' else 'and'], *map(_contrary, args)]
    untrue = ['!', expression(condition)]
    return untrue if op == 'isNull' else ['all', ['has', args[0]['property']], untrue]


def _compare(op: str, column: str, args: list[Any]) -> list[Any]:
    (value,) = args
    tested = ['==' if op == '=' else '!=' if op == '<>' else op, ['get', column], value]
    if op == '=':
        return tested
    return ['all', ['has', column], ['case', ['==', ['typeof', ['get', column]], _typeof(value)], tested, False]]


def _typeof(value: Value) -> str:
    return 'boolean' if isinstance(value, bool) else 'number' if isinstance(value, int | float) else 'string'


def _in(_op: str, column: str, args: list[Any]) -> list[Any]:
    return ['in', ['get', column], ['literal', args[0]]]


def _between(_op: str, column: str, args: list[Any]) -> list[Any]:
    return ['all', _compare('>=', column, args[:1]), _compare('<=', column, args[1:])]


def _is_null(_op: str, column: str, _args: list[Any]) -> list[Any]:
    return ['==', ['coalesce', ['get', column], None], None]


def _like(_op: str, column: str, args: list[Any]) -> list[Any]:
    """Only a pattern with its wildcard at the end: expressions know no more of texts than where one begins."""
    start = str(args[0]).removesuffix('%')
    return ['==', ['slice', ['to-string', ['get', column]], 0, len(start)], start]


TESTS: dict[str, Callable[[str, str, list[Any]], list[Any]]] = {
    'in': _in, 'between': _between, 'isNull': _is_null, 'like': _like,
}  # fmt: skip


def _as_text(value: Value) -> str:
    """The value as MapLibre's `to-string` writes it."""
    return json.dumps(value) if isinstance(value, bool) else f'{value:.15g}' if isinstance(value, float) else str(value)


def by_zoom(value: ByZoom) -> Any:
    """A number, or an interpolation between those of the stops."""
    if not isinstance(value, dict):
        return value
    return ['interpolate', ['linear'], ['zoom'], *(number for stop in sorted(value.items()) for number in stop)]
