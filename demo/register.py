"""Names, codes and census figures of the units, read from the locality's register."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from dothi.core.locality import load_locality
from dothi.core.unit_crosswalk import crosswalk
from dothi.core.unit_register import UnitVersion, unit_register

# The level of units that the demo makes up where the register has communes only.
REGION = 'region'
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
    """Units in force on the reference date: by level, the largest first, then as the register has them.

    A level without a layer, such as that of the whole, is left out.
    """
    locality = load_locality(locality_path)
    levels = locality.place.levels
    order = {level: number for number, level in enumerate(levels)}
    units = [
        _unit(unit)
        for unit in unit_register(locality).on(locality.place.reference_date)
        if unit.level not in levels or levels[unit.level].layer
    ]
    return sorted(units, key=lambda unit: order.get(unit.level, -1))


def later_states(locality_path: Path) -> list[LaterState]:
    """How the units stood after each change that came after the reference date, oldest first, regions first."""
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
