"""What a verdict rests on: layers with a release within their update cycle, and files that are there."""

from collections.abc import Iterable
from datetime import date, datetime

from dothi.core.catalog import Release
from dothi.core.clock import local_day
from dothi.core.freshness import last_deliveries
from dothi.core.indicator_set import Evidence
from dothi.core.locality import locality_zone
from dothi.core.update_cycle import next_update_due
from processes.data import Data
from processes.evaluation.verdicts import Proof


class Witness:
    """Answers for the evidence of one day. on: the day on which a layer had to be within its update cycle."""

    def __init__(self, data: Data, on: date) -> None:
        self._data, self._on = data, on
        self._delivered = last_deliveries(data.db)

    def proofs(self, layers: Iterable[str], evidence: Evidence) -> list[Proof]:
        """One for each layer that was read or is wanted beside, in order of their names, then one for each file."""
        return [
            *(self._of_layer(layer, evidence.real) for layer in sorted({*layers, *evidence.layers})),
            *(self._of_file(file) for file in evidence.files),
        ]

    def _of_layer(self, layer: str, real: bool) -> Proof:
        release = self._data.current(layer)
        if release is None:
            return Proof(layer, fault='missing')
        cycle = self._data.locality.described(layer).update_cycle
        return proof_of(release, self._delivered.get(layer, {}).values(), cycle, self._on, real=real)

    def _of_file(self, file: str) -> Proof:
        path = self._data.locality.path / file
        return Proof(file, fault=None if path.is_file() else 'missing')


def proof_of(release: Release, deliveries: Iterable[datetime], cycle: str, on: date, *, real: bool) -> Proof:
    """The proof that a layer is on the day `on`. cycle: ISO 8601, as P6M; real: demonstration data proves nothing.

    deliveries: the last ones of each agency. One that brought nothing new counts: somebody looked, and all is as it
    was. A release that no delivery made (an edit) counts as well.
    """
    delivered = local_day(max([release.released_at, *deliveries]), locality_zone())
    due = next_update_due(cycle, delivered)
    fault = 'late' if on > due else 'demo' if real and release.demo else None
    return Proof(release.layer_id, release.number, delivered, due, release.demo, fault)  # type: ignore[arg-type]
