"""Tables of figures by unit, re-expressed on the units of another day."""

import csv
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from dothi.core.errors import DataRefused
from dothi.core.locality import Locality
from dothi.core.unit_crosswalk import crosswalk, parents, units_in
from dothi.core.unit_register import UnitVersion, unit_register


class BadUnitTable(DataRefused):
    """A table without the column that is named, or with a code or figure that is none."""


@dataclass(frozen=True)
class UnitTable:
    """What a table holds: figures that add up, in the column `value`, by units of `level` in force on the day `on`."""

    level: str
    on: date
    code: str = 'code'
    value: str = 'value'


@dataclass(frozen=True)
class Converted:
    """Figures by unit of the other day, in the order of the register. estimated: units with a share of something."""

    units: list[UnitVersion]
    values: dict[str, float]
    estimated: frozenset[str]


def convert_table(file: Path, locality: Locality, table: UnitTable, level: str, end: date) -> Converted:
    """The figures of a CSV on the units of `level` on the day `end`, in either direction of time.

    Raises BadUnitTable, NoUnitsThen, or NotDivisible where the figures cannot be rebuilt.
    """
    register = unit_register(locality)
    unit_codes = {unit.code for unit in units_in(register, table.level, table.on)}
    values = read_figures(file, table, unit_codes)
    if level == table.level:
        way = crosswalk(register, level, table.on, end)
        return Converted(units_in(register, level, end), way.convert(values), way.estimated)
    around = parents(register, table.level, table.on, level, end)
    sums: dict[str, float] = defaultdict(float)
    for unit, figure in values.items():
        sums[around[unit]] += figure
    return Converted(units_in(register, level, end), dict(sums), frozenset())


def read_figures(file: Path, table: UnitTable, codes: Iterable[str]) -> dict[str, float]:
    """The figures of a CSV by code; commas or semicolons separate, a decimal comma is read where semicolons do."""
    with file.open(encoding='utf-8-sig', newline='') as lines:
        first = lines.readline()
        lines.seek(0)
        delimiter = ';' if first.count(';') > first.count(',') else ','
        rows = csv.DictReader(lines, delimiter=delimiter)
        for name in (table.code, table.value):
            _must_have(name, rows.fieldnames or (), file)
        read: dict[str, float] = {}
        for row in rows:
            where, unit = f'{file.name}:{rows.line_num}', (row[table.code] or '').strip()
            if unit not in codes or unit in read:
                raise _bad_code(where, unit, table.on, twice=unit in read)
            read[unit] = _figure(row[table.value] or '', where, table.value, comma=delimiter == ';')
    return read


def _figure(text: str, where: str, column: str, *, comma: bool) -> float:
    try:
        return float(text.strip().replace(',', '.') if comma else text)
    except ValueError:
        raise BadUnitTable(
            vi=f'{where}, cột {column}: "{text}" không phải là số. Sửa tệp.',
            en=f'{where}, column {column}: "{text}" is not a number. Correct the file.',
        ) from None


def _must_have(name: str, names: Iterable[str], file: Path) -> None:
    if name not in names:
        raise BadUnitTable.with_suggestion(
            name, names, vi=f'{file.name}: không có cột "{name}".', en=f'{file.name}: no column "{name}".'
        )


def _bad_code(where: str, unit: str, on: date, *, twice: bool) -> BadUnitTable:
    if twice:
        return BadUnitTable(vi=f'{where}: mã {unit} có hai hàng.', en=f'{where}: the code {unit} has a second row.')
    return BadUnitTable(
        vi=f'{where}: "{unit}" không phải là mã đơn vị có hiệu lực ngày {on}. Sửa mã, hoặc --from.',
        en=f'{where}: "{unit}" is not the code of a unit in force on {on}. Correct it, or --from.',
    )
