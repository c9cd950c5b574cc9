"""Two states of a layer, feature by feature, added up by zone."""

from dataclasses import dataclass

import numpy as np

from dothi.core.arrays import Bools, Floats, Ints
from processes.data import Zones
from processes.zones.parts import Parts


@dataclass(frozen=True)
class Pairs:
    """A row for each feature of either state, shape (n,).

    old_id, new_id: nan where it was not there, is not there. differs: a bit for each column whose values differ.
    reshaped: whether the geometry differs. old_xy, new_xy: the point by which it is counted, shape (n, 2), or nan.
    """

    old_id: Floats
    new_id: Floats
    differs: Ints
    reshaped: Bools
    old_xy: Floats
    new_xy: Floats

    @property
    def added(self) -> Bools:
        """Those that only the later state has."""
        return np.isnan(self.old_id)

    @property
    def removed(self) -> Bools:
        """Those that only the earlier state has."""
        return np.isnan(self.new_id)

    @property
    def changed(self) -> Bools:
        """Those that both have, and that differ in a value or in their geometry."""
        return ~self.added & ~self.removed & (self.reshaped | (self.differs > 0))


@dataclass(frozen=True)
class Places:
    """A row for each pair of a feature and a zone that it lies in. feature, zone: numbers, shape (r,).

    zones: how many there are, the one for what lies in none included.
    """

    feature: Ints
    zone: Ints
    zones: int

    @property
    def keys(self) -> Ints:
        """One number for each pair, shape (r,)."""
        return self.feature * self.zones + self.zone


def count_changes(pairs: Pairs, zones: Zones) -> dict[str, Ints]:
    """Features by zone, and last those in none, shape (zones + 1,), by the name of the figure.

    after = before + added - removed + moved_in - moved_out, in each of them.
    """
    was, now = _zones_of(pairs.old_xy, zones), _zones_of(pairs.new_xy, zones)
    in_both = ~pairs.added & ~pairs.removed

    def of(places: Places, which: Bools, elsewhere: Places | None = None) -> Ints:
        chosen = which[places.feature]
        if elsewhere is not None:
            chosen &= ~np.isin(places.keys, elsewhere.keys)
        return np.bincount(places.zone[chosen], minlength=len(zones.codes) + 1)

    return {
        'before': of(was, ~pairs.added),
        'after': of(now, ~pairs.removed),
        'added': of(now, pairs.added),
        'removed': of(was, pairs.removed),
        'changed': of(now, pairs.changed),
        'changed_values': of(now, in_both & (pairs.differs > 0)),
        'changed_geometry': of(now, in_both & pairs.reshaped),
        'moved_in': of(now, in_both, was),
        'moved_out': of(was, in_both, now),
    }


def measure_changes(
    before: Parts, after: Parts, pairs: Pairs, zones: Zones, display_unit: tuple[str, float]
) -> dict[str, Floats]:
    """Kilometres or hectares inside each zone, shape (zones,), by the name of the figure."""
    unit, measure = display_unit
    removed_ids, came = pairs.old_id[pairs.removed], pairs.new_id[pairs.added]

    def of(parts: Parts, which: Bools) -> Floats:
        return np.bincount(parts.zone[which], parts.measure[which], minlength=len(zones.codes)) / measure

    return {
        f'before_{unit}': of(before, np.ones(len(before.zone), dtype=bool)),
        f'after_{unit}': of(after, np.ones(len(after.zone), dtype=bool)),
        f'added_{unit}': of(after, np.isin(after.feature, came)),
        f'removed_{unit}': of(before, np.isin(before.feature, removed_ids)),
    }


def total_changes(pairs: Pairs) -> dict[str, int]:
    """Features of both states, those outside every zone included."""
    in_both = ~pairs.added & ~pairs.removed
    return {
        'features_before': int((~pairs.added).sum()),
        'features_after': int((~pairs.removed).sum()),
        'added': int(pairs.added.sum()),
        'removed': int(pairs.removed.sum()),
        'changed': int(pairs.changed.sum()),
        'changed_values': int((in_both & (pairs.differs > 0)).sum()),
        'changed_geometry': int((in_both & pairs.reshaped).sum()),
    }


def by_column(pairs: Pairs, columns: list[str]) -> dict[str, int]:
    """How many features have another value in a column, for those in which any has."""
    changes = {name: int((pairs.differs >> bit & 1).sum()) for bit, name in enumerate(columns)}
    return {name: count for name, count in changes.items() if count}


def _zones_of(xy: Floats, zones: Zones) -> Places:
    """The zones of each point; that of the last zone and one more for none (and for no point)."""
    with_point = np.flatnonzero(~np.isnan(xy[:, 0]))
    inside = zones.membership(xy[with_point])
    feature = with_point[inside.place]
    nowhere = np.setdiff1d(np.arange(len(xy)), feature)
    zone = np.concatenate([inside.zone, np.full(len(nowhere), len(zones.codes))])
    return Places(np.concatenate([feature, nowhere]), zone, len(zones.codes) + 1)
