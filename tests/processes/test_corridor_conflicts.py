"""Corridor conflicts on a line and houses whose distances can be read off the drawing."""

import json

import pytest
import shapely

from processes.manager import execute

# The line runs along y = 0 from 0 to 1,000 m; houses are given by their nearest edge.
HOUSES = {
    'UNDER': shapely.box(100, -1, 110, 1),
    'NEAR': shapely.box(200, 3, 210, 13),
    'AT': shapely.box(300, 4, 310, 14),
    'BEYOND': shapely.box(1002, -5, 1012, 5),
    'FAR': shapely.box(400, 50, 410, 60),
}


def line(code, kv, insulated=False):
    return shapely.LineString([(0, 0), (1000, 0)]), {'code': code, 'voltage_kv': kv, 'insulated': insulated}


def houses(loader, **options):
    rows = [(shapely.MultiPolygon([box]), {'code': code, 'use': 'residential'}) for code, box in HOUSES.items()]
    return loader.load('buildings', rows, **options)


def conflicts(audience='public', **inputs):
    return json.loads(execute('corridor-conflicts', inputs, audience))


def by_pair(answer):
    rows = [feature['properties'] for feature in answer['features']]
    return {(row['line_id'], row['target_id']): (row['width_m'], row['distance_m'], row['overlap_m2']) for row in rows}


def test_a_110_kv_line_has_the_conflicts_read_off_the_drawing(loader, worker):
    """4 m either side: under the line 10 x 2 m²; at 3 m a strip of 10 x 1 m²; at exactly 4 m none; 2 m beyond the end
    a segment of the circle of 4 m cut at 2 m: 16 (π/3) − 2 √12 = 9.83 m².
    """
    houses(loader)
    loader.load('power_lines', [line('L', 110)])
    found = by_pair(conflicts())
    assert found.keys() == {('L', 'UNDER'), ('L', 'NEAR'), ('L', 'BEYOND')}
    assert found['L', 'UNDER'] == (4, 0, pytest.approx(20, abs=0.01))
    assert found['L', 'NEAR'] == (4, 3, pytest.approx(10, abs=0.01))
    assert found['L', 'BEYOND'] == (4, 2, pytest.approx(9.83, abs=0.03))


def test_width_follows_from_voltage_and_insulation(loader, worker):
    """At 22 kV bare 2 m, insulated 1 m, 220 kV 6 m: then the house at 4 m is in conflict too."""
    houses(loader)
    loader.load('power_lines', [line('BARE', 22), line('INSULATED', 22, insulated=True), line('HIGH', 220)])
    found = by_pair(conflicts())
    widths = {pair[0]: values[0] for pair, values in found.items()}
    assert widths == {'BARE': 2, 'INSULATED': 1, 'HIGH': 6}
    assert ('HIGH', 'AT') in found
    assert ('BARE', 'NEAR') not in found


def test_every_conflict_names_its_clause_and_shows_the_whole_building(loader, worker):
    houses(loader)
    loader.load('power_lines', [line('L', 110)])
    feature = conflicts()['features'][0]
    assert 'art. 11' in feature['properties']['clause']
    # 10 m x 10 m, told in degrees
    assert shapely.geometry.shape(feature['geometry']).area == pytest.approx(100 / 111_320**2 / 0.938, rel=0.05)


def test_a_line_without_a_norm_is_reported_and_not_dropped(loader, worker):
    houses(loader)
    release = loader.load('power_lines', [line('L', 110), line('TOO_HIGH', 800)])
    summary = conflicts()['summary']
    assert summary['lines'] == 2
    assert summary['lines_without_norm'] == [{'line_id': 'TOO_HIGH', 'voltage_kv': 800, 'insulated': False}]
    assert summary['releases']['power_lines'] == release


def test_a_long_oblique_line_is_decided_by_its_own_distance(loader, worker):
    """30 km at 45°: a house whose corner is 3 m off it, and its mirror image 5 m off."""
    root = 2**0.5
    centre = shapely.box(-1, -1, 1, 1)
    shift = [((3 + root) / root, 'INSIDE'), (-(5 + root) / root, 'OUTSIDE')]
    rows = [
        (
            shapely.MultiPolygon([shapely.affinity.translate(centre, 9_000 + by, 9_000 - by)]),
            {'code': code, 'use': 'public'},
        )
        for by, code in shift
    ]
    loader.load('buildings', rows)
    oblique = shapely.LineString([(0, 0), (21_000, 21_000)])
    loader.load('power_lines', [(oblique, {'code': 'L', 'voltage_kv': 110, 'insulated': False})])
    assert by_pair(conflicts()) == {('L', 'INSIDE'): (4, 3, pytest.approx(1, abs=0.01))}


def test_demonstration_data_is_named(loader, worker):
    houses(loader, demo=True)
    loader.load('power_lines', [line('L', 110)])
    assert conflicts()['summary']['demo'] is True
