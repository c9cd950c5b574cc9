"""The feature changes of a version handed over as edits that wait for review, in the name of who hands them over."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import shapely
from psycopg2.extensions import connection as Connection

from dothi.core.crs import parse_crs
from dothi.core.layer import Layer
from dothi.core.locality import Locality
from dothi.core.text import Text
from etl.doctor.coordinates import Reading
from etl.editing import review
from etl.editing.checks import Fault, Submitted, Unfit, prepared
from etl.editing.edit import Draft, Version, draft_of, editing, open_version, version_with_key
from processes.scenario.changes import fault_of_change
from processes.scenario.feature_checking import CRS84
from processes.scenario.numbered import read_shape
from processes.scenario.on_map import NumberedDocument

# Raises where who hands over may not edit a feature of the layer that lies, or lay, there (EWKB in hex).
type PlacePermit = Callable[[Connection, Layer, list[str | None]], None]


@dataclass(frozen=True)
class HandedOver:
    """The change set of a layer that now holds the edits, and how many of them came with this version."""

    layer: str
    change_set: int
    edits: int


def hand_over(
    changes: Sequence[NumberedDocument], author: str, locality: Locality, permit: PlacePermit
) -> list[HandedOver]:
    """The change sets that hold the changes, one for each layer; nothing is handed over where one does not fit.

    changes: of features, each with its number. locality: the whole one. Raises Unfit that names each change by number,
    LayerBusy, and what `permit` raises.
    """
    by_layer: dict[str, list[NumberedDocument]] = {}
    for number, change in changes:
        by_layer.setdefault(change['layer'], []).append((number, change))
    layers = {name: locality.layer(name) for name in by_layer}
    faults: list[Fault] = []
    with editing(*layers.values()) as db:
        editor = _Editor(db, author, locality, permit)
        handed = [editor.hand_over(layers[name], of_layer, faults) for name, of_layer in sorted(by_layer.items())]
        if faults:
            raise Unfit(faults)
    return handed


@dataclass(frozen=True)
class _Editor:
    """Who hands over, on the transaction in which it is done."""

    db: Connection
    author: str
    locality: Locality
    permit: PlacePermit

    def hand_over(self, layer: Layer, changes: Sequence[NumberedDocument], faults: list[Fault]) -> HandedOver:
        """The layer's change set with these edits; what does not fit is added to `faults`."""
        numbers: list[int] = []
        for number, change in changes:
            try:
                numbers.append(self._edit(layer, change))
            except Unfit as error:
                faults += [fault_of_change(number, fault.pointer, fault.code, fault.says) for fault in error.faults]
        waiting = review.pending(self.db, layer, self.author, numbers[0]) if numbers else None
        return HandedOver(layer.id, waiting.change_set if waiting else 0, len(numbers))

    def _edit(self, layer: Layer, change: dict[str, Any]) -> int:
        """The number under which the author sees the edited feature."""
        if change['kind'] == 'add':
            draft = self._draft(layer, change.get('properties', {}), read_shape(change['geometry']), CRS84)
            self.permit(self.db, layer, [draft.geometry])
            return review.add(self.db, layer, self.author, draft)
        before = self._version(layer, change['key'])
        after = None if change['kind'] == 'close' else self._changed(layer, before, change)
        self.permit(self.db, layer, [self._place(before), *([after.geometry] if after else [])])
        waiting = review.pending(self.db, layer, self.author, before.id)
        return review.keep(self.db, layer, self.author, waiting or before, after)

    def _version(self, layer: Layer, key: dict[str, Any]) -> Version:
        version = open_version(self.db, layer, key['id']) if 'id' in key else version_with_key(self.db, layer, key)
        if version is None:
            says = Text(vi='đối tượng không còn trong lớp.', en='the feature is gone from the layer.')
            raise Unfit([Fault('/key', 'unknown_feature', says)])
        return version

    def _changed(self, layer: Layer, before: Version, change: dict[str, Any]) -> Draft:
        values = before.properties | change.get('properties', {})
        if 'geometry' in change:
            return self._draft(layer, values, read_shape(change['geometry']), CRS84)
        return self._draft(layer, values, before.geometry, Reading(parse_crs(f'EPSG:{self.locality.srid}')))

    def _draft(self, layer: Layer, values: dict[str, Any], shape: Any, reading: Reading) -> Draft:
        rows = prepared([Submitted(values, shape)], reading, layer, self.locality)
        return draft_of(rows, layer, self.locality.srid)

    def _place(self, version: Version) -> str | None:
        if version.geometry is None:
            return None
        shape = shapely.set_srid(version.geometry, self.locality.srid)
        return str(shapely.to_wkb(shape, hex=True, include_srid=True))
