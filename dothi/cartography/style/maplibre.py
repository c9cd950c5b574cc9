"""A drawing as layers of a MapLibre style (maplibre.org, style specification 8)."""

import json
from collections.abc import Callable
from typing import Any

from dothi.cartography.style.colour import parse_colour
from dothi.cartography.style.conditions import Condition, columns_of
from dothi.cartography.style.drawing import Drawing, Pass, Rule
from dothi.cartography.style.markers import BOX
from dothi.cartography.style.sizes import BELOW_EM, HALO_PX, size_of, times
from dothi.cartography.style.style_file import Value
from dothi.cartography.style.zoom import ByZoom

LABEL_FONT = 'Be Vietnam Pro Medium'
# In tiles, what stands for several features says how many they are.
MERGED = ['has', 'count']
LOGIC = {'and': 'all', 'or': 'any'}


def layers_of(drawing: Drawing, source: str, *, labels: bool) -> list[dict[str, Any]]:
    """The style's layers for a source of vector tiles: the labels of the drawing, or all the rest.

    A label of polygons is drawn from the tiles' layer `<id>_label`: one inner point per feature, in one tile only.
    Written from the polygons themselves, a name would repeat in every tile.
    """
    return [
        _layer(drawing, layer_pass, number, source)
        for number, layer_pass in enumerate(drawing.passes)
        if (layer_pass.kind == 'label') is labels
    ]


def icon_name(marker: str, color: str, outline: str | None) -> str:
    """The name of a marker's image in the sprite."""
    return f'{marker} {color} {_plain(outline) if outline else "none"}'


def _layer(drawing: Drawing, draw_pass: Pass, number: int, source: str) -> dict[str, Any]:
    polygons = drawing.layer.geometry.endswith('Polygon')
    made: dict[str, Any] = {
        'id': f'{drawing.layer.id}-{number}',
        'type': _type(draw_pass),
        'source': source,
        'source-layer': f'{drawing.layer.id}_label' if draw_pass.kind == 'label' and polygons else drawing.layer.id,
        'layout': {
            'visibility': 'visible' if drawing.visible else 'none',
            **_layout(draw_pass, drawing.layer.geometry),
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


def _layout(draw_pass: Pass, geometry: str) -> dict[str, Any]:
    if draw_pass.kind == 'line':
        return {'line-cap': 'butt' if draw_pass.part.dash else 'round', 'line-join': 'round'}
    if draw_pass.kind == 'label':
        return _label_layout(draw_pass, geometry)
    return _icon_layout(draw_pass) if _type(draw_pass) == 'symbol' else {}


def _label_layout(draw_pass: Pass, geometry: str) -> dict[str, Any]:
    part = draw_pass.part
    layout: dict[str, Any] = {
        'text-field': ['get', part.text],
        'text-font': [LABEL_FONT],
        'text-size': by_zoom(size_of(part)),
        'text-max-width': 7,
    }
    if part.along == 'line':
        layout['symbol-placement'] = 'line'
    elif geometry.endswith('Point'):
        layout |= {'text-anchor': 'top', 'text-offset': [0, BELOW_EM]}
    # the lower key is placed first
    return layout | ({'symbol-sort-key': -part.priority} if part.priority else {})


def _icon_layout(draw_pass: Pass) -> dict[str, Any]:
    """Images of the sprite are 24 pixels high."""
    part = draw_pass.part
    names = [icon_name(part.marker, rule.colour.css, part.outline) for rule in draw_pass.rules]
    return {
        'icon-image': _by_rule(draw_pass, names),
        'icon-size': by_zoom(times(size_of(part), 1 / BOX)),
        'icon-allow-overlap': True,
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
