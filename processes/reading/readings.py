"""Which release of a layer a run has read, and whether as what there was at a time or as what there is now."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Reading:
    """A release that was read. at: the moment whose state it is; None for the state that there is now."""

    release: int
    at: datetime | None = None

    @property
    def rank(self) -> tuple[bool, int]:
        """The lower, the sooner a result is out of date by it: the state of now before one of the past."""
        return (True, -self.release) if self.at else (False, self.release)


def most_telling(readings: Iterable[tuple[str, Reading]]) -> dict[str, Reading]:
    """One reading per layer: the oldest of what was read as the present state, else the newest of the past."""
    by_layer: dict[str, Reading] = {}
    for layer_id, reading in sorted(readings, key=lambda one: (one[0], one[1].rank)):
        by_layer.setdefault(layer_id, reading)
    return by_layer


def readings_of(job: Mapping[str, Any]) -> dict[str, Reading]:
    """What a job has read, by layer; of a row with its `releases` and `read_at`."""
    at = {layer_id: datetime.fromisoformat(text) for layer_id, text in (job['read_at'] or {}).items()}
    return {name: Reading(number, at.get(name)) for name, number in (job['releases'] or {}).items()}


def release_numbers(readings: Mapping[str, Reading]) -> dict[str, int]:
    """The numbers of the releases that were read, by layer."""
    return {layer_id: reading.release for layer_id, reading in readings.items()}


def release_moments(readings: Mapping[str, Reading]) -> dict[str, str]:
    """The moments by layer, of those that were read as of one."""
    return {layer_id: reading.at.isoformat() for layer_id, reading in readings.items() if reading.at}
