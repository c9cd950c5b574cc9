"""Names, codes and census figures of the units, read from the locality's register."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from dothi.core.locality import load_locality

KINDS = ('Thành phố ', 'Thị xã ', 'Huyện ', 'Thị trấn ', 'Phường ', 'Xã ')


@dataclass(frozen=True)
class Unit:
    """One administrative unit in force on the locality's reference date."""

    code: str
    level: str
    name: str
    parent_code: str
    valid_from: date
    valid_to: date | None
    population: int

    @property
    def short_name(self) -> str:
        """The name without its kind: 'Hải Anh' for 'Xã Hải Anh', 'Lâm' for 'Thị trấn Lâm'."""
        return next((self.name.removeprefix(kind) for kind in KINDS if self.name.startswith(kind)), self.name)

    @property
    def is_ward(self) -> bool:
        """Whether the unit is a ward, a commune-level unit of a city."""
        return self.name.startswith('Phường ')


def units_in_force(locality_path: Path) -> list[Unit]:
    """Districts and communes in force on the reference date, in the order of the register."""
    locality = load_locality(locality_path)
    registers = [locality.layer(layer).register_ for layer in ('districts', 'communes')]
    day = locality.place.reference_date
    return [_unit(row) for register in registers if register for row in locality.register(register, day).values()]


def _unit(row: dict[str, str]) -> Unit:
    return Unit(
        code=row['code'],
        level=row['level'],
        name=row['name'],
        parent_code=row['parent_code'],
        valid_from=date.fromisoformat(row['valid_from']),
        valid_to=date.fromisoformat(row['valid_to']) if row['valid_to'] else None,
        population=int(row['population_2019'] or 0),
    )
