"""OGC API - Features - Part 2: Coordinate Reference Systems by Reference, requirement by requirement."""

from functools import partial
from typing import Any

import numpy as np
import pytest
from pyproj import Transformer
from shapely import transform
from shapely.geometry import shape

from dothi.core.arrays import Floats
from dothi.core.crs import proj_string, transformer
from tests.api.conformance.conftest import Api, links
from tests.matrix import combinations

CLASSES = ['http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs']
CRS84 = 'http://www.opengis.net/def/crs/OGC/1.3/CRS84'
EPSG = 'http://www.opengis.net/def/crs/EPSG/0/'
# Every system on offer, whether its first axis is the northern one, and how near two ways to it come, in its units.
SERVED = {
    CRS84: (4326, False, 1e-6),
    f'{EPSG}4326': (4326, True, 1e-6),
    f'{EPSG}3857': (3857, False, 0.05),
    f'{EPSG}3405': (3405, False, 0.05),
    f'{EPSG}5897': (5897, False, 0.05),
    f'{EPSG}9209': (9209, False, 0.05),
}
UNKNOWN = 'http://www.opengis.net/def/crs/0/unknown'


def turned(geometry: Any) -> Any:
    return transform(geometry, lambda places: places[:, ::-1])


def carried(there: Transformer, places: Floats) -> Floats:
    """`places`, rows of x and y, in the other system."""
    return np.column_stack(there.transform(*places.T))


def test_a_collection_lists_its_systems_and_the_stored_one(api: Api) -> None:
    """/req/crs/crs-uri, fc-md-crs-list, fc-md-storageCrs, fc-md-storageCrs-valid-value: the default comes first"""
    for one in api.feature_collections():
        assert one['crs'][0] == CRS84
        assert set(one['crs']) == set(SERVED)
        assert one['storageCrs'] == f'{EPSG}9209'
        assert one['storageCrs'] in one['crs']


@pytest.mark.parametrize('kind', ['items', 'item'])
def test_the_answer_names_its_system(api: Api, kind: str) -> None:
    """/req/crs/fc-crs-definition, /req/crs/ogc-crs-header, ogc-crs-header-value; /req/crs/fc-crs-default-value"""
    for layer, crs in combinations(api.feature_collections(), [None, *SERVED]):
        path = f'/collections/{layer["id"]}/items'
        if kind == 'item':
            path += f'/{api.json(path, limit=1)["features"][0]["id"]}'
        answer = api.get(path, **({'crs': crs} if crs else {}), **({'limit': 1} if kind == 'items' else {}))
        assert answer.status_code == 200, answer.url
        assert answer.headers['Content-Crs'] == f'<{crs or CRS84}>', answer.url


def test_geometries_are_transformed_and_their_axes_ordered(api: Api) -> None:
    """/req/crs/crs-action, /req/crs/geojson: in the axis order of the system, and the same place as in CRS84"""
    for layer, crs in combinations(api.feature_collections(), list(SERVED)):
        srid, northern_first, near = SERVED[crs]
        there = transformer('EPSG:4326', proj_string(srid))
        path = f'/collections/{layer["id"]}/items'
        plain, transformed = (api.json(path, limit=5, **query)['features'] for query in ({}, {'crs': crs}))
        single = api.json(f'{path}/{transformed[0]["id"]}', crs=crs)
        assert single['geometry'] == transformed[0]['geometry'], (layer['id'], crs)
        for before, after in zip(plain, transformed, strict=True):
            place = turned(shape(after['geometry'])) if northern_first else shape(after['geometry'])
            expected = transform(shape(before['geometry']), partial(carried, there))
            # one unit of the last digit of a degree is a centimetre
            assert place.hausdorff_distance(expected) < near, (layer['id'], crs)
            assert {name: after[name] for name in ('id', 'properties')} == {
                name: before[name] for name in ('id', 'properties')
            }


@pytest.mark.parametrize('parameter', ['crs', 'bbox-crs'])
def test_a_system_that_is_not_listed_is_refused(api: Api, parameter: str) -> None:
    """/req/crs/fc-crs-valid-value, /req/crs/bbox-crs-valid-value (fc-bbox-crs-valid-value)"""
    for one in api.feature_collections():
        path = f'/collections/{one["id"]}/items'
        for unknown in (UNKNOWN, f'{EPSG}2045', f'{EPSG}32648', 'nonsense'):
            answer = api.get(path, bbox='105,20,107,21', **{parameter: unknown})
            assert answer.status_code == 400
            assert parameter in answer.json()['description']
        if parameter == 'crs':
            assert api.get(f'{path}/1', crs=UNKNOWN).status_code == 400


def test_crs_and_bbox_crs_are_defined(api: Api) -> None:
    """/req/crs/fc-crs-definition, /req/crs/fc-bbox-crs-definition: a URI, form, not exploded"""
    document = api.document()
    shared = document['components']['parameters']
    for one in api.feature_collections():
        for path, expected in (
            (f'/collections/{one["id"]}/items', {'crs', 'bbox-crs'}),
            (f'/collections/{one["id"]}/items/{{featureId}}', {'crs'}),
        ):
            defined = document['paths'][path]['get']['parameters']
            found = [shared[part['$ref'].rsplit('/', 1)[-1]] if '$ref' in part else part for part in defined]
            by_name = {part['name']: part for part in found}
            for name in expected:
                parameter = by_name[name]
                assert (parameter['in'], parameter['required'], parameter['schema']['type']) == (
                    'query',
                    False,
                    'string',
                )
                assert parameter['schema']['format'] == 'uri'
                assert (parameter['style'], parameter['explode']) == ('form', False)


def test_a_box_in_any_system_finds_the_same(api: Api) -> None:
    """/req/crs/bbox-crs-action, bbox-crs-default-value: around single features, far from a box's own edges"""
    for layer, crs in combinations(api.feature_collections(), list(SERVED)):
        srid, northern_first, _ = SERVED[crs]
        path = f'/collections/{layer["id"]}/items'
        for feature in api.json(path, limit=3)['features']:
            west, south, east, north = shape(feature['geometry']).buffer(0.002).bounds
            x1, y1, x2, y2 = transformer('EPSG:4326', proj_string(srid)).transform_bounds(west, south, east, north)
            plain = {'bbox': f'{west},{south},{east},{north}', 'limit': 10_000}
            box = ','.join(map(str, (y1, x1, y2, x2) if northern_first else (x1, y1, x2, y2)))
            inside, transformed, in_named_system = (
                api.json(path, **query)['features']
                for query in (plain, plain | {'bbox': box, 'bbox-crs': crs}, plain | {'bbox-crs': CRS84})
            )
            assert feature['id'] in ids(transformed), (layer['id'], crs)
            # a box that is upright in another system is a little larger than the one that it covers
            assert ids(inside) <= ids(transformed), (layer['id'], crs)
            assert in_named_system == inside, layer['id']


def ids(features: list[dict[str, Any]]) -> set[int]:
    return {feature['id'] for feature in features}


def test_stored_coordinates_come_untouched(api: Api) -> None:
    """/rec/crs/storageCrs: what is asked for in the stored system has no rounding of a degree in it"""
    for one in api.feature_collections():
        query = {'crs': one['storageCrs'], 'limit': 20}
        features = api.json(f'/collections/{one["id"]}/items', **query)['features']
        again = api.json(f'/collections/{one["id"]}/items', **query)['features']
        assert features == again
        for feature in features:
            east, north = shape(feature['geometry']).centroid.coords[0]
            assert 500_000 < east < 700_000
            assert 2_150_000 < north < 2_350_000


def test_next_pages_stay_in_the_system(api: Api) -> None:
    """/req/crs/ogc-crs-header on every page"""
    first = api.get('/collections/schools/items', limit=2, crs=f'{EPSG}9209')
    (link,) = links(first.json(), 'next')
    assert api.get(link['href']).headers['Content-Crs'] == f'<{EPSG}9209>'
