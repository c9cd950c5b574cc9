"""Administrative units through time, as the locality's files state them: versions, and which became which.

`units/units.csv` has one row for each version of a unit, `units/lineage.csv` one for each step from a version that
ends to one that begins. A locality may have neither, or the first alone.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import groupby, pairwise
from pathlib import Path
from typing import Literal

from dothi.core.errors import NotFound, nearest
from dothi.core.layer import Layer
from dothi.core.locality import Locality
from dothi.core.locality_file import BadLocalityFile, csv_rows

UNITS, LINEAGE = Path('units/units.csv'), Path('units/lineage.csv')
COLUMNS = ('code', 'level', 'name', 'parent_code', 'valid_from', 'valid_to')
LINEAGE_COLUMNS = ('date', 'level', 'from_code', 'to_code')
CENSUS = re.compile(r'population_(\d{4})')

# merge: several become one. split: one becomes several. rename: another name or code. transfer: another parent.
# continue: restated as it was. end: nothing follows, as when a level is abolished.
Kind = Literal['merge', 'split', 'rename', 'transfer', 'continue', 'end']


class UnknownUnit(NotFound):
    """No unit has this code, or none of this level is known."""


@dataclass(frozen=True)
class UnitVersion:
    """A unit from its first day until the first day on which it is not so any more; the population is a census's."""

    code: str
    level: str
    name: str
    parent_code: str
    valid_from: date
    valid_to: date | None
    population: int | None
    decree: str

    def in_force(self, on: date) -> bool:
        """Whether the unit was so on the day `on`."""
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to)


@dataclass(frozen=True)
class Step:
    """On the day `on` the version `before`, which ends there, goes into `after`, which begins there."""

    kind: Kind
    on: date
    before: UnitVersion
    after: UnitVersion | None
    decree: str

    @property
    def level(self) -> str:
        """The level of the units on both sides of the step."""
        return self.before.level


@dataclass(frozen=True)
class UnitRegister:
    """All versions and steps of a locality. census: the year whose people are counted."""

    versions: tuple[UnitVersion, ...] = ()
    steps: tuple[Step, ...] = ()
    census: int | None = None

    @property
    def levels(self) -> list[str]:
        """The levels, in the order of the file."""
        return list(dict.fromkeys(version.level for version in self.versions))

    def on(self, day: date, level: str | None = None) -> list[UnitVersion]:
        """The units in force on a day, in the order of the file; of one level, or of all."""
        return [unit for unit in self.versions if unit.in_force(day) and level in (None, unit.level)]

    def history(self, code: str) -> list[UnitVersion]:
        """Every version that ever had this code, oldest first; raises UnknownUnit with the nearest code."""
        versions = [unit for unit in self.versions if unit.code == code]
        if not versions:
            near = nearest(code, sorted({unit.code for unit in self.versions}))
            raise UnknownUnit(
                vi=f'Không có đơn vị mã "{code}" trong {UNITS}.' + (f' Có phải "{near}"?' if near else ''),
                en=f'{UNITS} has no unit with the code "{code}".' + (f' Did you mean "{near}"?' if near else ''),
            )
        return sorted(versions, key=lambda unit: unit.valid_from)

    def before(self, unit: UnitVersion) -> list[Step]:
        """The steps by which the unit came to be."""
        return [step for step in self.steps if step.after == unit]

    def after(self, unit: UnitVersion) -> list[Step]:
        """The steps by which the unit ended."""
        return [step for step in self.steps if step.before == unit]

    def days(self, level: str) -> list[date]:
        """The days on which units of a level began or ended, in order."""
        own = [unit for unit in self.versions if unit.level == level]
        return sorted({unit.valid_from for unit in own} | {unit.valid_to for unit in own if unit.valid_to})


def unit_register(locality: Locality) -> UnitRegister:
    """The locality's units; raises BadLocalityFile that names file, line and fix where they contradict each other."""
    units, lineage = locality.path / UNITS, locality.path / LINEAGE
    return _read(units, lineage, _stamp(units), _stamp(lineage))


def level_of(layer: Layer) -> str | None:
    """The level whose units a layer of units shows, None where its file does not say."""
    register = layer.register_
    return register.where.get('level') if register and Path(register.file) == UNITS else None


def layer_of(level: str, locality: Locality) -> Layer | None:
    """The layer that shows the units of a level."""
    layers = (locality.layers.get(name) for name in locality.place.unit_layers)
    return next((layer for layer in layers if layer and level_of(layer) == level), None)


@lru_cache(maxsize=8)
def _read(units: Path, lineage: Path, *_stamps: int | None) -> UnitRegister:
    """The stamps are there so that a file that changed is read again."""
    if not units.exists():
        return UnitRegister()
    rows = csv_rows(units, COLUMNS)
    census = next((name for name in rows.fieldnames or () if CENSUS.fullmatch(name)), None)
    versions = tuple(_version(row, census, f'{units}:{rows.line_num}') for row in rows)
    _must_not_overlap(versions, units)
    return UnitRegister(versions, _steps(lineage, versions), int(census[-4:]) if census else None)


def _version(row: dict[str, str], census: str | None, where: str) -> UnitVersion:
    try:
        return UnitVersion(
            code=row['code'],
            level=row['level'],
            name=row['name'],
            parent_code=row['parent_code'],
            valid_from=date.fromisoformat(row['valid_from']),
            valid_to=date.fromisoformat(row['valid_to']) if row['valid_to'] else None,
            population=int(row[census]) if census and row[census] else None,
            decree=row.get('decree') or '',
        )
    except (KeyError, TypeError, ValueError) as error:
        raise _unreadable(where, error) from None


def _must_not_overlap(versions: Iterable[UnitVersion], file: Path) -> None:
    """A code names one unit of its level at a time."""
    ordered = sorted(versions, key=lambda unit: (unit.level, unit.code, unit.valid_from))
    for (_, code), group in groupby(ordered, key=lambda unit: (unit.level, unit.code)):
        own = list(group)
        for earlier, next_one in pairwise(own):
            if earlier.valid_to is None or earlier.valid_to > next_one.valid_from:
                raise BadLocalityFile(
                    vi=f'{file}: mã {code} có hai đơn vị cùng lúc ngày {next_one.valid_from}. Sửa thời hạn.',
                    en=f'{file}: the code {code} names two units on {next_one.valid_from}. Correct their periods.',
                )


def _steps(file: Path, versions: tuple[UnitVersion, ...]) -> tuple[Step, ...]:
    if not file.exists():
        return ()
    ending = {(unit.level, unit.code, unit.valid_to): unit for unit in versions if unit.valid_to}
    beginning = {(unit.level, unit.code, unit.valid_from): unit for unit in versions}
    read: list[tuple[date, UnitVersion, UnitVersion | None, str]] = []
    rows = csv_rows(file, LINEAGE_COLUMNS)
    for row in rows:
        where = f'{file}:{rows.line_num}'
        try:
            on, source, target = date.fromisoformat(row['date']), row['from_code'], row['to_code']
            before = ending.get((row['level'], source, on)) or _missing(where, source, on, 'to')
            after = (beginning.get((row['level'], target, on)) or _missing(where, target, on)) if target else None
            read.append((on, before, after, row.get('decree') or ''))
        except (KeyError, TypeError, ValueError) as error:
            raise _unreadable(where, error) from None
    return _with_kinds(read)


def _with_kinds(read: list[tuple[date, UnitVersion, UnitVersion | None, str]]) -> tuple[Step, ...]:
    """Whether it is a merger or a split follows from how many lines name the same unit, so no file has to state it."""
    into = Counter(after for _, _, after, _ in read if after)
    out_of = Counter(before for _, before, _, _ in read)
    return tuple(
        Step(_kind(before, after, into[after] if after else 0, out_of[before]), on, before, after, decree)
        for on, before, after, decree in read
    )


def _kind(before: UnitVersion, after: UnitVersion | None, sources: int, targets: int) -> Kind:
    if after is None:
        return 'end'
    if targets > 1:
        return 'split'
    if sources > 1:
        return 'merge'
    if (before.code, before.name) != (after.code, after.name):
        return 'rename'
    return 'transfer' if before.parent_code != after.parent_code else 'continue'


def _missing(where: str, code: str, on: date, end: Literal['from', 'to'] = 'from') -> UnitVersion:
    vi = f'{where}: units.csv không có đơn vị {code} {"hết" if end == "to" else "bắt đầu"} hiệu lực ngày {on}.'
    en = f'{where}: units.csv has no unit {code} with valid_{end} {on}.'
    raise BadLocalityFile(vi=f'{vi} Sửa một trong hai tệp.', en=f'{en} Correct one of the two files.')


def _unreadable(where: str, error: Exception) -> BadLocalityFile:
    return BadLocalityFile(
        vi=f'{where}: không đọc được hàng này ({error}). Ngày viết là 2024-09-01, số không có dấu chấm.',
        en=f'{where}: this row is not readable ({error}). Write dates as 2024-09-01, and numbers without separators.',
    )


def _stamp(file: Path) -> int | None:
    return file.stat().st_mtime_ns if file.exists() else None
