"""What in an address speaks for a place that is not here, or for more than one place."""

from collections.abc import Iterator

from etl.geocode.houses import numbers_of
from etl.geocode.hypotheses import UNIT_KINDS, Hypothesis, groups_of_units
from etl.geocode.readings import Reading, Readings, Span, label_kinds
from etl.geocode.unit_names import UnitName
from etl.geocode.words import LABELS

# What costs less than this is what the words name.
NAMED_BELOW = 0.5


def names_another_province(readings: Readings, best: Hypothesis) -> bool:
    """Whether the address names a province elsewhere beside the best place and the units in which that lies."""
    spans = [best.span, *(unit.span for unit in _units_of(readings, best))]
    return any(not any(span.overlaps(other) for other in spans) for span in readings.elsewhere)


def names_two_houses(readings: Readings, best: Hypothesis) -> bool:
    """Whether another street is named that is none of a unit's name, and the address has a number for each."""
    others = _other_streets(readings, best)
    return best.street is not None and any(_numbers(readings, best.span) != _numbers(readings, span) for span in others)


def names_crossing(readings: Readings, best: Hypothesis) -> bool:
    """Whether a street is the best place and another one is named beside it: a corner, or a stretch up to there."""
    return best.precision == 'street' and bool(_other_streets(readings, best))


def _other_streets(readings: Readings, best: Hypothesis) -> list[Span]:
    """The spans of streets that are named beside the best place, and are none of a unit's name."""
    units = {unit.span for unit in readings.units if unit.cost < NAMED_BELOW}
    return [
        street.span
        for street in readings.streets
        if street.cost < NAMED_BELOW and not street.span.overlaps(best.span) and street.span not in units
    ]


def ends_in_unknown_name(readings: Readings, best: Hypothesis) -> bool:
    """Whether no unit confirms the best place, and a part of the address behind it says what nobody knows."""
    words, read = readings.words, {at for span in _spans(readings) for at in range(span.start, span.end)}
    behind: dict[int, list[int]] = {}
    for at in range(best.span.end, len(words)):
        behind.setdefault(words[at].part, []).append(at)
    behind.pop(words[best.span.end - 1].part, None)
    return not list(_units_of(readings, best)) and any(
        not any(at in read or words[at].is_number for at in part) and (words[part[0]].key,) not in LABELS
        for part in behind.values()
    )


def names_unknown_unit(readings: Readings) -> bool:
    """Whether a label announces a commune, district, city or province that is none of this locality's."""
    words = readings.words
    # đường Xã Đàn names a street
    in_street = {
        span.start + words[span.start + 1].label for span in readings.street_spans if span.end > span.start + 1
    }
    announced = {span.start for span in readings.spans if label_kinds(words, span) & UNIT_KINDS} - in_street
    names = [*readings.units, *readings.streets, *readings.places]
    # a misspelt name that takes the label with it is none: phường Đông Sơn is no Phố Chương Dương
    literal = {at for name in names if not name.edits for at in range(name.span.start, name.span.end)}
    misspelt = {name.span.start for name in names if name.edits}
    return any(not words[at].is_number for at in announced - literal - misspelt)


def is_outside_named_units(readings: Readings, commune: str | None) -> bool:
    """Whether the address names a unit, beside streets and places, that does not hold the commune.

    commune: its code, None for a point that lies in none.
    """
    others = [name for names in (readings.streets, readings.places) for name in names if name.cost < NAMED_BELOW]
    units = [
        unit
        for unit in readings.units
        if unit.cost < NAMED_BELOW and not any(unit.span.overlaps(other.span) for other in others)
    ]
    return any(all(commune not in unit.entry.communes for unit in group) for group in groups_of_units(units))


def _units_of(readings: Readings, best: Hypothesis) -> Iterator[Reading[UnitName]]:
    """The units that the address names, and in which the best place lies."""
    for unit in readings.units:
        if unit.cost < NAMED_BELOW and unit.entry.communes & best.communes and not unit.span.overlaps(best.span):
            yield unit


def _numbers(readings: Readings, street: Span) -> list[str]:
    """The number that stands beside the street."""
    return numbers_of(readings.words, street)[:1]


def _spans(readings: Readings) -> Iterator[Span]:
    yield from (name.span for names in (readings.units, readings.streets, readings.places) for name in names)
