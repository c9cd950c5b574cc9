"""Names, codes and census figures of the units, read from the locality's register."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from dothi.core.locality import load_locality
from dothi.core.unit_crosswalk import crosswalk
from dothi.core.unit_register import UnitVersion, unit_register

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


@dataclass(frozen=True)
class LaterState:
    """The units of one level from the day `on`, each with the codes of today's that went into it."""

    on: date
    level: str
    units: list[tuple[Unit, list[str]]]


def units_in_force(locality_path: Path) -> list[Unit]:
    """Districts and communes in force on the reference date, in the order of the register."""
    locality = load_locality(locality_path)
    return [_unit(unit) for unit in unit_register(locality).on(locality.place.reference_date)]


def later_states(locality_path: Path) -> list[LaterState]:
    """How the units stood after each change that came after the reference date, oldest first, districts first."""
    locality = load_locality(locality_path)
    register, today = unit_register(locality), locality.place.reference_date
    states = []
    for level in register.levels:
        for on in (day for day in register.days(level) if day > today and register.on(day, level)):
            sources: dict[str, list[str]] = {}
            for code, parts in crosswalk(register, level, today, on).shares.items():
                for target in parts:
                    sources.setdefault(target, []).append(code)
            states.append(LaterState(on, level, [(_unit(unit), sources[unit.code]) for unit in register.on(on, level)]))
    return sorted(states, key=lambda state: state.on)


def _unit(unit: UnitVersion) -> Unit:
    return Unit(
        code=unit.code,
        level=unit.level,
        name=unit.name,
        parent_code=unit.parent_code,
        valid_from=unit.valid_from,
        valid_to=unit.valid_to,
        population=unit.population or 0,
    )
