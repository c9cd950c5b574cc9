"""Places of the demo that an address may mean, with the parts of their address."""

import random
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, cached_property
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray

from bench.writing_errors import without_accents
from bench.written_addresses import TYPES, Parts, bare
from demo.drawing import Demo
from demo.offices import markets
from dothi.core.locality import Locality, load_locality
from dothi.core.unit_crosswalk import crosswalk
from dothi.core.unit_register import UnitVersion, unit_register

Ints = NDArray[np.intp]


@dataclass(frozen=True)
class Target:
    """A place, its address, and how precisely the address names it: 'house', 'street', 'place' or 'commune'.

    commune: index of its commune. point: in the working CRS.
    """

    parts: Parts
    point: tuple[float, float]
    commune: int
    precision: str


class World:
    """Everything in a demo province that has an address."""

    def __init__(self, demo: Demo, locality_path: Path) -> None:
        self.demo, self.communes = demo, demo.province.communes
        self.locality: Locality = load_locality(locality_path)
        self.regions = {place.unit.code: place for places in demo.province.larger.values() for place in places}

    @cached_property
    def _centroids(self) -> NDArray[np.float64]:
        return shapely.get_coordinates(shapely.centroid(self.demo.buildings.footprint))

    @cached_property
    def _with_number(self) -> Ints:
        return np.flatnonzero(self._number != None)  # noqa: E711 (compared with each of an array)

    @cached_property
    def _without_number(self) -> Ints:
        return np.flatnonzero(self._number == None)  # noqa: E711

    @cached_property
    def _numbered_lots(self) -> Ints:
        has_number = self.demo.addresses.house_number != None  # noqa: E711
        return np.flatnonzero(has_number & (self.demo.lot_commune >= 0))

    @cached_property
    def _empty_lots(self) -> Ints:
        return np.setdiff1d(self._numbered_lots, self.demo.buildings.plot)

    @cached_property
    def _number(self) -> NDArray[np.object_]:
        return self.demo.addresses.house_number[self.demo.buildings.plot]

    @cached_property
    def streets_of(self) -> dict[int, set[str]]:
        """Plain names of the streets that go through each commune, by its index."""
        polygons = [place.polygon for place in self.communes]
        commune, segment = shapely.STRtree(self.demo.roads.line).query(polygons, predicate='intersects')
        streets: dict[int, set[str]] = {i: set() for i in range(len(polygons))}
        for i, name in zip(commune.tolist(), self.demo.addresses.road_name[segment], strict=True):
            streets[i].add(plain(name))
        return streets

    @cached_property
    def street_names(self) -> frozenset[str]:
        """Plain names of all streets."""
        return frozenset().union(*self.streets_of.values())

    @cached_property
    def commune_names(self) -> frozenset[str]:
        """Plain names of all communes."""
        return frozenset(plain(place.unit.short_name) for place in self.communes)

    def parts(self, commune: int) -> Parts:
        """The units of a commune as parts of an address."""
        unit = self.communes[commune].unit
        district = self.regions.get(unit.parent_code)
        province = self.locality.place.title.vi
        return Parts(commune=unit.name, district=district.unit.name if district else '', province=province)

    def house(self, chance: random.Random) -> Target:
        """A building with a house number."""
        return self._building(int(chance.choice(self._with_number)))

    def house_on_named_street(self, chance: random.Random) -> Target:
        """A building on a street that has a name and not only a number, as national roads have."""
        while not (house := self.house(chance)).parts.street.startswith(TYPES):
            pass
        return house

    def house_like(self, chance: random.Random, pattern: str) -> Target:
        """A building whose number has this sign in it, '/' or 'A'."""
        return self._building(int(chance.choice([i for i in self._with_number if pattern in self._number[i]])))

    def _building(self, index: int) -> Target:
        plot, commune = self.demo.buildings.plot[index], int(self.demo.buildings.commune[index])
        own = replace(self.parts(commune), number=self._number[index], street=self.demo.addresses.street[plot])
        return Target(own, _point(self._centroids[index]), commune, 'house')

    def unbuilt(self, chance: random.Random) -> Target:
        """A lot with a number on which nothing stands."""
        addresses, commune = self.demo.addresses, self.demo.lot_commune
        lot = int(chance.choice(self._empty_lots))
        own = replace(self.parts(commune[lot]), number=addresses.house_number[lot], street=addresses.street[lot])
        return Target(own, _point(self.demo.lots.centre[lot]), int(commune[lot]), 'street')

    def street(self, chance: random.Random) -> Target:
        """A building by its street alone."""
        house = self.house(chance)
        return replace(house, parts=replace(house.parts, number=''), precision='street')

    def in_country(self, chance: random.Random) -> Target:
        """A building without a number, by its road or by its commune alone."""
        index = chance.choice(self._without_number)
        commune = int(self.demo.buildings.commune[index])
        segment = self.demo.lots.segment[self.demo.buildings.plot[index]]
        by_road = chance.random() < 0.5
        road = str(self.demo.addresses.road_name[segment]) if by_road else ''
        own = replace(self.parts(commune), street=road)
        return Target(own, _point(self._centroids[index]), commune, 'street' if by_road else 'commune')

    @cached_property
    def _named(self) -> list[tuple[str, shapely.Point]]:
        """Schools, health facilities and markets with their points."""
        table, facilities = markets(self.demo), self.demo.facilities
        names = [*(item.name for item in facilities.items), *table.columns['TEN_CHO'].tolist()]
        return list(zip(names, [*facilities.points, *table.geometry], strict=True))

    def named_place(self, chance: random.Random) -> Target:
        """A school, a health facility or a market by its name."""
        while True:
            name, point = chance.choice(self._named)
            commune = next((i for i, place in enumerate(self.communes) if place.polygon.contains(point)), -1)
            if commune >= 0:
                return Target(replace(self.parts(commune), place=name), (point.x, point.y), commune, 'place')

    def neighbours(self, commune: int) -> list[int]:
        """Other communes of the same region."""
        region = self.communes[commune].region
        return [i for i, place in enumerate(self.communes) if place.region == region and i != commune]

    @cached_property
    def _houses(self) -> Counter[tuple[str, str, str]]:
        """How many lots of a district, or of a province without districts, have this number and plain street."""
        addresses, commune = self.demo.addresses, self.demo.lot_commune
        lots = self._numbered_lots
        district = [self.parts(i).district for i in range(len(self.communes))]
        streets = [plain(street) for street in addresses.street[lots]]
        return Counter(zip([district[i] for i in commune[lots]], streets, addresses.house_number[lots], strict=True))

    def house_in_one_town(self, chance: random.Random) -> Target:
        """A building whose number and street no other has, and whose street does not go through all communes."""
        while True:
            house = self.house(chance)
            own = house.parts
            if self._houses[own.district, plain(own.street), own.number] == 1 and self.without_street(house):
                return house

    def without_street(self, target: Target) -> list[int]:
        """The other communes of the region that have no street of this name."""
        street = plain(target.parts.street)
        return [i for i in self.neighbours(target.commune) if street not in self.streets_of[i]]

    def names_of_other_days(self, commune: int) -> list[Parts]:
        """The units around a commune on other days, where the commune has another name or is in another unit."""
        code = self.communes[commune].unit.code
        return [names[code] for names in self._later.values() if code in names]

    @cached_property
    def _later(self) -> dict[date, dict[str, Parts]]:
        register, level = unit_register(self.locality), self.demo.levels[-1]
        today = self.locality.place.reference_date
        return {day: self._names_on(day) for day in register.days(level) if day > today and register.on(day, level)}

    def _names_on(self, day: date) -> dict[str, Parts]:
        """The units on a later day by today's commune, of those whose commune has another name then."""
        register, level = unit_register(self.locality), self.demo.levels[-1]
        shares = crosswalk(register, level, self.locality.place.reference_date, day).shares
        then, now = {unit.code: unit for unit in register.on(day)}, {p.unit.code: p.unit for p in self.communes}
        whole = {code: then[next(iter(to))] for code, to in shares.items() if len(to) == 1 and next(iter(to)) in then}
        return {code: _parts_of(unit, then) for code, unit in whole.items() if unit.name != now[code].name}


@cache
def plain(name: str) -> str:
    """The name without its kind and without accents, in small letters: 'le loi' for 'Đường Lê Lợi'."""
    return without_accents(bare(name, TYPES)).lower()


def _parts_of(unit: UnitVersion, then: dict[str, UnitVersion]) -> Parts:
    parent = then.get(unit.parent_code)
    return Parts(commune=unit.name, district=parent.name if parent else '')


def _point(coordinates: NDArray[np.float64]) -> tuple[float, float]:
    return float(coordinates[0]), float(coordinates[1])
