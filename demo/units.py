"""Districts and communes of the demo: real names and codes, drawn borders."""

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.optimize import linear_sum_assignment
from shapely.geometry.base import BaseGeometry

from demo.cells import Area, coverage, sites
from demo.curves import Points
from demo.outline import Outline
from demo.register import LaterState, Unit
from dothi.core.errors import WrongUse


class OutlineDoesNotFit(WrongUse):
    """The demo's drawing and the locality's register of units speak of different districts."""


@dataclass(frozen=True)
class Place:
    """A unit with its polygon and its centre, the point where its roads meet."""

    unit: Unit
    polygon: BaseGeometry
    centre: Points


@dataclass(frozen=True)
class Province:
    """The demo's units: `communes` fill `districts` exactly."""

    outline: Outline
    districts: list[Place]
    communes: list[Place]

    def communes_of(self, district: Place) -> list[Place]:
        """Communes of one district, in the order of the register."""
        return [place for place in self.communes if place.unit.parent_code == district.unit.code]


def draw_units(outline: Outline, units: list[Unit], seed: int) -> Province:
    """All districts and communes of the register, drawn inside the outline."""
    members = {code: [unit for unit in units if unit.parent_code == code] for code in outline.districts}
    _require_same_districts(outline, units, members)
    areas = [_area(outline, code, members[code]) for code in outline.districts]
    points = [sites(area, seed) for area in areas]
    cells = coverage(areas, points, seed)
    communes = [
        place
        for area, own, polygons in zip(areas, points, cells, strict=True)
        for place in _named_places(outline, members[area.code], own, polygons)
    ]
    return Province(outline, _districts(outline, units, communes), communes)


def draw_later(province: Province, state: LaterState) -> list[Place]:
    """The units after a change: each the union of those that went into it, so that no border is drawn twice."""
    now = {place.unit.code: place for place in (*province.districts, *province.communes)}
    return [_united(unit, [now[code] for code in sources]) for unit, sources in state.units]


def _united(unit: Unit, parts: list[Place]) -> Place:
    largest = max(parts, key=lambda place: place.polygon.area)
    return Place(unit, shapely.coverage_union_all([place.polygon for place in parts]), largest.centre)


def _require_same_districts(outline: Outline, units: list[Unit], members: dict[str, list[Unit]]) -> None:
    codes = {unit.code for unit in units if unit.level == 'district'}
    if codes != set(outline.districts) or not all(members.values()):
        drawn_codes = ', '.join(sorted(outline.districts))
        raise OutlineDoesNotFit(
            vi=f'Tỉnh mẫu chỉ vẽ các huyện {drawn_codes}; địa phương này có {sorted(codes)}. Dùng DEMO=no.',
            en=f'The demo province draws the districts {drawn_codes}; this locality has {sorted(codes)}. Use DEMO=no.',
        )


def _area(outline: Outline, code: str, members: list[Unit]) -> Area:
    towns = [outline.towns[unit.code] for unit in members if unit.code in outline.towns]
    crowded = outline.centres[code] if any(unit.is_ward for unit in members) else None
    settled = outline.districts[code].difference(outline.wetlands)
    return Area(code, outline.districts[code], settled, len(members), np.array(towns).reshape(-1, 2), crowded)


def _named_places(outline: Outline, units: list[Unit], points: Points, cells: list[BaseGeometry]) -> list[Place]:
    """Cells with their names: towns where they were drawn, wards nearest the seat, the rest north to south."""
    towns = [unit for unit in units if unit.code in outline.towns]
    communes = [unit for unit in units if unit.code not in outline.towns]
    chosen = dict(zip([unit.code for unit in towns], range(len(towns)), strict=True))
    free = np.arange(len(towns), len(units))
    chosen |= {
        unit.code: int(free[i]) for unit, i in zip(communes, _order(outline, communes, points[free]), strict=True)
    }
    return [_place(unit, cells[chosen[unit.code]], points[chosen[unit.code]]) for unit in units]


def _order(outline: Outline, units: list[Unit], points: Points) -> list[int]:
    """Index of the point of each unit: wards get the points nearest the seat, all run north to south by code."""
    seat = outline.centres[units[0].parent_code]
    wards = np.array([unit.is_ward for unit in units])
    rank = np.arange(len(units)) / len(units)
    south = np.argsort(np.argsort(-points[:, 1])) / len(units)
    by_distance = np.argsort(np.argsort(np.hypot(*(points - seat).T)))
    cost = np.abs(rank[:, None] - south[None, :]) + 10.0 * (wards[:, None] != (by_distance < wards.sum())[None, :])
    return [int(i) for i in linear_sum_assignment(cost)[1]]


def _place(unit: Unit, cell: BaseGeometry, site: Points) -> Place:
    largest = max(shapely.get_parts(cell), key=lambda part: part.area)
    centre = site if largest.contains(shapely.Point(site)) else shapely.get_coordinates(largest.point_on_surface())[0]
    return Place(unit, cell, np.round(centre, 2))


def _districts(outline: Outline, units: list[Unit], communes: list[Place]) -> list[Place]:
    """Each district as the union of its communes, so that both layers share every vertex."""
    polygons = {
        code: shapely.coverage_union_all([place.polygon for place in communes if place.unit.parent_code == code])
        for code in outline.districts
    }
    return [Place(unit, polygons[unit.code], outline.centres[unit.code]) for unit in units if unit.level == 'district']
