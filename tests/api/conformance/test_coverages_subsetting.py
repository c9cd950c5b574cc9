"""OGC API - Coverages: parts of the plane, positions, and bands."""

from typing import Any

import pytest
import rasterio
import requests

from tests.api.conformance.conftest import Api

CLASSES = (
    'https://www.opengis.net/spec/ogcapi-coverages-1/1.0/conf/subsetting-spatial',
    'http://www.opengis.net/spec/ogcapi-coverages-1/1.0/conf/subsetting',
    'https://www.opengis.net/spec/ogcapi-coverages-1/1.0/conf/position-query',
    'https://www.opengis.net/spec/ogcapi-coverages-1/1.0/conf/field-selection',
    'http://www.opengis.net/spec/ogcapi-coverages-1/1.0/conf/fieldselection',
)
GRID = '/collections/population_grid/coverage'
GROUND = '/collections/elevation/coverage'
# Cells of the grid are 1/120 degree: this box is six of them by three.
BOX = {'lon': (106.15, 106.2), 'lat': (20.4, 20.425)}
EPSG = 'http://www.opengis.net/def/crs/EPSG/0'


def part(answer: requests.Response) -> tuple[Any, Any]:
    """Values and bounds of a GeoTIFF."""
    assert answer.status_code == 200, answer.text[:300]
    with rasterio.MemoryFile(answer.content) as memory, memory.open() as file:
        return file.read(), tuple(file.bounds)


def test_subsetting_spatial_subset_and_bbox_are_one(internal: Api) -> None:
    """/subset, /bbox-definition, /multiple-subset: intervals in CRS84 by default, the same as a box."""
    (west, east), (south, north) = BOX['lon'], BOX['lat']
    values, bounds = part(internal.get(GRID, subset=f'Lat({south}:{north}),Lon({west}:{east})'))
    assert values.shape == (2, 3, 6)
    assert bounds == pytest.approx((west, south, east, north))
    asked: list[dict[str, Any]] = [
        {'subset': [f'Lon({west}:{east})', f'Lat({south}:{north})']},
        {'bbox': f'{west},{south},{east},{north}'},
        {'bbox': f'{west},{south},0,{east},{north},10'},
        {'bbox': f'{south},{west},{north},{east}', 'bbox_crs': f'{EPSG}/4326'},
        {'bbox': f'{west},{south},{east},{north}', 'bbox_crs': '[OGC:CRS84]'},
        {'subset': f'Lat({south}:{north}),Lon({west}:{east})', 'subset_crs': '[EPSG:4326]'},
    ]
    for query in asked:
        assert (part(internal.get(GRID, **query))[0] == values).all(), query


def test_subsetting_spatial_axes_of_a_projected_system_are_e_and_n(internal: Api) -> None:
    """/subset-crs: the native system by URI and CURIE; ignored where nothing is subset."""
    inside = 'E(570000:570500),N(2250000:2250200)'
    for crs in (f'{EPSG}/9209', '[EPSG:9209]'):
        values, bounds = part(internal.get(GROUND, subset=inside, subset_crs=crs))
        assert (values.shape, bounds) == ((1, 4, 10), (570000, 2250000, 570500, 2250200))
    assert internal.get(GROUND, subset_crs='[EPSG:9209]').status_code == 200
    assert internal.get(GROUND, bbox_crs='[EPSG:9209]').status_code == 200


def test_subsetting_spatial_wildcards_and_slices(internal: Api) -> None:
    """/wildcard-limits: * is the edge of the coverage; a single coordinate is one row or column."""
    whole, bounds = part(internal.get(GRID))
    assert (part(internal.get(GRID, subset='Lat(*:*),Lon(*:*)'))[0] == whole).all()
    assert part(internal.get(GRID, subset=f'Lat({BOX["lat"][0]}:*)'))[1][3] == pytest.approx(bounds[3])
    assert part(internal.get(GRID, subset=f'Lon(*:{BOX["lon"][0]})'))[1][0] == pytest.approx(bounds[0])
    assert part(internal.get(GRID, subset='Lat(20.41)'))[0].shape == (2, 1, 80)


def test_subsetting_spatial_refusals(internal: Api) -> None:
    """/subset-invalid-axis, /out-of-bounds, /subset-bbox-exclusivity, /subset-scaling-exclusivity."""
    statuses = {
        400: [
            {'subset': 'pressure(1:2)'},
            {'subset': 'E(1:2)', 'subset_crs': '[OGC:CRS84]'},
            {'subset': 'Lat(20:21)', 'bbox': '106,20,107,21'},
            {'subset': 'Lat(20.41)', 'resolution': 'Lat(0.1)'},
            {'bbox': '106,20,107'},
            {'bbox': '106,20,107,21', 'bbox_crs': 'none'},
        ],
        404: [{'subset': 'Lat(40:50)'}, {'subset': 'Lon(-20)'}, {'bbox': '0,0,1,1'}],
    }
    for status, queries in statuses.items():
        for query in queries:
            assert internal.get(GRID, **query).status_code == status, query


def test_subsetting_spatial_across_the_antimeridian(internal: Api) -> None:
    """/wrap-around: from 170 east around the globe to 106.2 east meets the coverage from its west side on."""
    low, high = BOX['lon']
    values, bounds = part(internal.get(GRID, bbox=f'170,20.4,{high},20.425'))
    assert bounds[2] == pytest.approx(high)
    assert values.shape[2] == round((high - bounds[0]) * 120)
    assert low > bounds[0]


def test_position_query_gives_values_and_nothing_else(internal: Api) -> None:
    """One field: its value; several: an object by name. By subset, as JSON."""
    json = {'Accept': 'application/json'}
    both = internal.json(GRID, json, subset='Lat(20.41),Lon(106.17)')
    assert both.keys() == {'people', 'homes'}
    one = internal.json(GRID, json, subset='Lat(20.41),Lon(106.17)', properties='people')
    assert one == both['people']
    values, _ = part(internal.get(GRID, subset='Lat(20.41:20.41),Lon(106.17:106.17)'))
    assert values.tolist() == [[[both['people']]], [[both['homes']]]]


def test_field_selection_by_name_and_order(internal: Api) -> None:
    """/properties: only these, in this order, and the description of the others is gone; an unknown one is 400."""
    homes, people = (part(internal.get(GRID, properties=name))[0] for name in ('homes', 'people'))
    turned, _ = part(internal.get(GRID, properties='homes,people'))
    assert (turned[0] == homes[0]).all()
    assert (turned[1] == people[0]).all()
    document = internal.json(GRID, properties='homes', f='covjson')
    assert list(document['parameters']) == list(document['ranges']) == ['homes']
    assert internal.get(GRID, properties='heads').status_code == 400


def test_fieldselection_of_the_draft_and_what_came_after_it(internal: Api) -> None:
    """/exclude-properties: the others, all where it is empty, and never together with properties."""
    assert list(internal.json(GRID, exclude_properties='people', f='covjson')['ranges']) == ['homes']
    assert list(internal.json(GRID, exclude_properties='', f='covjson')['ranges']) == ['people', 'homes']
    for query in ({'exclude_properties': 'heads'}, {'exclude_properties': 'homes', 'properties': 'people'}):
        assert internal.get(GRID, **query).status_code == 400
