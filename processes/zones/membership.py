"""Which places lie in which zones, where zones may overlap: pure functions on arrays."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from dothi.core.arrays import Bools, Floats, Geometries, Ints, point_geometries
from dothi.core.text import Text

# What two drawings of one border may differ by, of a zone's area; the same as in unit.crosswalk_by_area.
SLIVER = 0.0001
POINTS_AT_ONCE = 50_000
INTERIORS_MEET = 'T********'


@dataclass(frozen=True)
class Membership:
    """A row for each pair of a place and a zone that it lies in. place, zone: numbers, shape (r,).

    places, zones: how many there are of each.
    """

    place: Ints
    zone: Ints
    places: int
    zones: int

    @property
    def outside(self) -> Bools:
        """Whether each place lies in no zone, shape (places,)."""
        result = np.ones(self.places, dtype=bool)
        result[self.place] = False
        return result

    @property
    def as_one(self) -> 'Membership':
        """All zones together as one, in which each place lies once."""
        inside = np.flatnonzero(~self.outside)
        return Membership(inside, np.zeros(len(inside), dtype=np.int64), self.places, 1)

    def sums(self, amounts: Floats) -> Floats:
        """Sum of the amounts of the places in each zone, shape (zones,). amounts: shape (places,)."""
        return np.bincount(self.zone, weights=amounts[self.place], minlength=self.zones)

    def counts(self, chosen: Bools | None = None) -> Ints:
        """How many (of the chosen) places lie in each zone, shape (zones,). chosen: shape (places,)."""
        zone = self.zone if chosen is None else self.zone[chosen[self.place]]
        return np.bincount(zone, minlength=self.zones)


def separate_sets(zones: Geometries) -> list[Ints]:
    """The numbers of the zones in sets within which none overlaps another; a single set where none overlaps at all.

    Two zones overlap when they share more than SLIVER of the smaller one: what is less is two drawings of one border.
    The sets are made greedily in the order of the zones, so rings around one place make as many sets as there are.
    """
    overlaps = _overlapping_zones(zones)
    of_zone = np.full(len(zones), -1, dtype=np.int64)
    for number in range(len(zones)):
        used_sets = {int(of_zone[other]) for other in overlaps.get(number, ())}
        of_zone[number] = next(set_number for set_number in range(len(zones)) if set_number not in used_sets)
    return [np.flatnonzero(of_zone == set_number) for set_number in range(of_zone.max(initial=-1) + 1)]


def membership_of(points: Floats, zones: Geometries, sets: list[Ints]) -> Membership:
    """Every zone that each point lies in. points: shape (n, 2); sets: as of `separate_sets`.

    Of the zones of one set, which share borders only, a point on a border belongs to the first.
    """
    place, zone = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for numbers in sets:
        own = zone_of(points, zones[numbers])
        inside = np.flatnonzero(own >= 0)
        place.append(inside)
        zone.append(numbers[own[inside]])
    return Membership(np.concatenate(place), np.concatenate(zone), len(points), len(zones))


def zone_of(points: Floats, zones: Geometries) -> Ints:
    """Number of the zone that each point lies in, shape (n,); the first of several; -1 outside all of them.

    The points go into the tree and the polygons are asked, because shapely prepares the geometry that asks.
    """
    starts = range(0, len(points), POINTS_AT_ONCE)
    with ThreadPoolExecutor() as pool:
        parts = [*pool.map(lambda start: _zone_of(points[start : start + POINTS_AT_ONCE], zones), starts)]
    return np.concatenate([np.empty(0, np.int64), *parts])


def _zone_of(points: Floats, zones: Geometries) -> Ints:
    pairs = shapely.STRtree(point_geometries(points)).query(zones, predicate='intersects')
    zone, point = pairs[:, np.argsort(-pairs[0], kind='stable')]
    result = np.full(len(points), -1, dtype=np.int64)
    result[point] = zone
    return result


def overlap_note(sets: list[NDArray[Any]]) -> list[Text]:
    """What a reader has to know of zones that overlap; nothing where none does."""
    if len(sets) < 2:
        return []
    return [
        Text(
            vi='Các vùng chồng lên nhau: mỗi vùng tính đủ những gì nằm trong nó, nên cộng các vùng sẽ lớn hơn tổng; '
            'phần tổng hợp chỉ tính mỗi thứ một lần.',
            en='Zones overlap: each counts all that lies in it, so the zones add up to more than there is; the summary '
            'counts everything once.',
        )
    ]


def no_people_note(people: Floats) -> list[Text]:
    """What a reader has to know of zones where nobody lives; nothing where there are none. people: by zone."""
    empty = int((people <= 0).sum())
    if not empty:
        return []
    return [
        Text(
            vi=f'{empty} vùng không có người ở: tỷ lệ theo dân số để trống, không phải 0 %.',
            en=f'Nobody lives in {empty} of the zones: their shares of people are null, which is not 0 %.',
        )
    ]


def _overlapping_zones(zones: Geometries) -> dict[int, list[int]]:
    """The numbers of the zones that overlap each zone, where any do."""
    first, second = shapely.STRtree(zones).query(zones, predicate='intersects')
    pairs = first < second
    first, second = first[pairs], second[pairs]
    meet = shapely.relate_pattern(zones[first], zones[second], INTERIORS_MEET)
    first, second = first[meet], second[meet]
    shared = shapely.area(shapely.intersection(zones[first], zones[second]))
    real = shared > SLIVER * np.minimum(shapely.area(zones[first]), shapely.area(zones[second]))
    neighbours: dict[int, list[int]] = {}
    for zone, other in zip(first[real].tolist(), second[real].tolist(), strict=True):
        neighbours.setdefault(zone, []).append(other)
        neighbours.setdefault(other, []).append(zone)
    return neighbours
