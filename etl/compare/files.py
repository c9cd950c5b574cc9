"""A comparison as a GeoPackage: what was added, removed and changed, and arrows from where it was to where it is."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import shapely

from dothi.core.layer import ColumnType, Layer
from etl.compare.changes import Change, Version
from etl.geopackage import add_layer

WAS = 'was_'


def write_geopackage(path: Path, layer: Layer, changes: Sequence[Change], srid: int) -> None:
    """Writes the layers `added`, `removed`, `changed` and `moved`, each only where there is something to show.

    A changed feature has its new place and values, its old ones under `was_…`, the names of what changed, and
    moved_m.
    """
    path.unlink(missing_ok=True)
    own: dict[str, ColumnType] = {name: column.type for name, column in layer.columns.items()}
    _add(path, 'added', own, [(change.id, change.new, {}) for change in changes if change.old is None], srid)
    _add(path, 'removed', own, [(change.id, change.old, {}) for change in changes if change.new is None], srid)
    both = [change for change in changes if change.kind == 'changed']
    more: dict[str, ColumnType] = {'changed': 'text', 'moved_m': 'number'}
    more |= {WAS + name: kind for name, kind in own.items()}
    _add(path, 'changed', own | more, [(change.id, change.new, _before(change)) for change in both], srid)
    _add_moved(path, [change for change in both if change.moved_m is not None], srid)


def _before(change: Change) -> dict[str, Any]:
    old = change.old.values if change.old else {}
    old_values = {WAS + name: old.get(name) for name in change.columns}
    return old_values | {'changed': ', '.join(change.columns), 'moved_m': change.moved_m}


def _add(
    path: Path,
    name: str,
    columns: dict[str, ColumnType],
    versions: Iterable[tuple[int, Version | None, dict[str, Any]]],
    srid: int,
) -> None:
    rows = [
        ({'feature_id': number, **version.values, **more}, version.geometry)
        for number, version, more in versions
        if version is not None
    ]
    if rows:
        values, geometry = zip(*rows, strict=True)
        add_layer(path, name, {'feature_id': 'integer', **columns}, values, geometry, srid)


def _add_moved(path: Path, moved: Sequence[Change], srid: int) -> None:
    """Lines from the middle of the old geometry to that of the new one."""
    pairs = [
        (change, change.old.geometry.centroid, change.new.geometry.centroid)
        for change in moved
        if change.old and change.new
    ]
    if pairs:
        values = [{'feature_id': change.id, 'moved_m': change.moved_m} for change, _, _ in pairs]
        lines = [shapely.linestrings([start.coords[0], end.coords[0]]) for _, start, end in pairs]
        add_layer(path, 'moved', {'feature_id': 'integer', 'moved_m': 'number'}, values, lines, srid)
