"""A demo province made up around points, whose communes lie in units of larger levels."""

import csv
from pathlib import Path

import pytest
import shapely
import yaml

from demo.drawing import Demo
from demo.flooding import flood_zones
from demo.send_basics import units
from demo.units import OutlineDoesNotFit
from demo.write import write_demo
from dothi.local.new_locality import make_locality
from tests.conftest import DEMO_BUILDINGS
from tests.matrix import thorough

LEVELS = {'province': 'cấp tỉnh', 'region': 'vùng', 'district': 'cấp huyện', 'commune': 'cấp xã'}
# The third district lies in the second region, with no line between the first and it.
DISTRICTS = {'901': '81', '902': '82', '903': '82'}


def make_place(folder: Path, *more: str) -> Path:
    """A locality with 24 communes in three districts in two regions; its list runs from small units to large ones."""
    communes = [
        f'{20000 + i},Xã {i},commune,{901 + i // 8},{107.6 + 0.07 * (i % 4) + 0.003 * i},{14.5 + 0.06 * (i // 4)}'
        for i in range(24)
    ]
    districts = [f'{code},Huyện {code},district,{region},,' for code, region in DISTRICTS.items()]
    rows = [*communes, *districts, '81,Vùng 1,region,70,,', '82,Vùng 2,region,70,,', '70,Tỉnh X,province,,,', *more]
    (folder / 'units.csv').write_text('\n'.join(['code,name,level,parent_code,lon,lat', *rows]), encoding='utf-8')
    answers = {
        'id': 'x', 'title': {'vi': 'X', 'en': 'X'}, 'unit_code': '70', 'central_meridian_deg': 107.75,
        'units': 'units.csv', 'levels': {name: {'title': {'vi': vi, 'en': name}} for name, vi in LEVELS.items()},
    }  # fmt: skip
    (folder / 'answers.yml').write_text(yaml.safe_dump(answers, sort_keys=False), encoding='utf-8')
    return make_locality(folder / 'x', folder / 'answers.yml').folder


def make_grid_of_wards(folder: Path) -> Path:
    """A locality of 20 wards on an even grid; a river parts the lowest row from the rest."""
    rows = [
        f'{i:05d},"Phường 🌊 ""Ông, Bà"" M\'Drăk {i}",{106 + 0.06 * (i % 4):.2f},{20 + 0.05 * (i // 4):.2f}'
        for i in range(20)
    ]
    (folder / 'units.csv').write_text('\n'.join(['code,name,lon,lat', *rows]), encoding='utf-8')
    answers = {
        'id': 'x', 'title': {'vi': 'X', 'en': 'X'}, 'unit_code': '01', 'central_meridian_deg': 105.5,
        'units': 'units.csv', 'sea_bearing_deg': 120,
    }  # fmt: skip
    (folder / 'answers.yml').write_text(yaml.safe_dump(answers, sort_keys=False), encoding='utf-8')
    return make_locality(folder / 'x', folder / 'answers.yml').folder


@pytest.fixture(scope='module')
def layered(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The province in memory."""
    return Demo(make_place(tmp_path_factory.mktemp('layered')), DEMO_BUILDINGS, seed=1)


def test_every_level_above_the_communes_is_drawn_as_the_union_of_what_is_below_it(layered: Demo) -> None:
    assert layered.levels == ['region', 'district', 'commune']
    assert {level: [place.unit.code for place in places] for level, places in layered.province.larger.items()} == {
        'region': ['81', '82'],
        'district': ['901', '902', '903'],
    }
    for district in layered.units_of('district'):
        own = [place.polygon for place in layered.province.communes if place.unit.parent_code == district.unit.code]
        assert len(own) == 8
        assert shapely.coverage_union_all(own).equals(district.polygon)
    areas_m2 = {place.unit.code: place.polygon.area for level in layered.levels for place in layered.units_of(level)}
    assert areas_m2['81'] == pytest.approx(areas_m2['901'])
    assert areas_m2['82'] == pytest.approx(areas_m2['902'] + areas_m2['903'])


def test_units_of_every_level_are_sent_to_their_layer(layered: Demo, tmp_path: Path) -> None:
    assert [file.layer for file in units(tmp_path, layered)] == ['regions', 'districts', 'communes']


def test_flood_zones_are_cut_where_their_layer_wants_them(layered: Demo) -> None:
    """The library's layer has a column `commune_code`; that of the pilot has one for districts."""
    assert layered.flooded_level == 'commune'
    assert 'MA_XA' in flood_zones(layered).columns


@thorough
def test_a_place_of_wards_alone_with_odd_names_gets_every_file(tmp_path: Path) -> None:
    place = make_grid_of_wards(tmp_path)
    files = write_demo(tmp_path / 'files', buildings=DEMO_BUILDINGS, seed=1, locality_path=place)
    assert {file.layer for file in files} >= {'communes', 'cemeteries', 'schools', 'citizen_reports', 'bridges'}


@thorough
def test_communes_beyond_a_river_are_reached_over_bridges_and_have_homes(tmp_path: Path) -> None:
    wards = Demo(make_grid_of_wards(tmp_path), DEMO_BUILDINGS, seed=1)
    assert set(wards.buildings.commune.tolist()) == set(range(20))


def test_a_unit_that_nothing_lies_in_is_named(tmp_path: Path) -> None:
    place = make_place(tmp_path, '904,Huyện Rỗng,district,82,,')
    with pytest.raises(OutlineDoesNotFit, match='904 Huyện Rỗng'):
        Demo(place, DEMO_BUILDINGS, seed=1)


def test_a_point_far_from_all_others_is_named(tmp_path: Path) -> None:
    place = make_place(tmp_path)
    file = place / 'demo' / 'points.csv'
    rows = list(csv.reader(file.read_text(encoding='utf-8').splitlines()))
    rows[1][1:3] = ['109', '12']
    file.write_text('\n'.join(','.join(row) for row in rows), encoding='utf-8')
    with pytest.raises(OutlineDoesNotFit, match='its point is far off'):
        Demo(place, DEMO_BUILDINGS, seed=1)
