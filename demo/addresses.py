"""Addresses: names of streets and lanes in the towns, and a house number for every lot along them."""

from dataclasses import dataclass

import numpy as np
import shapely

from demo.chance import generator
from demo.house_numbers import house_numbers, lane_numbers, sides
from demo.lots import TOWN, Lots
from demo.roads import Roads
from demo.streets import Floats
from demo.strokes import Bools, Ints
from demo.town_streets import Names, TownStreets, draw_town_streets
from demo.units import Province

# Share of the lots that were divided off when the street had its numbers already: '12A' follows 12.
DIVIDED_SHARE = 0.03


@dataclass(frozen=True)
class Addresses:
    """road_name: of each road segment. house_number, street: of each lot, None where it has no number."""

    road_name: Names
    house_number: Names
    street: Names


@dataclass(frozen=True)
class _Frontage:
    """The lots along the streets of the towns: number of each, its stroke, how far along it, and on which side.

    divided: whether the lot was divided off an older one.
    """

    lot: Ints
    stroke: Ints
    at_m: Floats
    left: Bools
    divided: Bools

    def only(self, keep: Bools) -> '_Frontage':
        return _Frontage(*(getattr(self, name)[keep] for name in self.__dataclass_fields__))


def assign_addresses(province: Province, roads: Roads, lots: Lots, seed: int) -> Addresses:
    """Names and numbers of the whole province. A lot has its number whether it is built on or not."""
    streets = draw_town_streets(province, roads, seed)
    frontage = _frontage(roads, lots, streets, seed)
    lane_number = _numbers_of_lanes(streets, frontage)
    addresses = Addresses(roads.name.copy(), *(np.full(len(lots), None, dtype=object) for _ in range(2)))
    addresses.road_name[streets.segment] = _names_of_segments(streets, lane_number, roads.name[streets.segment])
    addresses.house_number[frontage.lot] = _numbers_of_lots(streets, frontage, lane_number)
    addresses.street[frontage.lot] = _main_names(streets)[frontage.stroke]
    return addresses


def _frontage(roads: Roads, lots: Lots, streets: TownStreets, seed: int) -> _Frontage:
    """The lots of towns whose street has a name or is a lane."""
    row = np.full(len(roads), -1)
    row[streets.segment] = np.arange(len(streets.segment))
    divided = generator(seed, 'divided lots').random(len(lots)) < DIVIDED_SHARE
    lot = np.flatnonzero((lots.kind == TOWN) & (row[lots.segment] >= 0))
    segment, lines = row[lots.segment[lot]], roads.line[lots.segment[lot]]
    from_start_m = shapely.line_locate_point(lines, shapely.points(lots.centre[lot]))
    at_m = streets.strokes.along_m(segment, from_start_m, shapely.length(roads.line[streets.segment]))
    stroke = streets.strokes.stroke[segment]
    frontage = _Frontage(
        lot, stroke, streets.before_m[stroke] + at_m, _on_the_left(lots, lot, streets, segment), divided[lot]
    )
    return frontage.only(_main_names(streets)[stroke] != '')


def _on_the_left(lots: Lots, lot: Ints, streets: TownStreets, segment: Ints) -> Bools:
    """Whether each lot lies on the left of its stroke."""
    along, outward = lots.along[lot], lots.outward[lot]
    left_as_drawn = along[:, 0] * outward[:, 1] - along[:, 1] * outward[:, 0] > 0
    return np.asarray(left_as_drawn == streets.strokes.forward[segment])


def _main_names(streets: TownStreets) -> Names:
    """The name of each stroke, for a lane that of the street which it leaves, '' where there is none."""
    parent = streets.lanes.parent
    return np.where(parent >= 0, streets.name[parent], streets.name)


def _numbers_of_lanes(streets: TownStreets, frontage: _Frontage) -> Ints:
    """The number of each stroke that is a lane, 0 for others."""
    numbers = np.zeros(len(streets.name), dtype=np.intp)
    lane = np.flatnonzero(streets.lanes.parent >= 0)
    parent = streets.lanes.parent[lane]
    side = sides(streets.street[parent], streets.lanes.left[lane])
    whole = frontage.only(~frontage.divided)
    lot_side = sides(streets.street[whole.stroke], whole.left)
    numbers[lane] = lane_numbers(side, streets.before_m[parent] + streets.lanes.at_m[lane], lot_side, whole.at_m)
    return numbers


def _names_of_segments(streets: TownStreets, lane_number: Ints, before: Names) -> Names:
    """'Đường Lê Lợi', 'Ngõ 12 Đường Lê Lợi', or the name from before where a segment has neither."""
    main = _main_names(streets)
    names = np.where(lane_number > 0, [f'Ngõ {n} {name}' for n, name in zip(lane_number, main, strict=True)], main)
    own = names[streets.strokes.stroke].astype(object)
    return np.where(own == '', before, own)


def _numbers_of_lots(streets: TownStreets, frontage: _Frontage, lane_number: Ints) -> Names:
    """'12' on a street, '15/12' in lane 15."""
    side = sides(streets.street[frontage.stroke], frontage.left)
    numbers = house_numbers(side, frontage.at_m, frontage.divided)
    lane = lane_number[frontage.stroke]
    return np.array([f'{n}/{text}' if n else text for n, text in zip(lane, numbers, strict=True)], dtype=object)
