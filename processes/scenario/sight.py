"""What of a version somebody sees: changes of layers, rasters and columns that they see, and no others."""

from collections.abc import Sequence
from typing import Any

from dothi.core.layer import Audience
from dothi.core.locality import Locality


def visible_changes(
    changes: Sequence[dict[str, Any]], locality: Locality, audience: Audience, *, own: bool
) -> list[tuple[int, dict[str, Any]]]:
    """The changes that the reader sees, with their numbers, counted from 1.

    own: whether the reader is their author, who knows what they said of a layer of which they see some rows.
    """
    return [
        (number, seen)
        for number, change in enumerate(changes, start=1)
        if (seen := _as_seen(change, locality, audience, own=own)) is not None
    ]


def _as_seen(change: dict[str, Any], locality: Locality, audience: Audience, *, own: bool) -> dict[str, Any] | None:
    """The change without columns that the reader does not see; None where they see nothing of it."""
    if 'coverage' in change:
        return change if change['coverage'] in locality.coverages_for(audience) else None
    if 'layer' not in change:
        return change
    layer = locality.layers_for(audience).get(change['layer'])
    if layer is None or (layer.id in locality.row_limited and not own):
        return None
    visible = layer.columns_for(audience)
    if 'properties' not in change:
        return change
    properties = {name: value for name, value in change['properties'].items() if name in visible}
    return {**change, 'properties': properties}
