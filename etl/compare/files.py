"""A comparison as a GeoPackage: what was added, removed and changed, and arrows from where it was to where it is."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import shapely

from dothi.core.layer import ColumnType, Layer
from etl.compare.changes import Change, Version
from etl.geopackage import add_layer

WAS = 'was_'


def write_geopackage(path: Path, layer: Layer, found: Sequence[Change], srid: int) -> None:
    """Writes the layers `added`, `removed`, `changed` and `moved`, each only where there is something to show.

    A changed feature has its new place and values, its old ones under `was_…`, the names of what changed, and
    moved_m.
    """
    path.unlink(missing_ok=True)
    own: dict[str, ColumnType] = {name: column.type for name, column in layer.columns.items()}
    _add(path, 'added', own, [(one.id, one.new, {}) for one in found if one.old is None], srid)
    _add(path, 'removed', own, [(one.id, one.old, {}) for one in found if one.new is None], srid)
    both = [one for one in found if one.kind == 'changed']
    more: dict[str, ColumnType] = {'changed': 'text', 'moved_m': 'number'}
    more |= {WAS + name: kind for name, kind in own.items()}
    _add(path, 'changed', own | more, [(one.id, one.new, _before(one)) for one in both], srid)
    _add_moved(path, [one for one in both if one.moved_m is not None], srid)


def _before(change: Change) -> dict[str, Any]:
    old = change.old.values if change.old else {}
    told = {WAS + name: old.get(name) for name in change.columns}
    return told | {'changed': ', '.join(change.columns), 'moved_m': change.moved_m}


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
    pairs = [(one, one.old.geometry.centroid, one.new.geometry.centroid) for one in moved if one.old and one.new]
    if pairs:
        values = [{'feature_id': one.id, 'moved_m': one.moved_m} for one, _, _ in pairs]
        lines = [shapely.linestrings([start.coords[0], end.coords[0]]) for _, start, end in pairs]
        add_layer(path, 'moved', {'feature_id': 'integer', 'moved_m': 'number'}, values, lines, srid)
