"""OGC 20-057, requirements class mvt: one Mapbox Vector Tile, whose grid lies straight over the tile."""

import pytest
import shapely

from tests.api.conformance.conftest import Api
from tests.api.conformance.tiling import CRS84, MVT, WEB_MERCATOR, decoded, filled, limits, over, tile, tilesets
from tests.matrix import EXHAUSTIVE

CLASSES = ('http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/mvt',)
TYPES = {'Point', 'MultiPoint', 'LineString', 'MultiLineString', 'Polygon', 'MultiPolygon'}


def test_mvt_content_is_one_tile_of_features_with_geometries(api: Api) -> None:
    """/req/mvt/content A and B: in every tileset, at the first and at a late zoom"""
    for found in tilesets(api):
        for at in (found['tileMatrixSetLimits'][0], found['tileMatrixSetLimits'][-3]):
            answer = filled(api, found, at['tileMatrix'])
            assert answer.headers['Content-Type'] == MVT
            layers = decoded(answer.content)
            assert layers.keys() <= {layer['id'] for layer in found['layers']}
            for feature in (feature for layer in layers.values() for feature in layer['features']):
                assert feature['geometry']['type'] in TYPES
                assert feature['geometry']['coordinates']


@pytest.mark.parametrize(('uri', 'zooms'), [(WEB_MERCATOR, (11, 13, 16)), (CRS84, (10, 12, 15))])
def test_mvt_content_grid_maps_straight_to_the_tiles_extent(api: Api, uri: str, zooms: tuple[int, ...]) -> None:
    """/req/mvt/content C: a school lies in its tile where its coordinates say, within 1 of 4,096 units"""
    name = uri.rsplit('/', maxsplit=1)[-1]
    found = api.json(f'/collections/schools/tiles/{name}')
    for school in api.json('/collections/schools/items', limit=5)['features']:
        for zoom in zooms:
            lon, lat = school['geometry']['coordinates']
            row, column, right, down = over(lon, lat, zoom, uri)
            layer = decoded(tile(api, found, str(zoom), row, column).content)['schools']
            (feature,) = [one for one in layer['features'] if one.get('id') == school['id']]
            x, y = feature['geometry']['coordinates']
            assert (x, y) == pytest.approx((right * layer['extent'], down * layer['extent']), abs=1.01)


@pytest.mark.parametrize('uri', [WEB_MERCATOR, CRS84])
def test_mvt_content_rings_run_as_the_specification_asks(api: Api, uri: str) -> None:
    """Vector tile specification 2.1, 4.3.4.4: the outer ring's area is positive where y counts down"""
    found = api.json(f'/collections/buildings/tiles/{uri.rsplit("/", maxsplit=1)[-1]}')
    for at in (found['tileMatrixSetLimits'][2], found['tileMatrixSetLimits'][-1]):
        layer = decoded(filled(api, found, at['tileMatrix']).content)['buildings']
        for feature in layer['features']:
            shape = shapely.geometry.shape(feature['geometry'])
            for polygon in getattr(shape, 'geoms', [shape]):
                assert polygon.exterior.is_ccw
                assert polygon.area > 0


def test_mvt_no_tile_is_over_500_kb(internal: Api) -> None:
    """All of the dataset's tiles down to zoom 9, by `make test-all` 11, uncompressed."""
    found = internal.json('/tiles/WebMercatorQuad')
    for zoom in range(6, 12 if EXHAUSTIVE else 10):
        at = limits(found, str(zoom))
        for row in range(at['minTileRow'], at['maxTileRow'] + 1):
            for column in range(at['minTileCol'], at['maxTileCol'] + 1):
                assert len(tile(internal, found, str(zoom), row, column).content) <= 500_000
