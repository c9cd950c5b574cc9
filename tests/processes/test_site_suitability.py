"""Sites in a square of 10 x 6 cells whose scores can be worked out by hand."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import rasterio
import shapely

from processes.ground.criteria import BadCriterion, NoSuchNorm, TooFar
from processes.ground.flood_basin import LevelOrScenario
from processes.reading.validation import InvalidInput
from tests.processes.conftest import ORIGIN, area, building, commune, features, house
from tests.processes.town import Loader

# A road along the western edge, 10 m cells; its cells are the first column.
ROAD = {'kind': 'distance_to', 'name': 'road', 'layer': 'roads', 'worst': 100, 'best': 0}


@pytest.fixture
def square(loader: Loader) -> None:
    """100 m x 60 m, level ground at 1 m; a road in the west, a house in the east, rice in the southern half."""
    loader.load('communes', [(shapely.MultiPolygon([shapely.box(0, 0, 100, 60)]), commune('1'))])
    loader.load('roads', [(shapely.LineString([(5, -5), (5, 65)]), {'code': 'R', 'class': 'commune'})])
    loader.load('buildings', [(house(95, 35), building(1, 4))])
    rice = {'code': 'L1', 'class': 'LUC', 'commune_code': '1'}
    loader.load('land_use', [(shapely.MultiPolygon([shapely.box(0, 0, 100, 30)]), rice)])
    loader.raster('elevation', np.ones((6, 10)))


def sites(
    answer: Callable[..., Any], *criteria: dict[str, Any], **more: Any
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    found = answer('site-suitability', criteria=list(criteria), **{'min_area_ha': 0.0, 'cell_m': 10.0, **more})
    return [one['properties'] for one in found['result']['features']], found


def test_the_best_site_is_explained_to_the_last_part(square: None, answer: Callable[..., Any]) -> None:
    """Within 20 m of the road: three columns of six cells, which score 1, 0.9 and 0.8."""
    (site,), found = sites(answer, ROAD, threshold=0.75)
    assert site == {
        'rank': 1,
        'score': 0.9,
        'area_ha': 0.18,
        'road_value': 10.0,
        'road_score': 0.9,
        'road_contribution': 0.9,
    }
    outline = shapely.geometry.shape(found['result']['features'][0]['geometry'])
    assert outline.is_valid
    summary = found['result']['summary']
    assert (summary['sites'], summary['allowed_ha'], summary['best_score']) == (1, 0.6, 1)
    assert summary['criteria'][0]['share'] == 1
    assert summary['releases'].keys() == {'communes', 'roads'}
    assert all(caveat['vi'] and caveat['en'] for caveat in summary['caveats'])


def test_the_raster_has_every_score(square: None, answer: Callable[..., Any]) -> None:
    _, found = sites(answer, ROAD)
    with rasterio.open(found['suitability'].path) as file:
        assert file.tags(ns='IMAGE_STRUCTURE')['LAYOUT'] == 'COG'
        assert (file.bounds.left, file.bounds.top) == (ORIGIN[0], ORIGIN[1] + 60)
        assert file.read(1)[0].tolist() == pytest.approx([1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1])


def test_contributions_add_up_to_the_score_and_weights_are_shares(square: None, answer: Callable[..., Any]) -> None:
    """Rice scores 0.5 with a quarter of the weight; only the southern half has a class."""
    land = {'kind': 'land_use', 'name': 'land', 'classes': {'LUC': 0.5}, 'weight': 5}
    (site,), found = sites(answer, {**ROAD, 'weight': 15}, land, threshold=0.79)
    assert (site['road_contribution'], site['land_contribution']) == (0.7125, 0.125)
    assert site['score'] == pytest.approx(site['road_contribution'] + site['land_contribution'], abs=2e-4)
    assert found['result']['summary']['allowed_ha'] == 0.3


def test_a_site_that_other_limits_would_not_have_chosen_says_so(square: None, answer: Callable[..., Any]) -> None:
    """Best at 90 m: 80 and 90 m score 0.889 and 1; with half of the limits 1 and 1, with half more 0.593 and 0.667."""
    far = {'kind': 'distance_from', 'name': 'road', 'layer': 'roads', 'worst': 0, 'best': 90}
    (site,), found = sites(answer, far, threshold=0.8, sensitivity_pct=50)
    assert site['area_ha'] == 0.12
    assert (site['stays_share'], site['score_lowest'], site['score_highest']) == (0.5, 0.6296, 1)
    assert found['result']['summary']['variations'] == [
        {'criterion': 'road', 'varied': 'limits', 'by_pct': -50, 'sites_staying': 1},
        {'criterion': 'road', 'varied': 'limits', 'by_pct': 50, 'sites_staying': 0},
    ]


def test_weights_are_varied_one_after_the_other(square: None, answer: Callable[..., Any]) -> None:
    """At 0 and 10 m 0.875 and 0.8; the lowest mean is that with half the weight of the road, (0.8 + 0.74) / 2."""
    land = {'kind': 'land_use', 'name': 'land', 'classes': {'LUC': 0.5}, 'weight': 5}
    (site,), found = sites(answer, {**ROAD, 'weight': 15}, land, threshold=0.79, sensitivity_pct=50)
    assert (site['score'], site['score_lowest'], site['score_highest']) == (0.8375, 0.77, 0.8857)
    varied = [(each['criterion'], each['varied'], each['by_pct']) for each in found['result']['summary']['variations']]
    assert varied == [
        ('road', 'weight', -50), ('road', 'weight', 50), ('land', 'weight', -50), ('land', 'weight', 50),
        ('road', 'limits', -50), ('road', 'limits', 50),
    ]  # fmt: skip
    (plain,), _ = sites(answer, {**ROAD, 'weight': 15}, land, threshold=0.79)
    assert {name: site[name] for name in plain} == plain, 'what was asked is answered the same'


def test_a_norm_keeps_the_site_away_from_the_house(square: None, answer: Callable[..., Any]) -> None:
    """30 m by table 2.22, kept by all of a cell; the house stands in the last column, the fourth row from below."""
    homes: dict[str, Any] = {
        'kind': 'distance_from',
        'name': 'homes',
        'layer': 'buildings',
        'norm': 'wastewater_isolation',
    }
    homes |= {'norm_subject': 'treatment_works', 'norm_condition': 'enclosed', 'norm_quantity': 10_000}
    _, found = sites(answer, ROAD, homes)
    told = found['result']['summary']['criteria'][1]
    assert (told['at_least'], told['norm']['clause'], told['share']) == (30, 'QCVN 01:2021/BXD, table 2.22', 0)
    row, column = np.mgrid[0:6, 0:10]
    # from the edge of the house, a square of 2 m in the middle of its cell, to the edge of each cell
    down, right = (np.maximum(np.abs(steps) * 10 - 6, 0) for steps in (row - 2, column - 9))
    near = np.hypot(down, right) < 30
    with rasterio.open(found['suitability'].path) as file:
        assert np.array_equal(file.read_masks(1) == 0, near)
    assert found['result']['summary']['norms'] == ['wastewater_isolation']


def test_what_stands_beside_the_area_is_kept_away_from_too(
    square: None, loader: Loader, answer: Callable[..., Any]
) -> None:
    """A house 15 m east of the area: with 30 m to keep, the last two columns are out, and no cell of them is whole."""
    loader.load('buildings', [(house(116, 30), building(2, 4))])
    beside = {'kind': 'distance_from', 'name': 'homes', 'layer': {'collection': 'buildings', 'filter': "code = 'B002'"}}
    _, found = sites(answer, ROAD, {**beside, 'at_least': 30.0})
    with rasterio.open(found['suitability'].path) as file:
        allowed = file.read_masks(1) > 0
    assert allowed[:, :8].all()
    assert not allowed[2:4, 8:].any()


def test_a_cell_that_lies_in_the_area_in_part_is_none(square: None, answer: Callable[..., Any]) -> None:
    """The area ends at 96 m and at 57 m: the last column and the first row lie in it by their middle only."""
    within = features(area('a', 0, 0, 96, 57))
    _, found = sites(answer, ROAD, within=within)
    assert found['result']['summary']['allowed_ha'] == 0.45
    land = {'kind': 'land_use', 'name': 'land', 'classes': {'LUC': 0.5}}
    _, found = sites(answer, ROAD, land, cell_m=20.0)
    # rice ends at 30 m: of three rows of five cells one is rice as a whole
    assert found['result']['summary']['allowed_ha'] == 0.2


def test_water_and_slope_count_as_they_are_over_the_ground(
    loader: Loader, square: None, answer: Callable[..., Any]
) -> None:
    """The ground rises by 0.1 m from column to column, so half a metre of water ends at the sixth."""
    heights = np.tile(np.arange(10) / 10, (6, 1))
    loader.raster('elevation', heights)
    flood = {'kind': 'flood', 'name': 'flood', 'level_m': 0.5, 'worst': 0.5, 'best': 0}
    _, found = sites(answer, flood)
    with rasterio.open(found['suitability'].path) as file:
        assert file.read(1)[0].tolist() == pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 1, 1, 1, 1, 1], abs=1e-6)
    slope = {'kind': 'slope', 'name': 'slope', 'at_most': 1.0}
    (site,), found = sites(answer, slope, ROAD, threshold=0.0)
    assert site['slope_value'] == pytest.approx(np.degrees(np.arctan(0.01)), abs=1e-3)
    # no slope beside the rim, where neighbours are unknown
    assert found['result']['summary']['allowed_ha'] == pytest.approx(4 * 8 * 0.01)


def test_where_the_height_of_the_ground_is_unknown_no_flood_can_be_told_and_nothing_is_built(
    loader: Loader, square: None, answer: Callable[..., Any]
) -> None:
    """Three columns of the sea and seven of dry ground: the sea is not the driest place of all."""
    loader.raster('elevation', np.tile([np.nan] * 3 + [2.0] * 7, (6, 1)))
    flood = {'kind': 'flood', 'name': 'flood', 'level_m': 0.5, 'worst': 0.5, 'best': 0}
    (site,), found = sites(answer, flood)
    assert (site['area_ha'], found['result']['summary']['allowed_ha']) == (0.42, 0.42)


def test_no_site_is_an_answer_too(square: None, answer: Callable[..., Any]) -> None:
    none, found = sites(answer, ROAD, min_area_ha=5.0)
    assert none == []
    assert found['result']['summary']['sites'] == 0


def test_where_nothing_is_allowed_the_summary_says_so(square: None, answer: Callable[..., Any]) -> None:
    _, found = sites(answer, {**ROAD, 'at_least': 5_000})
    assert (found['result']['summary']['allowed_ha'], found['result']['summary']['best_score']) == (0, None)


@pytest.mark.parametrize(
    ('criterion', 'error', 'told'),
    [
        ({**ROAD, 'best': None}, BadCriterion, 'both worst and best'),
        ({'kind': 'distance_to', 'name': 'road', 'layer': 'roads'}, BadCriterion, 'or a limit'),
        ({**ROAD, 'best': 100}, BadCriterion, 'not the same'),
        ({**ROAD, 'worst': 90_000}, TooFar, 'Set cell_m to 46 or more'),
        ({**ROAD, 'kind': 'distance_from', 'norm': 'landfill_isolation'}, NoSuchNorm, 'sanitary'),
        ({**ROAD, 'kind': 'distance_from', 'norm': 'nothing'}, Exception, 'nothing'),
        ({'kind': 'flood', 'name': 'flood', 'at_most': 0}, LevelOrScenario, 'level_m'),
        ({**ROAD, 'kind': 'near'}, InvalidInput, 'distance_to.*distance_from'),
        ({'name': 'road', 'layer': 'roads'}, InvalidInput, 'lacks .kind.'),
        ({**ROAD, 'name': 'Đường'}, InvalidInput, 'criteria.0.*must match'),
        ({**ROAD, 'weight': -1}, InvalidInput, 'weight.*must be 0 or more'),
        ({**ROAD, 'bets': 1}, InvalidInput, 'Did you mean "best"'),
        ({'kind': 'land_use', 'name': 'land', 'classes': {}}, InvalidInput, 'classes'),
        ({'kind': 'land_use', 'name': 'land', 'classes': {'LUC': 2}}, InvalidInput, 'must be 1 or less'),
    ],
)
def test_a_criterion_that_is_not_right_is_named(
    square: None, answer: Callable[..., Any], criterion: dict[str, Any], error: type[Exception], told: str
) -> None:
    with pytest.raises(error, match=told):
        answer('site-suitability', criteria=[criterion])


def test_two_criteria_of_one_name_are_refused(square: None, answer: Callable[..., Any]) -> None:
    with pytest.raises(BadCriterion, match='has the name of one before'):
        answer('site-suitability', criteria=[ROAD, ROAD])
