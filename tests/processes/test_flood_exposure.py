"""What a flood reaches in a town whose figures can be worked out by hand."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import MultiLineString

from dothi.core.settings import PathSettings
from processes.flood_exposure import BadDepths
from processes.ground.exposure import Tally, things_in
from processes.ground.flood_basin import LevelOrScenario, TooManyCells, UnknownScenario
from processes.ground.tiles import square_cells, tiles_of
from processes.reading.layers import NotDelivered
from processes.zones.membership import Membership
from tests.matrix import thorough
from tests.processes.conftest import area, building, commune, features, house, station
from tests.processes.town import Loader

# Ten columns of 10 m from the sea in the west: a slope down to 0.4 m, a ridge of 2 m, low ground behind it.
# At 1 m the slope is 0.1, 0.3 and 0.6 m under water, and the ground behind the ridge is dry.
COLUMNS = [np.nan, 0.9, 0.7, 0.4, 2.0, 0.3, 0.3, 0.3, 2.0, 2.0]
# A (25, 25) stands in 0.3 m, B (35, 35) in 0.6 m, C (55, 25) behind the ridge, D (-50, 0) off the raster.
HOMES, PEOPLE = [(25, 25), (35, 35), (55, 25), (-50, 0)], [4, 2, 3, 5]
FRONT, BACK = '1', '2'


@pytest.fixture
def coast(loader: Loader) -> None:
    """Two communes, in front of the ridge and behind it; a road from the sea to the low ground; a school, a station."""
    loader.raster('elevation', np.array([COLUMNS] * 6))
    loader.load(
        'buildings', [(house(*xy), building(i, n)) for i, (xy, n) in enumerate(zip(HOMES, PEOPLE, strict=True))]
    )
    for code, box in ((FRONT, (0, 0, 50, 60)), (BACK, (50, 0, 100, 60))):
        loader.load('communes', [(shapely.MultiPolygon([shapely.box(*box)]), commune(code))])
    loader.load('roads', [(shapely.LineString([(5, 15), (55, 15)]), {'code': 'R', 'class': 'commune'})])
    loader.load('schools', [(shapely.Point(15, 45), {'code': 'T', 'name': 'Trường', 'level': 'primary'})])
    loader.load('health_facilities', [(shapely.Point(35, 5), station(1))])


def dike(crest_m: float | None) -> list[tuple[MultiLineString, dict[str, Any]]]:
    """Across the slope, in the column of 0.7 m."""
    line = shapely.MultiLineString([[(25, -5), (25, 65)]])
    return [(line, {'code': 'D', 'name': 'Đê', 'kind': 'sea', 'class': '3', 'crest_m': crest_m})]


def zone(answer: dict[str, Any], code: str) -> dict[str, Any]:
    return next(one['properties'] for one in answer['result']['features'] if one['id'] == code)


def test_the_figures_are_those_worked_out_by_hand(coast: None, answer: Callable[..., Any]) -> None:
    """Of the road 10 m lie in each depth; of the front commune three columns of six cells are under water."""
    found = answer('flood-exposure', level_m=1.0)
    front, back, whole = zone(found, FRONT), zone(found, BACK), found['result']['summary']
    assert (front['people'], front['buildings'], front['schools'], front['health_stations']) == (6, 2, 1, 1)
    assert (front['people_to_0_2_m'], front['people_to_0_5_m'], front['people_to_1_m']) == (0, 4, 2)
    assert (front['schools_to_0_2_m'], front['health_stations_to_1_m']) == (1, 1)
    assert (front['road_km'], front['road_km_to_0_2_m'], front['road_km_over_1_m']) == (0.03, 0.01, 0)
    assert (front['hectares'], front['area_ha'], front['share_area']) == (0.18, 0.3, 0.6)
    assert (front['population'], front['share_people']) == (6, 1)
    assert all(caveat['vi'] and caveat['en'] for caveat in whole['caveats'])
    assert (back['people'], back['population'], back['hectares']) == (0, 3, 0)
    assert (whole['people'], whole['population'], whole['people_outside_zones']) == (6, 9, 0)
    assert (whole['level_m'], whole['scenario'], whole['cell_m'], whole['connected_to']) == (1, None, 10, 'sea')
    assert whole['releases'].keys() >= {'elevation', 'buildings', 'roads', 'communes', 'schools', 'health_facilities'}
    assert whole['demo'] is False


def test_extent_and_depths_are_those_of_the_figures(coast: None, answer: Callable[..., Any], tmp_path: Path) -> None:
    found = answer('flood-exposure', level_m=1.0)
    classes = {one['properties']['depth_class']: one for one in found['extent']['features']}
    assert {name: one['properties']['hectares'] for name, one in classes.items()} == {
        'to_0_2_m': 0.06,
        'to_0_5_m': 0.06,
        'to_1_m': 0.06,
    }
    assert all(shapely.geometry.shape(one['geometry']).is_valid for one in classes.values())
    with rasterio.open(found['depth'].path) as file:
        assert file.tags(ns='IMAGE_STRUCTURE')['LAYOUT'] == 'COG'
        assert (file.crs.to_epsg(), file.units, file.nodata) == (9209, ('m',), -9999)
        depths = file.read(1, masked=True)
    assert depths[0].filled(np.nan).tolist() == pytest.approx([np.nan, 0.1, 0.3, 0.6, *[np.nan] * 6], nan_ok=True)
    assert not list(tmp_path.glob('drafts/*.plain'))


def test_finer_cells_say_the_same(coast: None, answer: Callable[..., Any]) -> None:
    coarse, fine = (answer('flood-exposure', level_m=1.0, cell_m=cell_m) for cell_m in (10.0, 2.5))
    assert coarse['result']['features'] == fine['result']['features']


def test_a_breach_lets_water_behind_the_ridge(coast: None, answer: Callable[..., Any]) -> None:
    """A point at C, sent along: C stands in 0.7 m then, and three columns behind the ridge are under water."""
    breach = {'type': 'FeatureCollection', 'features': [point(55, 25)]}
    back = zone(answer('flood-exposure', level_m=1.0, breaches=breach, breach_m=4.0), BACK)
    assert (back['people'], back['people_to_1_m'], back['hectares']) == (3, 3, 0.18)


def point(x: int, y: int) -> dict[str, Any]:
    """A GeoJSON feature at a place of the town."""
    from dothi.core.crs import proj_string, transformer
    from tests.processes.conftest import ORIGIN

    lon, lat = transformer(proj_string(9209), proj_string(4326)).transform(ORIGIN[0] + x, ORIGIN[1] + y)
    return {'type': 'Feature', 'geometry': {'type': 'Point', 'coordinates': [lon, lat]}, 'properties': {}}


def test_water_from_given_features_alone(coast: None, answer: Callable[..., Any]) -> None:
    """From C, and not from the sea: nothing in front of the ridge."""
    source = {'type': 'FeatureCollection', 'features': [point(55, 25)]}
    found = answer('flood-exposure', level_m=1.0, connected_to=source)
    assert (zone(found, FRONT)['people'], zone(found, BACK)['people']) == (0, 3)
    assert found['result']['summary']['connected_to'].startswith('features:')


def test_a_school_of_several_points_is_one_school(coast: None, answer: Callable[..., Any]) -> None:
    """Two buildings of it, both under water in front."""
    first, second = (point(x, 25) for x in (11, 12))
    both = [one['geometry']['coordinates'] for one in (first, second)]
    school = {**first, 'geometry': {'type': 'MultiPoint', 'coordinates': both}}
    found = answer('flood-exposure', level_m=1.0, schools={'type': 'FeatureCollection', 'features': [school]})
    assert zone(found, FRONT)['schools'] == 1


@pytest.mark.parametrize(('crest_m', 'people'), [(1.0, 0), (5.0, 0), (0.99, 6), (None, 6)])
def test_a_dike_no_lower_than_the_water_keeps_it_out(
    coast: None, loader: Loader, answer: Callable[..., Any], crest_m: float | None, people: int
) -> None:
    """One that is lower, or of which nobody knows how high it is, keeps nothing dry."""
    loader.load('dikes', dike(crest_m))
    found = answer('flood-exposure', level_m=1.0, respect_dikes=True)
    assert zone(found, FRONT)['people'] == people
    assert found['result']['summary']['dikes_without_crest'] == (1 if crest_m is None else 0)


def test_dikes_count_only_when_asked_for_and_a_breach_opens_them(
    coast: None, loader: Loader, answer: Callable[..., Any]
) -> None:
    loader.load('dikes', dike(5.0))
    assert zone(answer('flood-exposure', level_m=1.0), FRONT)['people'] == 6
    breach = {'type': 'FeatureCollection', 'features': [point(25, 55)]}
    opened = answer('flood-exposure', level_m=1.0, respect_dikes=True, breaches=breach, breach_m=4.0)
    # A stands on the dike itself, which is 10 m wide on these cells
    assert zone(opened, FRONT)['people'] == 2


def test_a_scenario_gives_the_level_and_keeps_its_version(coast: None, answer: Callable[..., Any]) -> None:
    summary = answer('flood-exposure', scenario_cm=80.0)['result']['summary']
    assert (summary['level_m'], summary['scenario']['clause']) == (0.8, 'Sea level rise scenario 2020')
    assert summary['norms'] == ['sea_level_area_at_risk']


@pytest.mark.parametrize(
    ('inputs', 'error', 'told'),
    [
        ({}, LevelOrScenario, 'level_m.*scenario_cm'),
        ({'level_m': 1.0, 'scenario_cm': 80.0}, LevelOrScenario, 'not both'),
        ({'scenario_cm': 90.0}, UnknownScenario, '90 cm, only of 100, 80'),
        ({'level_m': 1.0, 'depths_m': [0.5, 0.2]}, BadDepths, 'rise'),
        ({'level_m': 1.0, 'depths_m': [0.0, 0.2]}, BadDepths, 'greater than 0'),
        ({'level_m': 1.0, 'elevation': 'elevatio'}, Exception, 'elevation'),
        ({'level_m': 1.0, 'elevation': 'surface_elevation'}, NotDelivered, 'surface_elevation'),
    ],
)
def test_what_cannot_be_answered_says_what_to_do(
    coast: None, answer: Callable[..., Any], inputs: dict[str, Any], error: type[Exception], told: str
) -> None:
    with pytest.raises(error, match=told):
        answer('flood-exposure', **inputs)


def test_too_many_cells_are_refused_with_the_size_that_will_do(
    coast: None, answer: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr('processes.ground.flood_basin.MOST_CELLS', 1_000)
    with pytest.raises(TooManyCells, match='Set cell_m to 3 or more'):
        answer('flood-exposure', level_m=1.0, cell_m=2.0)


def test_progress_rises_from_tile_to_tile(coast: None, answer: Callable[..., Any]) -> None:
    shares = []
    answer('flood-exposure', progress=lambda share, doing: shares.append(share), level_m=1.0)
    assert shares == sorted(shares)
    assert len(shares) >= 3


def test_every_figure_of_the_summary_is_of_the_zones(coast: None, answer: Callable[..., Any]) -> None:
    """With the back commune alone nothing is under water in the summary; what is in front is named as outside."""
    found = answer('flood-exposure', level_m=1.0, zones={'collection': 'communes', 'filter': f"code = '{BACK}'"})
    back, whole = zone(found, BACK), found['result']['summary']
    measures = ('people', 'buildings', 'schools', 'health_stations', 'road_km', 'hectares', 'population', 'area_ha')
    assert {name: whole[name] for name in measures} == {name: back[name] for name in measures}
    outside = {name: whole[f'{name}_outside_zones'] for name in measures[:5]}
    assert outside == {'people': 6, 'buildings': 2, 'schools': 1, 'health_stations': 1, 'road_km': 0.03}


def test_zones_that_overlap_answer_each_for_itself(coast: None, answer: Callable[..., Any]) -> None:
    """The whole coast, and the front of it once more: each has all of its own, the summary everything once."""
    rings = features(area('all', 0, 0, 100, 60), area('front', 0, 0, 50, 60))
    found = answer('flood-exposure', level_m=1.0, zones=rings)
    everything, front = (one['properties'] for one in found['result']['features'])
    whole = found['result']['summary']
    for name, amount in {'people': 6, 'schools': 1, 'road_km': 0.03, 'hectares': 0.18}.items():
        assert everything[name] == front[name] == whole[name] == amount
    assert (front['area_ha'], everything['area_ha'], whole['area_ha']) == (0.3, 0.6, 0.6)
    assert any('overlap' in note['en'] for note in whole['caveats'])
    apart = answer('flood-exposure', level_m=1.0)['result']['summary']
    assert not any('overlap' in note['en'] for note in apart['caveats'])


amounts = st.lists(st.tuples(st.integers(-1, 47), st.integers(-1, 2), st.integers(0, 9)), max_size=30)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(amounts, st.integers(1, 9))
def test_nobody_is_lost_between_zones_classes_and_tiles(people: list[tuple[int, int, int]], size: int) -> None:
    """Whatever the tiles, all people are somewhere: in a zone or outside, dry or in a depth class, or off the grid."""
    grid = square_cells((0, 0, 80, 60), 9209, 10.0)
    cell, zone_number, count = np.array(people, dtype=np.int64).reshape(-1, 3).T
    inside = Membership(np.flatnonzero(zone_number >= 0), zone_number[zone_number >= 0], len(cell), 3)
    things = [things_in(cell, {'people': count.astype(float)}, inside)]
    tally = Tally(grid, tiles_of(grid, size), 3, [0.2, 0.5], things)
    depths = np.random.default_rng(size).choice([np.nan, 0.1, 0.3, 0.9], (6, 8)).astype(np.float32)
    for number, tile in enumerate(tally.tiles):
        part = depths[tile.top : tile.top + tile.height, tile.left : tile.left + tile.width]
        tally.add(number, part, [np.zeros(tile.shape, dtype=np.int64)])
    everybody = tally.sums['people'][[tally.outside, tally.together]]
    assert everybody.sum() == count.sum()
    assert tally.sums['people'][: tally.zones].sum() == everybody[1].sum()
    assert tally.sums['hectares'][tally.together].sum() == pytest.approx(48 * 0.01)
    assert everybody[:, 0].sum() == count[(cell < 0) | np.isnan(depths.ravel()[cell])].sum()


POLYGONIZE = """
import sys
import numpy as np
from osgeo import gdal, ogr
gdal.UseExceptions()
source = gdal.Open(sys.argv[1])
heights, nodata = source.ReadAsArray(), source.GetRasterBand(1).GetNoDataValue()
known = heights != nodata
low = gdal.GetDriverByName('MEM').Create('', source.RasterXSize, source.RasterYSize, 1, gdal.GDT_Byte)
low.GetRasterBand(1).WriteArray((~known | (heights < float(sys.argv[2]))).astype('u1'))
kept = ogr.GetDriverByName('Memory').CreateDataSource('')
areas = kept.CreateLayer('areas')
gdal.Polygonize(low.GetRasterBand(1), low.GetRasterBand(1), areas, -1, ['8CONNECTED=8'])
filled = gdal.GetDriverByName('MEM').Create('', source.RasterXSize, source.RasterYSize, 1, gdal.GDT_Byte)
west, east, south, north = 0, source.RasterXSize, 0, source.RasterYSize
sea = [one.GetFID() for one in areas if one.GetGeometryRef().GetEnvelope() == (west, east, south, north)]
areas.SetAttributeFilter(f'FID in ({",".join(map(str, sea))})')
gdal.RasterizeLayer(filled, [1], areas, burn_values=[1])
print(int(((filled.ReadAsArray() == 1) & known).sum()))
"""


def test_gdal_finds_the_same_cells_and_people_on_the_demo(
    readable_province: dict[str, str], answer: Callable[..., Any], one: Callable[..., Any]
) -> None:
    """The polygon of low cells around the whole raster by GDAL's polygonize; houses in it by gdallocationinfo."""
    found = answer('flood-exposure', level_m=1.0)
    number = one("select current_release from catalog.layer where id = 'elevation'")
    path = Path(PathSettings().store) / one('select store_path from catalog.raster where release = %s', [number])
    script = ['/usr/bin/python3', '-c', POLYGONIZE, str(path), '1.0']
    cells = int(subprocess.run(script, check=True, capture_output=True, text=True).stdout)
    hectares = sum(part['properties']['hectares'] for part in found['extent']['features'])
    assert cells > 100_000
    assert hectares == pytest.approx(cells * 0.25)
    homes = one(
        """select string_agg(ST_X(c) || ' ' || ST_Y(c) || ' ' || people, E'\\n')
           from (select ST_Centroid(geom) c, coalesce(population, 0) people from layer.buildings) b"""
    ).split('\n')
    xy = '\n'.join(home.rsplit(' ', 1)[0] for home in homes)
    asked = ['gdallocationinfo', '-valonly', '-geoloc', str(found['depth'].path)]
    told = subprocess.run(asked, input=xy, check=True, capture_output=True, text=True).stdout.splitlines()
    # nothing is said of a cell without a value by some versions, and its nodata by others
    wet = [depth not in ('', '-9999') for depth in told]
    summary = found['result']['summary']
    assert summary['buildings'] + summary['buildings_outside_zones'] == sum(wet)
    assert summary['people'] + summary['people_outside_zones'] == sum(
        int(home.rsplit(' ', 1)[1]) for home, is_wet in zip(homes, wet, strict=True) if is_wet
    )
    assert summary['demo'] is True


@thorough
def test_on_the_demo_more_is_reached_at_a_higher_level_and_less_behind_dikes(
    readable_province: dict[str, str], answer: Callable[..., Any]
) -> None:
    low, high = (answer('flood-exposure', level_m=level_m)['result']['summary'] for level_m in (0.8, 1.0))
    behind = answer('flood-exposure', level_m=1.0, respect_dikes=True)['result']['summary']
    for measure in ('people', 'buildings', 'road_km', 'hectares', 'schools'):
        assert low[measure] <= high[measure]
        assert behind[measure] <= high[measure]
    assert behind['hectares'] < high['hectares']
