"""Names of administrative units of any day, and which communes of one day each of them means."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date

from dothi.core.locality import Locality
from dothi.core.locality_file import csv_rows
from dothi.core.text import search_key
from dothi.core.unit_register import UnitRegister, UnitVersion, unit_register
from etl.geocode.words import LABELS, LONGEST_LABEL, WORD

type Successors = dict[UnitVersion, set[UnitVersion]]


@dataclass(frozen=True)
class UnitName:
    """A unit by its name. written: without its label (`Lộc Vượng`), which is (`phuong`).

    communes: the codes of what it consists of on the day.

    smallest: whether it is itself a commune. current: whether it has this name on that day.
    """

    name: str
    written: str
    key: str
    label: tuple[str, ...]
    communes: frozenset[str]
    smallest: bool
    current: bool
    valid_from: date | None = None
    valid_to: date | None = None

    @property
    def label_in_time(self) -> str:
        """The name, and for one of other days the years from and to which it was so: `Xã Hải An (2025–)`."""
        if self.current:
            return self.name
        begins, ends = (str(day.year) if day else '' for day in (self.valid_from, self.valid_to))
        return f'{self.name} ({begins}–{ends})'

    def meets(self, other: 'UnitName') -> bool:
        """Whether both are in force on some day."""
        begins = max(self.valid_from or date.min, other.valid_from or date.min)
        return begins < min(self.valid_to or date.max, other.valid_to or date.max)


def unit_names(locality: Locality, on: date, communes: Collection[str]) -> tuple[list[UnitName], dict[str, str]]:
    """All names of the register that mean any of the communes of the day `on`; and the names of these by code.

    communes: the codes of those that have an outline.
    """
    register = unit_register(locality)
    levels = [level for level in locality.place.levels if level in register.levels] or register.levels
    smallest = levels[-1] if levels else ''
    communes_of = _communes_meant(register, smallest, on)
    outlined = frozenset(communes)
    names = [
        replace(
            _unit_name(
                unit.name, communes_of[unit] & outlined, smallest=unit.level == smallest, current=unit.in_force(on)
            ),
            valid_from=unit.valid_from,
            valid_to=unit.valid_to,
        )
        for unit in register.versions
    ]
    names = list({(name.name, name.communes): name for name in sorted(names, key=lambda name: name.current)}.values())
    names += [_unit_name(name, outlined, smallest=False, current=True) for name in _names_of_all(locality)]
    return [name for name in names if name.communes], {u.code: u.name for u in register.on(on, smallest)}


def provinces_elsewhere(locality: Locality, here: Collection[str]) -> dict[str, list[str]]:
    """By key, the names of provinces of which none is a name `here`, by key; none where the locality has no list."""
    file = locality.file('provinces.csv')
    names = [row['name'] for row in csv_rows(file, ('name',))] if file.exists() else []
    by_key: dict[str, list[str]] = {}
    for name in names:
        key = ''.join(search_key(word[0]) for word in WORD.finditer(name))
        by_key.setdefault(key, []).append(name)
    return {key: spellings for key, spellings in by_key.items() if key not in here}


def _names_of_all(locality: Locality) -> list[str]:
    """Names that tell only that an address is within the locality: its own, and those that the file lists."""
    return [locality.place.title.vi, *locality.place.names_in_addresses]


def _unit_name(name: str, communes: frozenset[str], *, smallest: bool, current: bool) -> UnitName:
    written = [word[0] for word in WORD.finditer(name)]
    words = list(map(search_key, written))
    length = next((n for n in range(LONGEST_LABEL, 0, -1) if tuple(words[:n]) in LABELS and len(words) > n), 0)
    label, key = tuple(words[:length]), ''.join(words[length:])
    return UnitName(name, ' '.join(written[length:]), key, label, communes, smallest, current)


def _communes_meant(register: UnitRegister, smallest: str, on: date) -> dict[UnitVersion, frozenset[str]]:
    """By unit: itself, what became of it, or what it came of, on the day; of larger ones, what lay in them."""
    later, earlier = _neighbours(register)
    children: dict[str, list[UnitVersion]] = defaultdict(list)
    for unit in register.versions:
        children[unit.parent_code].append(unit)

    def meant_by(unit: UnitVersion) -> frozenset[str]:
        if unit.level == smallest:
            line = _reached(unit, later) | _reached(unit, earlier)
            return frozenset(other.code for other in line if other.level == smallest and other.in_force(on))
        inside = [child for child in children[unit.code] if child.level != unit.level and _overlap(child, unit)]
        return frozenset().union(*map(meant_by, inside))

    return {unit: meant_by(unit) for unit in register.versions}


def _overlap(unit: UnitVersion, other: UnitVersion) -> bool:
    """Whether both are in force on some day."""
    begins = max(unit.valid_from, other.valid_from)
    return all(version.valid_to is None or begins < version.valid_to for version in (unit, other))


def _neighbours(register: UnitRegister) -> tuple[Successors, Successors]:
    later: Successors = defaultdict(set)
    earlier: Successors = defaultdict(set)
    for step in register.steps:
        if step.after is not None:
            later[step.before].add(step.after)
            earlier[step.after].add(step.before)
    return later, earlier


def _reached(unit: UnitVersion, steps: Successors) -> set[UnitVersion]:
    """The unit and all that its line leads to."""
    line, waiting = {unit}, [unit]
    while waiting:
        further = steps.get(waiting.pop(), set()) - line
        line |= further
        waiting += further
    return line
