"""Districts and communes of the demo: real names and codes, drawn borders."""

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.optimize import linear_sum_assignment
from shapely.geometry.base import BaseGeometry

from demo.cells import Area, coverage, sites
from demo.curves import Points
from demo.outline import Outline
from demo.register import REGION, LaterState, Unit
from dothi.core.errors import WrongUse


class OutlineDoesNotFit(WrongUse):
    """The demo's drawing and the locality's register of units speak of different units."""


@dataclass(frozen=True)
class Place:
    """A unit with its polygon, its centre, the point where its roads meet, and the code of the region that it is in."""

    unit: Unit
    polygon: BaseGeometry
    centre: Points
    region: str


@dataclass(frozen=True)
class Province:
    """The demo's units: `communes` fill `regions` exactly.

    regions: the units of the largest level where the outline has them, else groups of communes. larger: the units of
    each level above the communes, the largest level first.
    """

    outline: Outline
    regions: list[Place]
    communes: list[Place]
    larger: dict[str, list[Place]]

    @property
    def has_made_up_regions(self) -> bool:
        """Whether the regions are groups of communes, and no units of the register."""
        return self.regions[0].unit.level == REGION

    def communes_of(self, region: Place) -> list[Place]:
        """Communes of one region, in the order of the register."""
        return [place for place in self.communes if place.region == region.unit.code]


def draw_units(outline: Outline, units: list[Unit], seed: int) -> Province:
    """All regions and communes of the register, drawn inside the outline. units: of its levels, the largest first."""
    communes_in_register = [unit for unit in units if unit.level == units[-1].level]
    members = {code: [u for u in communes_in_register if outline.area_of(u) == code] for code in outline.areas}
    _require_same_regions(outline, units, members)
    areas = [_area(outline, code, members[code]) for code in outline.areas]
    points = [sites(area, seed) for area in areas]
    cells = coverage(areas, points, seed)
    communes = [
        place
        for area, own, polygons in zip(areas, points, cells, strict=True)
        for place in _named_places(outline, members[area.code], own, polygons)
    ]
    regions = _regions(outline, units, communes)
    drawn = {regions[0].unit.level: regions} if regions[0].unit.level != REGION else {}
    return Province(outline, regions, communes, _larger(units, communes) | drawn)


def _larger(units: list[Unit], communes: list[Place]) -> dict[str, list[Place]]:
    """The units of each level above the communes, each the union of the communes below it."""
    parents = {unit.code: unit.parent_code for unit in units}
    levels = [level for level in dict.fromkeys(unit.level for unit in units) if level != units[-1].level]
    lines = [_line_of_parents(place.unit, parents) for place in communes]
    return {
        level: [
            _united(
                unit, _below(unit, [place for place, line in zip(communes, lines, strict=True) if unit.code in line])
            )
            for unit in units
            if unit.level == level
        ]
        for level in levels
    }


def _line_of_parents(unit: Unit, parents: dict[str, str]) -> list[str]:
    """Codes of the units that the unit lies in, from small to large."""
    line: list[str] = []
    above = unit.parent_code
    while above in parents and above not in line:
        line.append(above)
        above = parents[above]
    return line


def _below(unit: Unit, communes: list[Place]) -> list[Place]:
    if not communes:
        raise OutlineDoesNotFit(
            vi=f'Không xã nào thuộc {unit.code} {unit.name}: sửa parent_code trong units.csv, hoặc dùng DEMO=no.',
            en=f'No commune is in {unit.code} {unit.name}: correct parent_code in units.csv, or use DEMO=no.',
        )
    return communes


def draw_later(province: Province, state: LaterState) -> list[Place]:
    """The units after a change: each the union of those that went into it, so that no border is drawn twice."""
    larger = [place for places in province.larger.values() for place in places]
    now = {place.unit.code: place for place in (*larger, *province.communes)}
    return [_united(unit, [now[code] for code in sources]) for unit, sources in state.units]


def _united(unit: Unit, parts: list[Place]) -> Place:
    largest = max(parts, key=lambda place: place.polygon.area)
    return Place(unit, shapely.coverage_union_all([place.polygon for place in parts]), largest.centre, largest.region)


def _require_same_regions(outline: Outline, units: list[Unit], members: dict[str, list[Unit]]) -> None:
    codes = {unit.code for unit in outline.region_units(units)}
    if codes != set(outline.seats) or not all(members.values()):
        drawn_codes = ', '.join(sorted(outline.seats))
        raise OutlineDoesNotFit(
            vi=f'Tỉnh mẫu chỉ vẽ các đơn vị {drawn_codes}; địa phương này có {sorted(codes)}. Dùng DEMO=no.',
            en=f'The demo province draws the units {drawn_codes}; this locality has {sorted(codes)}. Use DEMO=no.',
        )


def _area(outline: Outline, code: str, members: list[Unit]) -> Area:
    fixed = [outline.sites[unit.code] for unit in members if unit.code in outline.sites]
    crowded = outline.centres.get(code) if any(unit.is_ward for unit in members) else None
    settled = outline.areas[code].difference(outline.wetlands)
    return Area(code, outline.areas[code], settled, len(members), np.array(fixed).reshape(-1, 2), crowded)


def _named_places(outline: Outline, units: list[Unit], points: Points, cells: list[BaseGeometry]) -> list[Place]:
    """Cells with their names: those whose site is known there, wards nearest the seat, the rest north to south."""
    known = [unit for unit in units if unit.code in outline.sites]
    others = [unit for unit in units if unit.code not in outline.sites]
    chosen = dict(zip([unit.code for unit in known], range(len(known)), strict=True))
    free = np.arange(len(known), len(units))
    order = _order(outline, others, points[free]) if others else []
    chosen |= {unit.code: int(free[i]) for unit, i in zip(others, order, strict=True)}
    return [_place(outline, unit, cells[chosen[unit.code]], points[chosen[unit.code]]) for unit in units]


def _order(outline: Outline, units: list[Unit], points: Points) -> list[int]:
    """Index of the point of each unit: wards get the points nearest the seat, all run north to south by code."""
    seat = outline.seats[outline.region_of(units[0])]
    wards = np.array([unit.is_ward for unit in units])
    rank = np.arange(len(units)) / len(units)
    south = np.argsort(np.argsort(-points[:, 1])) / len(units)
    by_distance = np.argsort(np.argsort(np.hypot(*(points - seat).T)))
    cost = np.abs(rank[:, None] - south[None, :]) + 10.0 * (wards[:, None] != (by_distance < wards.sum())[None, :])
    return [int(i) for i in linear_sum_assignment(cost)[1]]


def _place(outline: Outline, unit: Unit, cell: BaseGeometry, site: Points) -> Place:
    if cell.is_empty:
        raise OutlineDoesNotFit(
            vi=f'Không có đất cho {unit.code} {unit.name}: điểm ở quá xa các điểm khác. Sửa điểm, hoặc dùng DEMO=no.',
            en=f'There is no land for {unit.code} {unit.name}: its point is far off. Correct it, or use DEMO=no.',
        )
    largest = max(shapely.get_parts(cell), key=lambda part: part.area)
    centre = site if largest.contains(shapely.Point(site)) else shapely.get_coordinates(largest.point_on_surface())[0]
    return Place(unit, cell, np.round(centre, 2), outline.region_of(unit))


def _regions(outline: Outline, units: list[Unit], communes: list[Place]) -> list[Place]:
    """Each region as the union of its communes, so that both layers share every vertex."""
    polygons = {
        code: shapely.coverage_union_all([place.polygon for place in communes if place.region == code])
        for code in outline.seats
    }
    regions = outline.region_units(units)
    return [Place(unit, polygons[unit.code], outline.seats[unit.code], unit.code) for unit in regions]
