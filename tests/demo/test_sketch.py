"""A demo province made up around points: Ninh Bình, whose communes lie right below the province."""

import shutil
from itertools import pairwise
from pathlib import Path

import pytest
import shapely

from demo.drawing import Demo
from demo.points import NoOutline, can_be_drawn
from demo.register import units_in_force
from demo.tables import units_table
from dothi.core.settings import LOCALITIES
from tests.conftest import DEMO_BUILDINGS

NINH_BINH = LOCALITIES / 'ninh_binh'


@pytest.fixture(scope='module')
def sketched() -> Demo:
    """The province in memory, with 2,000 buildings."""
    return Demo(NINH_BINH, DEMO_BUILDINGS, seed=1)


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the locality, to be spoilt."""
    return shutil.copytree(NINH_BINH, tmp_path / 'place')


def test_communes_cover_the_province_without_gap_or_overlap(sketched: Demo) -> None:
    polygons = [place.polygon for place in sketched.province.communes]
    assert len(polygons) == 129
    assert shapely.coverage_is_valid(polygons)
    whole = sketched.outline.province
    assert sum(polygon.area for polygon in polygons) == pytest.approx(whole.area, rel=1e-6)
    assert shapely.coverage_union_all(polygons).symmetric_difference(whole).area < whole.area * 1e-6


def test_each_commune_holds_the_point_that_is_known_of_it(sketched: Demo) -> None:
    for place in sketched.province.communes:
        point = shapely.Point(sketched.outline.sites[place.unit.code])
        assert place.polygon.contains(point), place.unit.name


def test_regions_are_groups_of_communes_and_no_level_of_the_register(sketched: Demo) -> None:
    province = sketched.province
    assert province.has_made_up_regions
    assert province.larger == {}
    assert sum(len(province.communes_of(region)) for region in province.regions) == 129
    for region in province.regions:
        members = province.communes_of(region)
        assert region.unit.code in {place.unit.code for place in members}
        assert region.unit.population == sum(place.unit.population for place in members)
    table = units_table(province.communes, sketched.levels, sketched.srid)
    assert sketched.levels == ['commune']
    assert list(table.columns)[:3] == ['MA_XA', 'TEN_XA', 'MA_TINH']
    assert set(table.columns['MA_TINH']) == {'37'}


def test_people_are_the_census_where_it_is_known_and_follow_the_area_elsewhere(sketched: Demo) -> None:
    """Phường Nam Định was counted (in units.csv); Phường Phủ Lý, 11.84 km², is taken to have 2,200 people per km²."""
    counted = {unit.code: unit.population for unit in units_in_force(NINH_BINH)}
    drawn = {place.unit.code: place.unit.population for place in sketched.province.communes}
    assert counted['13669'] == drawn['13669'] > 0
    assert counted['13285'] == 0
    assert drawn['13285'] == round(11.84 * 2200)
    assert sketched.buildings.population.sum() == sum(drawn.values())


def test_rivers_run_through_the_province_between_its_points(sketched: Demo) -> None:
    border = sketched.outline.province
    for river in sketched.outline.rivers:
        (course,) = river.line.geoms
        first, last = (shapely.Point(course.coords[end]) for end in (0, -1))
        assert not border.contains(first)
        assert not border.contains(last)
        assert course.is_simple
        for point in sketched.outline.sites.values():
            assert river.water.distance(shapely.Point(point)) > 0


def test_all_homes_are_reached_by_roads_that_hang_together(sketched: Demo) -> None:
    """Every commune has houses, on both banks of the rivers."""
    assert set(sketched.buildings.commune.tolist()) == set(range(129))


def test_towers_stand_on_every_line_between_substations(sketched: Demo) -> None:
    ends = {tuple(line.line.coords[end]) for line in sketched.power_lines for end in (0, -1)}
    assert len(ends) == len(sketched.outline.data['substations'])
    for line in sketched.power_lines:
        assert all(shapely.Point(a).distance(shapely.Point(b)) <= 330 for a, b in pairwise(line.line.coords))


@pytest.mark.parametrize(
    ('before', 'after', 'message'),
    [
        ('13285,105.931,20.531,11.84\n', '', 'no point for 13285'),
        ('13285,105.931,', '13285,east,', '13285: lon, lat, area_km2 are not readable'),
        ('code,lon,lat,area_km2', 'code,x,y,area_km2', 'lon, lat, area_km2 are not readable'),
    ],
)
def test_points_that_are_not_right_are_named_with_their_file(
    copied: Path, before: str, after: str, message: str
) -> None:
    points = copied / 'demo' / 'points.csv'
    text = points.read_text(encoding='utf-8')
    assert before in text
    points.write_text(text.replace(before, after), encoding='utf-8')
    with pytest.raises(NoOutline) as caught:
        Demo(copied, DEMO_BUILDINGS, seed=1)
    assert message in caught.value.text.en
    assert str(points) in caught.value.text.vi


def test_without_points_there_is_no_demo(copied: Path) -> None:
    assert can_be_drawn(copied)
    (copied / 'demo' / 'points.csv').unlink()
    assert not can_be_drawn(copied)
    with pytest.raises(NoOutline, match=r'points\.csv'):
        Demo(copied, DEMO_BUILDINGS, seed=1)


def test_a_locality_inland_has_rivers_and_no_coast(copied: Path) -> None:
    place = copied / 'locality.yml'
    place.write_text(place.read_text(encoding='utf-8').replace('sea_bearing_deg: 140\n', ''), encoding='utf-8')
    inland = Demo(copied, DEMO_BUILDINGS, seed=1)
    assert inland.outline.coast.is_empty
    assert inland.outline.wetlands.is_empty
    assert len(inland.outline.rivers) == 2
    assert inland.elevation[1].max() <= 4
