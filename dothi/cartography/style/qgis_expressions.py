"""Conditions and sizes as expressions of QGIS (QGIS 3.40, user guide, chapter Expressions)."""

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from dothi.cartography.style.conditions import Condition
from dothi.cartography.style.zoom import EQUATOR_M, WORLD_PX, ByZoom, metres_per_px

# QGIS counts 96 pixels to the inch when it says what the scale of its window is; OGC's pixel is a little larger.
PIXEL_M = 0.0254 / 96
POINTS_PER_PX = 72 / 96


def scale_of(zoom: float, latitude: float) -> float:
    """The denominator of the scale that QGIS shows at a zoom."""
    return metres_per_px(zoom, latitude) / PIXEL_M


def expression(condition: Condition) -> str:
    """The condition as an expression: comparisons with NULL are NULL, which a filter takes for false."""
    op, args = condition['op'], condition['args']
    if op == 'not':
        return f'NOT {_grouped(args[0])}'
    if op in {'and', 'or'}:
        return f' {op.upper()} '.join(map(_grouped, args))
    return TESTS.get(op, _compare)(op, column(args[0]['property']), args[1:])


def column(name: str) -> str:
    """A column in an expression, whatever it is called."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: Any) -> str:
    """A value in an expression."""
    if isinstance(value, bool):
        return 'true' if value else 'false'
    if isinstance(value, int | float):
        return repr(value)
    # QGIS reads a backslash before a letter as a sign of its own
    return "'" + str(value).replace('\\', '\\\\').replace("'", "''") + "'"


def points(value: ByZoom, latitude: float) -> str:
    """A size of a style in points: a number, or an expression of the scale of the map.

    Points and not pixels, which are a third as large on paper as on the screen.
    """
    if not isinstance(value, dict) or len(value) < 2:
        return f'{at_largest(value) * POINTS_PER_PX:.4g}'
    whole = math.log2(EQUATOR_M * math.cos(math.radians(latitude)) / (WORLD_PX * PIXEL_M))
    return f"with_variable('zoom', {whole:.6f} - ln(@map_scale) / ln(2), {_between_stops(value)})"


def at_largest(value: ByZoom) -> float:
    """The value at the largest scale: what stands where there is no map."""
    return value[max(value)] if isinstance(value, dict) else value


def _between_stops(value: dict[float, float]) -> str:
    """Linear between two stops; `scale_linear` keeps what lies beyond them at the nearest."""
    steps = list(pairwise(sorted(value.items())))
    cases = [
        (
            high,
            f'scale_linear(@zoom, {low:g}, {high:g}, {before * POINTS_PER_PX:.4g}, {after * POINTS_PER_PX:.4g})',
        )
        for (low, before), (high, after) in steps
    ]
    *below, (_, last) = cases
    if not below:
        return last
    return (
        'CASE '
        + ' '.join(f'WHEN @zoom < {high:g} THEN {expression}' for high, expression in below)
        + f' ELSE {last} END'
    )


def _grouped(condition: Condition) -> str:
    return f'({expression(condition)})'


def _compare(op: str, name: str, args: list[Any]) -> str:
    return f'{name} {op} {literal(args[0])}'


def _in(_op: str, name: str, args: list[Any]) -> str:
    return f'{name} IN ({", ".join(map(literal, args[0]))})'


def _between(_op: str, name: str, args: list[Any]) -> str:
    return f'{name} >= {literal(args[0])} AND {name} <= {literal(args[1])}'


def _is_null(_op: str, name: str, _args: list[Any]) -> str:
    return f'{name} IS NULL'


def _like(_op: str, name: str, args: list[Any]) -> str:
    return f'{name} LIKE {literal(args[0])}'


TESTS: dict[str, Callable[[str, str, list[Any]], str]] = {
    'in': _in, 'between': _between, 'isNull': _is_null, 'like': _like,
}  # fmt: skip
