"""The places that an address may mean, each with what it leaves unexplained or contradicts."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from etl.geocode.gazetteer import Gazetteer
from etl.geocode.ground import Area, Street
from etl.geocode.houses import AROUND_HOUSE_M, House, HouseQuery, house_queries, numbers_of
from etl.geocode.readings import Reading, Readings, Span, label_kinds
from etl.geocode.result import Candidate, Precision
from etl.geocode.unit_names import UnitName
from etl.geocode.words import Kind

# What it costs that the address names another commune or larger unit, or something that the place does not have.
OTHER_COMMUNE, OTHER_LARGER_UNIT = 3.0, 2.0
UNKNOWN_STREET, UNKNOWN_NUMBER, UNUSED_PLACE, UNUSED_NAME = 1.2, 0.6, 1.0, 0.5
OTHER_SPELLING_OF_NUMBER = 0.1
# What costs this more than another unit that the same words name is none.
FAR_FETCHED = 1.5
# A house beyond the border of the commune that is named; more than a rival may cost.
OTHER_SIDE = 0.8
# A label names no more communes than these.
MOST_NAMED = 3
# What costs more than the cheapest by this is neither the best place nor its rival: a house costs less than its street.
OUT_OF_REACH = UNKNOWN_NUMBER + 0.8
# Words that may name a unit, and need not.
NO_UNIT = 0.3
UNIT_KINDS: frozenset[Kind] = frozenset({'commune', 'district', 'province'})


@dataclass(frozen=True)
class Hypothesis:
    """A place that an address may mean. queries: the houses that would make it more precise.

    span: the words that name it. edits: the letters that differ. communes: the codes of where it lies. street: of a
    house or a street, or the one whose commune it is. names_a_street: whether the address also names a street, known
    or not, and the place is none. houses_alike: how many houses of the street have the number, where these are several.
    """

    label: str
    precision: Precision
    area: Area
    communes: frozenset[str]
    span: Span
    edits: int
    cost: float
    queries: tuple[HouseQuery, ...] = ()
    street: Street | None = None
    names_a_street: bool = False
    houses_alike: int = 0

    def candidate(self) -> Candidate:
        """It as it is answered."""
        (commune,) = self.communes if len(self.communes) == 1 else (None,)
        return Candidate(
            label=self.label,
            precision=self.precision,
            point=self.area.point,
            radius_m=self.area.radius_m,
            commune=commune,
            cost=round(self.cost, 2),
        )


@dataclass(frozen=True)
class StreetPart:
    """The communes of a street that fit the address equally well, the cost without a house, and the house numbers."""

    reading: Reading[Street]
    communes: frozenset[str]
    cost: float
    numbers: list[str]


@dataclass(frozen=True)
class Weighing:
    """Weighs the places that the readings of one address name."""

    gazetteer: Gazetteer
    readings: Readings

    def hypotheses(self) -> list[Hypothesis]:
        """The places that the words may mean, the likeliest first, as far as they may be the best or its rival."""
        parts = [part for span, streets in self._streets_by_span() for part in self._parts(span, streets)]
        others = [*self._places(), *self._communes()]
        within = min([*(part.cost for part in parts), *(place.cost for place in others)], default=0.0) + OUT_OF_REACH
        # the number may be in another commune of the street that is named
        near = {part.reading.entry for part in parts if part.cost <= within}
        places = [
            *(self._street(part) for part in parts if part.reading.entry in near),
            *(place for place in others if place.cost <= within),
        ]
        return sorted(places, key=lambda place: place.cost)

    def _streets_by_span(self) -> Iterable[tuple[Span, list[Reading[Street]]]]:
        by_span: dict[Span, list[Reading[Street]]] = defaultdict(list)
        for reading in self.readings.streets:
            by_span[reading.span].append(reading)
        return by_span.items()

    def _parts(self, span: Span, streets: list[Reading[Street]]) -> Iterator[StreetPart]:
        """The streets that the words of the span may name, in each commune; what is the same for all, once."""
        numbers = numbers_of(self.readings.words, span)
        cost = self._unused(span) + UNUSED_PLACE * self._names_other_street(span) + UNKNOWN_NUMBER * bool(numbers)
        groups = self._unit_groups(span)
        costs = {
            commune: self._groups_cost(groups, frozenset({commune}))
            for commune in {commune for reading in streets for commune in reading.entry.parts}
        }
        for reading in streets:
            communes: dict[float, set[str]] = defaultdict(set)
            for commune in reading.entry.parts:
                communes[costs[commune]].add(commune)
            for units_cost, codes in communes.items():
                yield StreetPart(reading, frozenset(codes), reading.cost + units_cost + cost, numbers)

    def _street(self, part: StreetPart) -> Hypothesis:
        reading, street = part.reading, part.reading.entry
        area = joined([street.parts[commune] for commune in sorted(part.communes)])
        return Hypothesis(
            label=self._label(street.name, part.communes),
            precision='street',
            area=area,
            communes=part.communes,
            span=reading.span,
            edits=reading.edits,
            cost=part.cost,
            queries=tuple(query for number in part.numbers for query in house_queries(street.name, area.box, number)),
            street=street,
        )

    def _places(self) -> Iterator[Hypothesis]:
        for reading in self.readings.places:
            place, communes = reading.entry, frozenset({reading.entry.commune})
            cost = reading.cost + self._units_cost(reading.span, communes)
            cost += UNKNOWN_STREET * self._names_a_street(reading.span)
            label = self._label(place.name, communes)
            yield Hypothesis(label, 'place', place.area, communes, reading.span, reading.edits, cost)

    def _communes(self) -> Iterator[Hypothesis]:
        for reading in self.readings.units:
            unit = reading.entry
            if unit.smallest:
                street = self._names_a_street(reading.span)
                yield Hypothesis(
                    label=unit.label_in_time,
                    precision='commune',
                    area=joined([self.gazetteer.communes[code] for code in sorted(unit.communes)]),
                    communes=unit.communes,
                    span=reading.span,
                    edits=reading.edits,
                    cost=reading.cost
                    + self._units_cost(reading.span, unit.communes)
                    + self._unused(reading.span)
                    + UNKNOWN_STREET * street,
                    names_a_street=street,
                )

    def _label(self, name: str, communes: Iterable[str]) -> str:
        return label_of(name, communes, self.gazetteer)

    def _units_cost(self, span: Span, communes: frozenset[str]) -> float:
        """What the units that the address names cost where the place lies in `communes`; words of its name aside."""
        return self._groups_cost(self._unit_groups(span), communes)

    def _unit_groups(self, span: Span) -> list[list[Reading[UnitName]]]:
        return groups_of_units([unit for unit in self.readings.units if not unit.span.overlaps(span)])

    def _groups_cost(self, groups: list[list[Reading[UnitName]]], communes: frozenset[str]) -> float:
        return sum(self._group_cost(group, communes) for group in groups)

    def _group_cost(self, group: list[Reading[UnitName]], communes: frozenset[str]) -> float:
        """The cheapest way to read the same words; without a label of a unit they may be none."""
        labelled = any(label_kinds(self.readings.words, unit.span) & UNIT_KINDS for unit in group)
        costs = [_unit_cost(unit, communes) for unit in group]
        return min(costs if labelled else [*costs, NO_UNIT])

    def _unused(self, span: Span) -> float:
        """What it costs that a named place of the address is not the one that is meant."""
        others = (place for place in self.readings.places if not span.covers(place.span))
        return UNUSED_PLACE * any(place.cost < UNUSED_NAME for place in others)

    def _names_other_street(self, span: Span) -> bool:
        """Whether a label that announces nothing but a street stands before another one.

        Beside `Đ. Trần Phú`, even where nobody knows that street, `P. Lê Lợi` is the ward.
        """
        if 'commune' in label_kinds(self.readings.words, span):
            return any(not other.overlaps(span) for other in self.readings.street_spans)
        return any(
            street.cost < NO_UNIT
            and not street.span.overlaps(span)
            and label_kinds(self.readings.words, street.span) == {'street'}
            for street in self.readings.streets
        )

    def _names_a_street(self, span: Span) -> bool:
        """Whether the address names a street beside `span`, known or not: what has a number has a street."""
        labelled = any(not other.overlaps(span) for other in self.readings.street_spans)
        # "P. Lê Lợi" may be a ward as well
        units = {unit.span for unit in self.readings.units if unit.cost < UNUSED_NAME}
        streets = [
            street for street in self.readings.streets if not span.covers(street.span) and street.span not in units
        ]
        return (
            labelled
            or bool(numbers_of(self.readings.words, span))
            or any(street.cost < UNUSED_NAME for street in streets)
        )


def label_of(name: str, communes: Iterable[str], gazetteer: Gazetteer) -> str:
    """The name with those of its communes behind it, as far as they fit."""
    names = sorted(gazetteer.commune_names.get(code, code) for code in communes)
    return ', '.join([name, *names[:MOST_NAMED], *['…'] * (len(names) > MOST_NAMED)])


def with_house(hypothesis: Hypothesis, houses: dict[HouseQuery, list[House]], gazetteer: Gazetteer) -> Hypothesis:
    """The house that the hypothesis looked for where there is just one, else its street as it was.

    One in its communes counts more than those beyond their border, where people may name either side.
    """
    for position, query in enumerate(hypothesis.queries):
        same_number = houses.get(query, [])
        inside = [house for house in same_number if house.commune in hypothesis.communes]
        candidates = inside or same_number
        if len(candidates) == 1:
            cost = OTHER_SPELLING_OF_NUMBER * bool(position) + OTHER_SIDE * (not inside) - UNKNOWN_NUMBER
            return _house(hypothesis, query, candidates[0], cost, gazetteer)
        if candidates:
            return replace(hypothesis, houses_alike=len(candidates))
    return hypothesis


def _house(
    hypothesis: Hypothesis, query: HouseQuery, house: House, more_cost: float, gazetteer: Gazetteer
) -> Hypothesis:
    x, y = house.point
    communes = frozenset({house.commune}) if house.commune else hypothesis.communes
    return replace(
        hypothesis,
        label=f'{query.number.upper()} {label_of(query.street, communes, gazetteer)}',
        communes=communes,
        precision='house',
        area=Area((x, y), AROUND_HOUSE_M, (x, y, x, y)),
        cost=hypothesis.cost + more_cost,
    )


def names_a_house(readings: Readings) -> bool:
    """Whether the address says number, street and commune, as only one house has them."""
    names_street = bool(readings.streets or readings.street_spans)
    communes = [unit.span for unit in readings.units if unit.entry.smallest and unit.cost < UNUSED_NAME]
    return names_street and any(numbers_of(readings.words, commune) for commune in communes)


def _unit_cost(reading: Reading[UnitName], communes: frozenset[str]) -> float:
    """The cost of the name itself, and of naming another unit than the place lies in; or of leaving it aside."""
    unit = reading.entry
    if unit.communes & communes:
        return reading.cost
    return reading.cost + (OTHER_COMMUNE if unit.smallest else OTHER_LARGER_UNIT)


def _is_far_fetched(unit: Reading[UnitName], other: Reading[UnitName]) -> bool:
    """Whether the words mean the other much rather: in `phường Hà Nam Ninh Bình` no Hà Nam Ninh."""
    return unit.cost >= other.cost + FAR_FETCHED and unit.span.overlaps(other.span)


def groups_of_units(units: list[Reading[UnitName]]) -> list[list[Reading[UnitName]]]:
    """Readings of the same words together, without the far-fetched: one of each group is meant."""
    groups: list[list[Reading[UnitName]]] = []
    near = [unit for unit in units if not any(_is_far_fetched(unit, other) for other in units)]
    for unit in sorted(near, key=lambda reading: reading.span.start):
        if groups and any(unit.span.overlaps(other.span) for other in groups[-1]):
            groups[-1].append(unit)
        else:
            groups.append([unit])
    return groups


def joined(areas: list[Area]) -> Area:
    """One area for several: their middle, and as far as the farthest of them reaches."""
    if len(areas) == 1:
        return areas[0]
    boxes = list(zip(*(area.box for area in areas), strict=True))
    box = (min(boxes[0]), min(boxes[1]), max(boxes[2]), max(boxes[3]))
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    radius_m = max(((x - ax) ** 2 + (y - ay) ** 2) ** 0.5 + area.radius_m for area in areas for ax, ay in [area.point])
    return Area((x, y), radius_m, box)
