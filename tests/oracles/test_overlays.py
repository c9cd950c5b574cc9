"""Layers by geopandas: what lies in which zone, how near things are, what stands in water; shares of divided units."""

import itertools
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject
from shapely import LineString, MultiPolygon
from shapely.geometry.base import BaseGeometry

from dothi.core.arrays import Floats, Geometries
from processes.data import Homes
from processes.zones.restating import area_shares, people_shares, restate_figures
from tests.matrix import number_of_examples
from tests.oracles.conftest import in_metres, zones_of
from tests.processes.conftest import ORIGIN, Loader, building, commune, empty, house, station

WORLDS = settings(
    max_examples=number_of_examples(2, 6), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
PURE = settings(max_examples=10, deadline=None)
SEEDS = st.integers(0, 2**32 - 1)
# Overlapping, one within another, with a side in common, and one outside of everything.
BOXES = {'a': (0, 0, 400, 300), 'b': (200, 100, 700, 600), 'c': (250, 150, 350, 250), 'd': (700, 0, 900, 600),
         'e': (5_000, 5_000, 5_100, 5_100)}  # fmt: skip
ZONES = gpd.GeoDataFrame({'zone': [*BOXES]}, geometry=[shapely.box(*box) for box in BOXES.values()])
WHOLE = ZONES.union_all()
# What `loader.load` takes: a geometry and its attributes.
type Rows = Sequence[tuple[BaseGeometry, dict[str, Any]]]


def halves(rng: np.random.Generator, count: int, most: int = 900) -> Floats:
    """Places that lie on no side of a zone."""
    return rng.integers(-60, most, (count, 2)).astype(np.float64) + 0.5


def rows(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one['properties']['code']: one['properties'] for one in found['features']}


def frame(rows_: Rows) -> gpd.GeoDataFrame:
    """Rows for `loader.load` as a GeoDataFrame."""
    return gpd.GeoDataFrame([attributes for _, attributes in rows_], geometry=[shape for shape, _ in rows_])


def roads_of(rng: np.random.Generator, count: int = 6) -> list[tuple[LineString, dict[str, Any]]]:
    lines = [shapely.LineString(halves(rng, 3)) for _ in range(count)]
    widths = rng.integers(2, 5, count)
    return [
        (line, {'code': f'R{i}', 'class': 'commune', 'width_m': float(width)})
        for i, (line, width) in enumerate(zip(lines, widths, strict=True))
    ]


def homes_of(rng: np.random.Generator, count: int = 12, most: int = 900) -> list[tuple[MultiPolygon, dict[str, Any]]]:
    people = rng.integers(0, 9, count)
    return [(house(*xy), building(i, int(n)) | {'floors': int(n) % 3 + 1}) for i, (xy, n) in
            enumerate(zip(halves(rng, count, most), people, strict=True))]  # fmt: skip


def weighted_median(value: Floats, weight: Floats) -> float:
    order = np.argsort(value, kind='stable')
    reached = np.cumsum(weight[order]) / weight.sum()
    return float(value[order][np.searchsorted(reached, 0.5 - 1e-9)])


@WORLDS
@given(SEEDS)
def test_values_of_lines_in_zones(loader: Loader, answer: Callable[..., Any], seed: int) -> None:
    """Lengths, shared sums, weighted means and medians of what the zones cut; on the whole each part once."""
    empty()
    roads = roads_of(np.random.default_rng(seed))
    loader.load('roads', roads)
    statistics = ['length_m', 'sum', 'mean', 'median', 'count']
    found = answer('zonal-statistics', layer='roads', column='width_m', statistics=statistics, zones=zones_of(BOXES))
    lines = frame(roads).assign(whole=lambda one: one.length)
    pieces = gpd.overlay(lines, ZONES, keep_geom_type=True)
    for code, row in rows(found).items():
        own = pieces[pieces['zone'] == code]
        length, value = own.length.to_numpy(), own['width_m'].to_numpy(float)
        assert row['length_m'] == pytest.approx(length.sum(), abs=0.1)
        if length.sum() < 0.1:
            continue
        assert row['sum'] == pytest.approx((value * length / own['whole']).sum(), rel=1e-3, abs=0.01)
        assert row['mean'] == pytest.approx(np.average(value, weights=length), rel=1e-3)
        reached = [length[value <= one].sum() / length.sum() for one in np.unique(value)]
        assert row['median'] == weighted_median(value, length) or min(abs(np.array(reached) - 0.5)) < 1e-3
    whole = lines.geometry.intersection(WHOLE).length
    assert found['summary']['length_m_of_zones'] == pytest.approx(whole.sum(), abs=0.1)
    assert found['summary']['sum_of_zones'] == pytest.approx(
        (lines['width_m'] * whole / lines['whole']).sum(), rel=1e-4
    )


@WORLDS
@given(SEEDS)
def test_points_and_areas_in_zones(loader: Loader, answer: Callable[..., Any], seed: int) -> None:
    """Every zone has each point that lies in it; areas are cut; the summary has each once."""
    empty()
    rng = np.random.default_rng(seed)
    stations = [(shapely.Point(xy), station(i)) for i, xy in enumerate(halves(rng, 15))]
    sides = rng.integers(5, 200, (6, 2))
    plots = [(shapely.MultiPolygon([shapely.box(*xy, *(xy + side))]), building(i)) for i, (xy, side) in
             enumerate(zip(halves(rng, 6), sides, strict=True))]  # fmt: skip
    loader.load('health_facilities', stations)
    loader.load('buildings', plots)
    counts = answer('zonal-statistics', layer='health_facilities', statistics=['count'], zones=zones_of(BOXES))
    joined = gpd.sjoin(frame(stations), ZONES, predicate='within')
    assert {code: row['count'] for code, row in rows(counts).items()} == {
        code: (joined['zone'] == code).sum() for code in BOXES
    }
    once = joined['code'].nunique()
    assert (counts['summary']['count_of_zones'], counts['summary']['features_outside']) == (once, 15 - once)
    areas = answer('zonal-statistics', layer='buildings', statistics=['area_m2'], zones=zones_of(BOXES))
    for code, row in rows(areas).items():
        expected = frame(plots).geometry.intersection(shapely.box(*BOXES[code])).area.sum()
        assert row['area_m2'] == pytest.approx(expected, abs=1.0)
    expected = frame(plots).geometry.intersection(WHOLE).area.sum()
    assert areas['summary']['area_m2_of_zones'] == pytest.approx(expected, abs=1.0)


@WORLDS
@given(SEEDS, st.sampled_from([80.5, 200.25]))
def test_people_within_a_straight_line(loader: Loader, answer: Callable[..., Any], seed: int, limit_m: float) -> None:
    empty()
    rng = np.random.default_rng(seed)
    homes = homes_of(rng)
    stations = [(shapely.Point(xy), station(i)) for i, xy in enumerate(halves(rng, 3))]
    loader.load('buildings', homes)
    loader.load('health_facilities', stations)
    found = answer('service-coverage', facilities='health_facilities', distance_m=limit_m, mode='straight-line',
                   zones=zones_of(BOXES))['result']  # fmt: skip
    lived = frame(homes).set_geometry(frame(homes).centroid)
    lived['near'] = lived.geometry.distance(shapely.union_all([shape for shape, _ in stations])) <= limit_m
    joined = gpd.sjoin(lived, ZONES, predicate='within')
    for code, row in rows(found).items():
        own = joined[joined['zone'] == code]
        assert row['population'] == own['population'].sum()
        assert row['population_covered'] == own.loc[own['near'], 'population'].sum()
    summary = found['summary']
    assert summary['population_covered'] == lived.loc[lived['near'] & lived.within(WHOLE), 'population'].sum()
    assert summary['population_outside_zones'] == lived.loc[~lived.within(WHOLE), 'population'].sum()


@WORLDS
@given(SEEDS)
def test_so_many_in_each_unit(loader: Loader, answer: Callable[..., Any], seed: int) -> None:
    """Stations by commune, some on the border between two, which count in the first."""
    empty()
    rng = np.random.default_rng(seed)
    boxes = {f'1374{i}': shapely.box(300 * i, 0, 300 * i + 300, 300) for i in range(3)}
    loader.load('communes', [(shapely.MultiPolygon([box]), commune(code)) for code, box in boxes.items()])
    places = [(float(x), float(y)) for x, y in rng.choice([-50, 0, 150, 300, 450, 600, 750], (4, 2))]
    stations = [(shapely.Point(xy), station(i)) for i, xy in enumerate(places)]
    homes = homes_of(rng)
    loader.load('health_facilities', stations)
    loader.load('buildings', homes)
    found = answer('service-coverage', facilities='health_facilities', kind_column='kind', norm='facilities_per_unit')
    units = gpd.GeoDataFrame({'unit': [*boxes]}, geometry=[*boxes.values()])
    joined = gpd.sjoin(frame(stations), units, predicate='intersects').sort_values('unit').drop_duplicates('code')
    lived = gpd.sjoin(frame(homes).set_geometry(frame(homes).centroid), units, predicate='within')
    for code, row in rows(found['result']).items():
        count = (joined['unit'] == code).sum()
        people = lived.loc[lived['unit'] == code, 'population'].sum()
        assert (row['facilities_station'], row['norm_met']) == (count, count >= 1)
        assert (row['population'], row['population_covered']) == (people, people if count else 0)
    assert found['result']['summary']['units_meeting_norm'] == joined['unit'].nunique()


@WORLDS
@given(SEEDS)
def test_what_is_too_near_to_works(loader: Loader, answer: Callable[..., Any], seed: int) -> None:
    """Dwellings by shapely's distance to the sites, each once in a zone whatever it is too near to."""
    empty()
    rng = np.random.default_rng(seed)
    homes = homes_of(rng, most=2_500)
    kinds = {'inorganic': 100, 'sanitary': 1_000}
    sites: list[tuple[shapely.MultiPolygon, dict[str, Any]]] = [
        (
            shapely.MultiPolygon([shapely.box(*xy, *(xy + 30))]),
            {'code': f'L{i}', 'name': 'x', 'kind': kind, 'open': True},
        )
        for i, (xy, kind) in enumerate(zip(halves(rng, 4), [*kinds] * 2, strict=True))
    ]
    loader.load('buildings', homes)
    loader.load('landfills', sites)
    found = answer('isolation-distance', landfills='landfills', zones=zones_of(BOXES))
    lived = frame(homes).query('population > 0').copy()
    too_near = {site['code']: lived.distance(shape) < kinds[site['kind']] for shape, site in sites}
    for code, row in rows(found['sources']).items():
        own = lived[too_near[code]]
        assert (row['dwellings'], row['people']) == (len(own), own['population'].sum())
    near = lived[np.logical_or.reduce([*too_near.values()])]
    near = near.set_geometry(near.centroid)
    joined = gpd.sjoin(near, ZONES, predicate='within')
    for code, row in rows(found['zones']).items():
        own = joined[joined['zone'] == code]
        assert (row['dwellings'], row['people']) == (len(own), own['population'].sum())
    summary = found['zones']['summary']
    assert (summary['dwellings'], summary['people']) == (len(near), near['population'].sum())
    assert summary['people_outside_zones'] == near.loc[~near.within(WHOLE), 'population'].sum()


@WORLDS
@given(SEEDS)
def test_what_stands_in_a_corridor(loader: Loader, answer: Callable[..., Any], seed: int) -> None:
    """Pairs nearer than the width of their voltage, with what lies inside; each building once on the whole."""
    empty()
    rng = np.random.default_rng(seed)
    widths = {22: 2, 110: 4, 500: 7}
    lines = [
        (shapely.LineString(halves(rng, 2, 60)), {'code': f'L{i}', 'voltage_kv': kv, 'insulated': False})
        for i, kv in enumerate(widths)
    ]
    homes = homes_of(rng, most=60)
    loader.load('power_lines', lines)
    loader.load('buildings', homes)
    found = answer('corridor-conflicts', lines='power_lines', kind='power_line', targets='buildings')
    told = {
        (one['properties']['line_id'], one['properties']['target_id']): one['properties'] for one in found['features']
    }
    expected = {
        (line['code'], home['code']): (shape, place, widths[line['voltage_kv']], home['population'])
        for (shape, line), (place, home) in itertools.product(lines, homes)
        if shape.distance(place) < widths[line['voltage_kv']] - 1e-9
    }
    assert told.keys() == expected.keys()
    for pair, (shape, place, width, _) in expected.items():
        assert told[pair]['distance_m'] == pytest.approx(shape.distance(place), abs=1e-3)
        assert told[pair]['overlap_m2'] == pytest.approx(shape.buffer(width, 64).intersection(place).area, abs=0.02)
    people = {target: people for (_, target), (*_, people) in expected.items()}
    assert (found['summary']['conflicts'], found['summary']['targets']) == (len(expected), len(people))
    assert found['summary'].get('people', 0) == sum(people.values())


@WORLDS
@given(SEEDS, st.sampled_from([5.0, 10.0]))
def test_what_stands_in_water(loader: Loader, answer: Callable[..., Any], seed: int, cell_m: float) -> None:
    """On the depths that the process draws, whose oracle is in test_rasters: cells as squares, zones by centre."""
    empty()
    rng = np.random.default_rng(seed)
    loader.raster(
        'elevation', rng.choice(np.array([np.nan, -0.5, 0.3, 0.7, 2.0]), (6, 10), p=[0.1, 0.2, 0.3, 0.2, 0.2])
    )
    homes = homes_of(rng, most=100)
    roads = [(shapely.LineString(halves(rng, 3, 100)), {'code': f'R{i}', 'class': 'commune'}) for i in range(3)]
    schools = [(shapely.Point(xy), {'code': f'S{i}', 'name': 'x', 'level': 'primary'}) for i, xy in
               enumerate(halves(rng, 6, 100))]  # fmt: skip
    layers: dict[str, Rows] = {'buildings': homes, 'roads': roads, 'schools': schools}
    for layer, own in layers.items():
        loader.load(layer, own)
    loader.load('health_facilities', [])
    boxes = {'a': (0, 0, 60, 60), 'b': (30, 20, 100, 60), 'c': (41, 21, 59, 39)}
    found = answer('flood-exposure', level_m=1.0, cell_m=cell_m, zones=zones_of(boxes))
    with rasterio.open(found['depth'].path) as file:
        depth = file.read(1, masked=True)
        row, column = np.nonzero(~np.ma.getmaskarray(depth))
        west, north = file.transform.c + column * cell_m - ORIGIN[0], file.transform.f - row * cell_m - ORIGIN[1]
    cells = gpd.GeoDataFrame(geometry=shapely.box(west, north - cell_m, west + cell_m, north))
    lived, taught = frame(homes), frame(schools)
    lived = lived.set_geometry(lived.centroid)
    wet = cells.union_all() if len(cells) else shapely.Polygon()
    shapes: dict[str | None, BaseGeometry] = {code: shapely.box(*box) for code, box in boxes.items()}
    every = {**shapes, None: shapely.union_all([*shapes.values()])}
    told: dict[str | None, dict[str, Any]] = {None: found['result']['summary']}
    told.update(rows(found['result']))
    for code, shape in every.items():
        own = cells[cells.centroid.within(shape)]
        here = lived[lived.within(wet) & lived.within(shape)]
        assert (told[code]['people'], told[code]['buildings']) == (here['population'].sum(), len(here))
        assert told[code]['schools'] == (taught.within(wet) & taught.within(shape)).sum()
        assert told[code]['hectares'] == pytest.approx(len(own) * cell_m**2 / 1e4, abs=0.006)
        length = sum(road.intersection(own.union_all()).length for road, _ in roads) if len(own) else 0
        assert told[code]['road_km'] == pytest.approx(length / 1000, abs=2e-3)
        assert told[code]['population'] == lived.loc[lived.within(shape), 'population'].sum()
    outside = lived[lived.within(wet) & ~lived.within(every[None])]
    assert told[None]['people_outside_zones'] == outside['population'].sum()


WARDS = {'13639': (0, 0, 300, 600), '13642': (300, 0, 700, 600), '13636': (800, 0, 900, 600)}


@WORLDS
@given(SEEDS)
def test_a_layer_by_units(loader: Loader, answer: Callable[..., Any], seed: int) -> None:
    empty()
    rng = np.random.default_rng(seed)
    loader.load('communes', [(shapely.MultiPolygon([shapely.box(*box)]), commune(code)) for code, box in WARDS.items()])
    roads, homes = roads_of(rng), homes_of(rng, 20)
    loader.load('roads', roads)
    loader.load('buildings', homes)
    units = gpd.GeoDataFrame({'unit': [*WARDS]}, geometry=[shapely.box(*box) for box in WARDS.values()])
    joined = gpd.sjoin(frame(homes).set_geometry(frame(homes).centroid), units, predicate='within').groupby('unit')
    pieces = gpd.overlay(frame(roads), units, keep_geom_type=True)
    expected = {
        ('buildings', 'count', None): joined.size(),
        ('buildings', 'sum', 'population'): joined['population'].sum(),
        ('buildings', 'mean', 'floors'): joined['floors'].mean(),
        ('roads', 'length_m', None): pieces.assign(length=pieces.length).groupby('unit')['length'].sum(),
    }
    for (layer, statistic, column), values in expected.items():
        more = {'column': column} if column else {}
        found = answer('group-by-units', layer=layer, statistic=statistic, date='2024-08-31', **more)
        nothing = None if statistic == 'mean' else 0
        told = {one['id']: one['properties']['value'] for one in found['features']}
        assert told == pytest.approx({unit: values.get(unit, nothing) for unit in WARDS}, abs=1e-6)


CUTS = st.lists(st.integers(1, 29), max_size=3, unique=True).map(sorted)


def strips(cuts: list[int], high: int = 20) -> Geometries:
    edges = [0, *cuts, 30]
    return np.array([shapely.box(a, 0, b, high) for a, b in itertools.pairwise(edges)], dtype=object)


@PURE
@given(
    CUTS, CUTS, st.lists(st.tuples(st.integers(0, 29), st.integers(0, 19), st.integers(1, 9)), max_size=9), st.data()
)
def test_figures_on_units_of_another_day(
    before: list[int], after: list[int], homes: list[tuple[int, int, int]], data: DataObject
) -> None:
    """Shares of area and of people by overlay and join; sums kept to the last step, by the largest remainders."""
    old, new = strips(before), strips(after)
    was, now = [f'A{i}' for i in range(len(old))], [f'B{i}' for i in range(len(new))]
    olds, news = gpd.GeoDataFrame({'was': was}, geometry=old), gpd.GeoDataFrame({'now': now}, geometry=new)
    pieces = gpd.overlay(olds, news)
    ground = pieces.assign(share=pieces.area / pieces['was'].map(dict(zip(was, shapely.area(old), strict=True))))
    by_area = area_shares(was, old, now, new)
    assert {(a, b): share for a, of in by_area.items() for b, share in of.items()} == pytest.approx(
        {(row.was, row.now): row.share for row in ground.itertuples()}
    )
    xy, people = np.array([home[:2] for home in homes], dtype=float).reshape(-1, 2) + 0.5, [home[2] for home in homes]
    shares, nobody = people_shares(
        by_area, was, old, now, new, Homes(xy, np.array(people, dtype=float), np.arange(len(people)))
    )
    lived = gpd.GeoDataFrame({'people': people}, geometry=gpd.points_from_xy(*xy.T))
    counts = (
        gpd.sjoin(lived, pieces, predicate='within').groupby(['was', 'now'])['people'].sum() if homes else pd.Series()
    )
    for code, of in shares.items():
        whole = sum(counts.get((code, other), 0) for other in of)
        assert (code in nobody) == (not whole and len(of) > 1)
        expected = {b: counts.get((code, b), 0) / whole for b in of} if whole else by_area[code]
        assert of == pytest.approx(expected)
    figures = {code: data.draw(st.integers(0, 99)) for code in was}
    found = restate_figures(figures, by_area, 0)
    assert sum(one.value for one in found.values()) == sum(figures.values())
    for target, one in found.items():
        exact = sum(Fraction(figures[code]) * Fraction(of.get(target, 0)) for code, of in by_area.items())
        touching = [code for code, of in by_area.items() if target in of]
        assert abs(one.value - exact) < len(touching) + 1e-6
        assert one.least == sum(figures[code] for code in touching if len(by_area[code]) == 1)
        assert one.most == sum(figures[code] for code in touching)


def test_the_worlds_are_written_as_they_are_read() -> None:
    """Zones that are sent in degrees are the boxes that the oracles cut by, to the millimetre that areas allow."""
    for one in zones_of(BOXES)['features']:
        xy = in_metres(one['geometry']['coordinates'][0])
        box = shapely.box(*BOXES[one['properties']['code']])
        assert shapely.hausdorff_distance(shapely.Polygon(xy), box) < 1.5e-3
