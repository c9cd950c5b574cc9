"""Isolation distances on sites and houses whose distances can be read off the drawing."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import MultiPolygon

from dothi.core.arrays import Geometries
from dothi.core.database import connection
from dothi.core.locality import Locality
from processes.isolation_distance import NoSources
from processes.reading.layers import NoSuchColumn
from processes.reading.validation import InvalidInput
from processes.supply.isolation import NearPairs, pairs_of_sources
from tests.processes.conftest import answered, commune
from tests.processes.town import Loader

# Sites are squares of 100 m with their lower left corner here; houses are squares of 10 m by their nearer edge.
EVERYTHING: dict[str, Any] = {
    'wastewater_works': 'wastewater_plants',
    'landfills': 'landfills',
    'cemeteries': 'cemeteries',
}


def square(x: float, y: int, size: int = 100) -> MultiPolygon:
    return shapely.MultiPolygon([shapely.box(x, y, x + size, y + size)])


def works(
    code: str, capacity: int, *, enclosed: bool = False, at: tuple[int, int] = (0, 0)
) -> tuple[MultiPolygon, dict[str, Any]]:
    return square(*at), {'code': code, 'name': code, 'capacity_m3_d': capacity, 'enclosed': enclosed}


def cemetery(code: str, *, treated: bool, at: tuple[int, int] = (0, 0)) -> tuple[MultiPolygon, dict[str, Any]]:
    return square(*at), {'code': code, 'name': code, 'kind': 'people', 'treated': treated}


def landfill(code: str, kind: str, at: tuple[int, int] = (0, 0)) -> tuple[MultiPolygon, dict[str, Any]]:
    return square(*at), {'code': code, 'name': code, 'kind': kind, 'open': True}


@pytest.fixture
def place(loader: Loader) -> Callable[..., Loader]:
    """Loads houses by the distance of their nearer edge from the site at (0, 0), eastwards, with their people."""

    def load(
        distances: Mapping[int, tuple[float, int | None]], zones: tuple[tuple[int, int], ...] = ((-5000, 5000),)
    ) -> Loader:
        rows = [(square(100 + away_m, 40, 10), house(number, people)) for number, (away_m, people) in distances.items()]
        loader.load('buildings', rows)
        loader.load('communes', [(square_zone(*zone), commune(f'1374{i}')) for i, zone in enumerate(zones)])
        return loader

    return load


def square_zone(west: int, east: int) -> MultiPolygon:
    return shapely.MultiPolygon([shapely.box(west, -5000, east, 5000)])


def house(number: int, people: int | None) -> dict[str, Any]:
    return {'code': f'B{number}', 'use': 'residential', 'population': people}


def by_code(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one['properties']['code']: one['properties'] for one in found['features']}


def test_works_of_4_000_m3_a_day_keep_100_m(place: Callable[..., Loader], answer: Callable[..., Any]) -> None:
    """Houses at 99.9 m (2 people), just 100 m (3) and 100.1 m (4): only the first is nearer than the norm allows."""
    place({1: (99.9, 2), 2: (100, 3), 3: (100.1, 4)}).load('wastewater_plants', [works('W', 4_000)])
    found = answer('isolation-distance', wastewater_works='wastewater_plants')
    one = by_code(found['sources'])['W']
    assert (one['distance_m'], one['dwellings'], one['people'], one['verified']) == (100, 1, 2, True)
    assert 'table 2.22' in one['clause']
    assert (found['zones']['summary']['dwellings'], found['zones']['summary']['people']) == (1, 2)


@pytest.mark.parametrize(
    ('capacity', 'enclosed', 'people'), [(150, False, 2), (4_000, True, 0), (40_000, False, 9), (60_000, False, 16)]
)
def test_capacity_and_cover_of_the_works_decide(
    place: Callable[..., Loader], answer: Callable[..., Any], capacity: int, enclosed: bool, people: int
) -> None:
    """2 people at 79 m, 7 at 249 m, 7 more at 349 m: 80, 15, 250 and 350 m are to be kept."""
    place({1: (79, 2), 2: (249, 7), 3: (349, 7)}).load('wastewater_plants', [works('W', capacity, enclosed=enclosed)])
    assert answer('isolation-distance', wastewater_works='wastewater_plants')['sources']['summary']['people'] == people


def test_pumping_stations_have_distances_of_their_own(place: Callable[..., Loader], answer: Callable[..., Any]) -> None:
    place({1: (19, 2), 2: (21, 7)}).load('wastewater_plants', [works('P', 4_000)])
    assert by_code(answer('isolation-distance', pumping_stations='wastewater_plants')['sources'])['P']['people'] == 2


def test_a_house_too_near_to_two_cemeteries_counts_once(
    place: Callable[..., Loader], answer: Callable[..., Any]
) -> None:
    """1,000 m east of both: within 1,500 m of the untreated one; 400 m from the treated one, whose distance is 500."""
    place({1: (1_000, 5)}).load(
        'cemeteries', [cemetery('BARE', treated=False), cemetery('TREATED', treated=True, at=(600, 0))]
    )
    found = answer('isolation-distance', cemeteries='cemeteries')
    assert {code: one['people'] for code, one in by_code(found['sources']).items()} == {'BARE': 5, 'TREATED': 5}
    assert found['zones']['summary']['by_kind']['cemeteries'] == {'sources': 2, 'dwellings': 1, 'people': 5}


def test_zones_add_up_to_the_whole_and_to_each_kind(place: Callable[..., Loader], answer: Callable[..., Any]) -> None:
    """Zones west and east of x = 600; one house beyond both. The landfill keeps 1,000 m, the cemetery 1,500 m."""
    loader = place({1: (450, 1), 2: (800, 2), 3: (1_200, 4), 4: (1_350, 8)}, zones=((-5000, 600), (600, 1_350)))
    loader.load('landfills', [landfill('L', 'sanitary')])
    loader.load('cemeteries', [cemetery('C', treated=False)])
    found = answer('isolation-distance', landfills='landfills', cemeteries='cemeteries')
    zones = by_code(found['zones'])
    assert [zones[code]['people'] for code in ('13740', '13741')] == [1, 6]
    assert [zones[code]['landfills_people'] for code in ('13740', '13741')] == [1, 2]
    assert [zones[code]['cemeteries_dwellings'] for code in ('13740', '13741')] == [1, 2]
    assert (found['zones']['summary']['people'], found['zones']['summary']['people_outside_zones']) == (15, 8)


def test_zones_that_overlap_each_have_their_dwellings(place: Callable[..., Loader], answer: Callable[..., Any]) -> None:
    """A house in both zones is in the figures of both, and once on the whole."""
    place({1: (450, 1), 2: (800, 2)}, zones=((-5000, 1_400), (0, 700))).load('landfills', [landfill('L', 'sanitary')])
    found = answer('isolation-distance', landfills='landfills')
    zones = by_code(found['zones'])
    assert [zones[code]['people'] for code in ('13740', '13741')] == [3, 1]
    assert found['zones']['summary']['people'] == 3
    assert any('overlap' in note['en'] for note in found['zones']['summary']['caveats'])


def test_what_has_no_norm_is_listed_and_not_called_harmless(
    place: Callable[..., Loader], answer: Callable[..., Any]
) -> None:
    place({1: (10, 3)}).load('landfills', [landfill('I', 'incinerator')])
    found = answer('isolation-distance', landfills='landfills')
    assert by_code(found['sources'])['I']['people'] is None
    assert found['sources']['summary']['sources_without_norm'] == [
        {'kind': 'landfills', 'code': 'I', 'attributes': {'kind': 'incinerator', 'open': True}}
    ]


def test_an_unverified_norm_says_so(place: Callable[..., Loader], answer: Callable[..., Any]) -> None:
    place({1: (10, 3)}).load('landfills', [landfill('L', 'inorganic')])
    summary = answer('isolation-distance', landfills='landfills')['sources']['summary']
    assert [(norm['value'], norm['verified'], norm['people']) for norm in summary['by_norm']] == [(100, False, 3)]


def test_houses_where_nobody_lives_do_not_count(place: Callable[..., Loader], answer: Callable[..., Any]) -> None:
    place({1: (10, 0), 2: (20, None)}).load('wastewater_plants', [works('W', 4_000)])
    assert answer('isolation-distance', wastewater_works='wastewater_plants')['sources']['summary']['dwellings'] == 0


def test_without_any_layer_there_is_nothing_to_keep_away_from(answer: Callable[..., Any]) -> None:
    with pytest.raises(NoSources, match='at least one layer of: wastewater_works'):
        answer('isolation-distance')


def test_a_layer_without_the_columns_of_its_norm_is_refused_by_name(
    place: Callable[..., Loader], answer: Callable[..., Any]
) -> None:
    place({1: (10, 1)}).load('landfills', [landfill('L', 'sanitary')])
    with pytest.raises(NoSuchColumn, match='"landfills" has no column "treated"'):
        answer('isolation-distance', cemeteries='landfills')


def test_the_population_is_not_for_the_public(answer: Callable[..., Any]) -> None:
    with pytest.raises(Exception, match='isolation-distance'):
        answer('isolation-distance', audience='public', cemeteries='cemeteries')


def test_zones_that_are_no_layer_are_refused(answer: Callable[..., Any]) -> None:
    with pytest.raises(InvalidInput, match='zones'):
        answer('isolation-distance', cemeteries='cemeteries', zones=7)


PAIRS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 9), st.integers(-1, 2)), max_size=40)


@given(PAIRS, st.permutations(range(40)), st.lists(st.booleans(), min_size=5, max_size=5))
def test_counts_ignore_the_order_and_grow_with_the_sources(
    pairs: list[tuple[int, int, int]], order: list[int], wanted: list[bool]
) -> None:
    """People are those of the house: number + 1."""
    found = np.array(pairs, dtype=np.int64).reshape(-1, 3)
    near = NearPairs(found[:, 0], found[:, 1], found[:, 1].astype(np.float64) + 1)
    shuffled = near.where(np.array([one for one in order if one < len(pairs)], dtype=np.int64))
    assert shuffled.counted == near.counted
    assert near.counted['people'] == sum({home: home + 1 for _, home, _ in pairs}.values())
    some = pairs_of_sources(near, wanted).counted
    assert some['dwellings'] <= near.counted['dwellings']
    assert some['people'] <= near.counted['people']


def test_geos_finds_the_same_dwellings_on_the_demo_province(
    readable_province: dict[str, str], locality: Locality, tmp_path: Path
) -> None:
    """PostGIS answers by its own distance, GEOS by another one."""
    found = answered(locality, tmp_path, 'isolation-distance', **EVERYTHING)
    ours = {code: one['dwellings'] for code, one in by_code(found['sources']).items() if one['dwellings'] is not None}
    distances = {code: one['distance_m'] for code, one in by_code(found['sources']).items() if code in ours}
    tree = shapely.STRtree(shapes('select ST_AsBinary(geom) from layer.buildings where population > 0'))
    theirs: dict[str, int] = {}
    for layer in EVERYTHING.values():
        codes = [code for code, *_ in asked(f'select code from layer.{layer} order by code') if code in ours]
        sites = shapes(f'select ST_AsBinary(geom) from layer.{layer} where code = any(%s) order by code', [codes])
        away_m = np.array([distances[code] for code in codes])
        site, _ = tree.query(sites, predicate='dwithin', distance=away_m)
        theirs |= dict(zip(codes, np.bincount(site, minlength=len(codes)).tolist(), strict=True))
    assert ours == theirs
    assert sum(theirs.values()) > 1_000


def asked(query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall()


def shapes(query: str, values: Sequence[object] = ()) -> Geometries:
    return shapely.from_wkb([bytes(wkb) for (wkb,) in asked(query, values)])
