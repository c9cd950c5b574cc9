"""Districts and communes of the demo: real names, and borders that neighbours share."""

import json
from pathlib import Path

import numpy as np
import pytest
import shapely
import yaml

from demo.drawing import Demo
from demo.outline import Outline
from demo.points import DRAWN
from demo.register import later_states, units_in_force
from demo.units import OutlineDoesNotFit, draw_later, draw_units
from tests.matrix import thorough
from tests.nam_dinh import NAM_DINH


def drawn_outline() -> Outline:
    return Outline(json.loads((NAM_DINH / DRAWN).read_text(encoding='utf-8')))


def test_districts_and_communes_cover_the_province_without_gap_or_overlap(demo: Demo) -> None:
    """Each layer is a valid coverage, and neighbours share every vertex."""
    for places in (demo.province.regions, demo.province.communes):
        polygons = [place.polygon for place in places]
        assert shapely.coverage_is_valid(polygons)
        assert shapely.coverage_union_all(polygons).area == pytest.approx(sum(p.area for p in polygons), abs=1)


def test_communes_fill_their_district_exactly(demo: Demo) -> None:
    """The union of a district's communes is the district, vertex by vertex."""
    for region in demo.province.regions:
        parts = [place.polygon for place in demo.province.communes_of(region)]
        assert shapely.coverage_union_all(parts).equals(region.polygon)
        assert shapely.coverage_is_valid([*parts])


def test_units_are_the_real_ones(demo: Demo) -> None:
    """10 districts and 226 communes, in the province's real size, each commune in one piece around its centre."""
    assert len(demo.province.regions) == 10
    assert len({place.unit.code for place in demo.province.communes}) == 226
    area_km2 = sum(place.polygon.area for place in demo.province.regions) / 1e6
    assert 1_600 < area_km2 < 1_700
    for place in demo.province.communes:
        assert place.polygon.geom_type == 'Polygon'
        assert place.polygon.contains(shapely.Point(place.centre))


def test_wards_are_the_small_units_in_the_middle_of_the_city(demo: Demo) -> None:
    """A ward is nearer to the city's seat, and on average smaller, than a commune of the same district."""
    seat = demo.outline.centres['356']
    city = [place for place in demo.province.communes if place.unit.parent_code == '356']
    away: dict[bool, list[float]] = {True: [], False: []}
    for place in city:
        away[place.unit.is_ward].append(np.hypot(*(shapely.get_coordinates(place.polygon.centroid)[0] - seat)))
    assert np.mean(away[True]) < np.mean(away[False])
    assert len(away[True]) > len(away[False])


@thorough
def test_hand_drawn_districts_stay_as_drawn() -> None:
    """The outline depends on no seed: noding and communes move no border by more than a millimetre."""
    outline = drawn_outline()
    province = draw_units(outline, units_in_force(NAM_DINH), seed=7)
    for place in province.regions:
        assert place.polygon.symmetric_difference(outline.regions[place.unit.code]).area < 100
        assert place.polygon.hausdorff_distance(outline.regions[place.unit.code]) < 0.01


def test_a_locality_that_the_demo_does_not_draw_is_refused(tmp_path: Path) -> None:
    """Another province's register gives a clear error and not a strange map."""
    units = [unit for unit in units_in_force(NAM_DINH) if unit.code != '366']
    with pytest.raises(OutlineDoesNotFit, match='366'):
        draw_units(drawn_outline(), units, seed=1)


def test_units_of_another_day_are_left_out(tmp_path: Path) -> None:
    """After the merger of 2024-09-01 the register has nine districts on the reference date."""
    for name in ('layers', 'units'):
        (tmp_path / name).symlink_to(NAM_DINH / name)
    (tmp_path / 'agencies.yml').symlink_to(NAM_DINH / 'agencies.yml')
    about = yaml.safe_load((NAM_DINH / 'locality.yml').read_text(encoding='utf-8'))
    about['reference_date'] = '2024-09-02'
    (tmp_path / 'locality.yml').write_text(yaml.safe_dump(about, allow_unicode=True), encoding='utf-8')
    regions = {unit.code for unit in units_in_force(tmp_path) if unit.level == 'district'}
    assert '358' not in regions
    assert len(regions) == 9


def test_later_units_are_unions_of_those_that_went_into_them(demo: Demo) -> None:
    """The states after each change: nine districts and 175 communes, then 57; valid coverages of the same ground."""
    states = later_states(NAM_DINH)
    assert [(str(state.on), state.level, len(state.units)) for state in states] == [
        ('2024-09-01', 'district', 9),
        ('2024-09-01', 'commune', 175),
        ('2025-07-01', 'commune', 57),
    ]
    ground = shapely.coverage_union_all([place.polygon for place in demo.province.communes])
    for state in states:
        polygons = [place.polygon for place in draw_later(demo.province, state)]
        assert shapely.coverage_is_valid(polygons)
        assert sum(polygon.area for polygon in polygons) == pytest.approx(ground.area)


def test_no_unit_goes_into_two_later_ones(demo: Demo) -> None:
    """Every commune of the reference date is in exactly one of each later state."""
    for state in later_states(NAM_DINH):
        sources = [code for _, codes in state.units for code in codes]
        places = demo.province.regions if state.level == 'district' else demo.province.communes
        assert sorted(sources) == sorted(place.unit.code for place in places)
