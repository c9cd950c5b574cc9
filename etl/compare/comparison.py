"""The comparison of two releases as a document."""

from collections import Counter
from collections.abc import Iterable

from pydantic import BaseModel

from dothi.core.layer import Layer
from etl.compare.changes import Change


class Comparison(BaseModel):
    """How many features differ between two releases of a layer, and in what.

    changed: features that are in both, with another place or value. moved: those of them with another geometry.
    by_column: how many features have another value in a column. moved_m_max: the longest way of any.
    """

    layer: str
    before: int
    after: int
    added: int = 0
    removed: int = 0
    changed: int = 0
    moved: int = 0
    moved_m_max: float | None = None
    by_column: dict[str, int] = {}


def counted(layer: Layer, before: int, after: int, changes: Iterable[Change]) -> Comparison:
    """The figures of a comparison."""
    kinds: Counter[str] = Counter()
    columns: Counter[str] = Counter()
    ways_m: list[float] = []
    for change in changes:
        kinds[change.kind] += 1
        columns.update(change.columns)
        if change.moved_m is not None:
            ways_m.append(change.moved_m)
    return Comparison(
        layer=layer.id,
        before=before,
        after=after,
        added=kinds['added'],
        removed=kinds['removed'],
        changed=kinds['changed'],
        moved=len(ways_m),
        moved_m_max=round(max(ways_m), 3) if ways_m else None,
        by_column={name: columns[name] for name in layer.columns if columns[name]},
    )
