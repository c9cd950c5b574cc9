"""A comparison as one HTML page with a map, in both languages, with everything inside."""

from collections.abc import Sequence
from typing import Any

import shapely
from markupsafe import Markup

from dothi.core.layer import Column, Layer
from dothi.core.text import Text
from etl.compare.changes import Change
from etl.compare.comparison import Comparison
from etl.compare.values import value_words
from etl.formats.source import Geometries
from etl.pages import template

WIDTH_PX, MARGIN = 900, 0.08
# More would be a page that no browser turns quickly; the GeoPackage has all.
SHOWN = 2_000
LISTED = 300


def page(comparison: Comparison, layer: Layer, changes: Sequence[Change], units: Geometries, lang: str = 'vi') -> str:
    """The page; it opens in `lang` and switches without a script.

    units: polygons for orientation, in the working CRS as the changes are.
    """
    return template(
        'comparison.html'
    ).render(
        comparison=comparison,
        layer=layer,
        english=lang.lower().startswith('en'),
        map=Markup(_svg(changes[:SHOWN], units)),  # noqa: S704 (made here from numbers and fixed words)
        changes=[_describe_change(change, layer) for change in changes[:LISTED]],
        more=max(0, len(changes) - LISTED),
        unseen=max(0, len(changes) - SHOWN),
    )


def _describe_change(change: Change, layer: Layer) -> dict[str, Any]:
    """What the list says of a change: key, kind, how far it moved, and each value before and after."""
    version = change.new or change.old
    assert version is not None  # noqa: S101 (a change has a side)
    old, new = (side.values if side else {} for side in (change.old, change.new))
    return {
        'name': ', '.join(str(version.values[name]) for name in layer.key) or f'#{change.id}',
        'kind': change.kind,
        'moved_m': change.moved_m,
        'values': [_in_words(layer.columns[name], old.get(name), new.get(name)) for name in change.columns],
    }


def _in_words(column: Column, old: Any, new: Any) -> tuple[Text, Text, Text]:
    return column.title, value_words(column, old), value_words(column, new)


def _svg(changes: Sequence[Change], units: Geometries) -> str:
    """The changes on the outlines of the units; the view is as large as the changes are."""
    shapes = [version.geometry for change in changes for version in (change.old, change.new) if version]
    if not shapes:
        return ''
    west, south, east, north = shapely.total_bounds(shapes)
    side_m = max(east - west, north - south, 100) * (1 + 2 * MARGIN)
    x0, y1 = (west + east - side_m) / 2, (south + north + side_m) / 2
    scale = WIDTH_PX / side_m
    view = shapely.box(x0, y1 - side_m, x0 + side_m, y1)

    def drawn(geometry: Any, kind: str, title: str = '') -> str:
        return _draw_geometry(shapely.simplify(geometry, 0.5 / scale), (x0, y1, scale), kind, title)

    ground = [drawn(shapely.intersection(unit, view), 'unit') for unit in units if unit.intersects(view)]
    marks = [drawn(*mark) for change in changes for mark in _marks(change)]
    frame = f'<rect width="{WIDTH_PX}" height="{WIDTH_PX}" class="frame"/>'
    return (
        f'<svg viewBox="0 0 {WIDTH_PX} {WIDTH_PX}" width="{WIDTH_PX}" height="{WIDTH_PX}" role="img">'
        f'{frame}{"".join(ground)}{"".join(marks)}</svg>'
    )


def _marks(change: Change) -> list[tuple[Any, str, str]]:
    """What is drawn of a change: geometry, class and title. A moved feature shows both places and the way."""
    title = f'#{change.id}'
    if change.old is None and change.new is not None:
        return [(change.new.geometry, 'added', title)]
    if change.new is None and change.old is not None:
        return [(change.old.geometry, 'removed', title)]
    if change.old is None or change.new is None:
        return []
    if change.moved_m is None:
        return [(change.new.geometry, 'changed', f'{title}: {", ".join(change.columns)}')]
    old, new = change.old.geometry, change.new.geometry
    way = shapely.linestrings([old.centroid.coords[0], new.centroid.coords[0]])
    moved = f'{title}: {change.moved_m:.1f} m'
    return [(old, 'was', moved), (new, 'moved', moved), (way, 'way', moved)]


def _draw_geometry(geometry: Any, frame: tuple[float, float, float], kind: str, title: str) -> str:
    """A geometry as SVG: points as dots, the rest as one path."""
    x0, y1, scale = frame
    inside = f'<title>{title}</title>' if title else ''
    if geometry.is_empty:
        return ''
    if geometry.geom_type.endswith('Point'):
        places = [((x - x0) * scale, (y1 - y) * scale) for x, y in shapely.get_coordinates(geometry)]
        return ''.join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" class="{kind}">{inside}</circle>' for x, y in places)
    areas = geometry.geom_type.endswith('Polygon')
    lines = shapely.get_rings(geometry) if areas else shapely.get_parts(geometry)
    paths = [
        'M' + ' '.join(f'{(x - x0) * scale:.1f},{(y1 - y) * scale:.1f}' for x, y in shapely.get_coordinates(line))
        for line in lines
    ]
    return f'<path d="{" ".join(paths)}" class="{kind}{"" if areas else " line"}">{inside}</path>'
