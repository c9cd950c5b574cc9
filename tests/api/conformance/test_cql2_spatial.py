"""CQL2 (OGC 21-065), classes Basic Spatial Functions, the same "plus", and Spatial Functions."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import shapely
from shapely import Geometry

from tests.api.conformance.filtering import COUNTRIES, PLACES, RIVERS, Filters, Meaning

CLASSES = [
    'http://www.opengis.net/spec/cql2/1.0/conf/basic-spatial-functions',
    'http://www.opengis.net/spec/cql2/1.0/conf/basic-spatial-functions-plus',
    'http://www.opengis.net/spec/cql2/1.0/conf/spatial-functions',
    'http://www.opengis.net/spec/cql2/1.0/conf/basic-spatial-operators',
]
pytestmark = pytest.mark.real_data

EPSG = 'http://www.opengis.net/def/crs/EPSG/0'
LAYERS = (COUNTRIES, PLACES, RIVERS)
FUNCTIONS: dict[str, Callable[[Any, Any], Any]] = {
    'S_INTERSECTS': shapely.intersects, 'S_EQUALS': shapely.equals, 'S_DISJOINT': shapely.disjoint,
    'S_TOUCHES': shapely.touches, 'S_WITHIN': shapely.within, 'S_OVERLAPS': shapely.overlaps,
    'S_CROSSES': shapely.crosses, 'S_CONTAINS': shapely.contains,
}  # fmt: skip
WKT = [
    'POINT(7.02 49.92)',
    'LINESTRING(-60 -90, -60 90)',
    'POLYGON((0 40, 10 40, 10 50, 0 50, 0 40))',
    'POLYGON((-180 -90, -90 -90, -90 90, -180 90, -180 -90), (-120 -50, -100 -50, -100 -40, -120 -40, -120 -50))',
    'MULTIPOINT((7.02 49.92), (100 10))',
    'MULTILINESTRING((-60 -90, -60 90), (0 0, 10 10))',
    'MULTIPOLYGON(((-180 -90, 0 -90, 0 90, -180 90, -180 -90)), ((10 10, 20 10, 20 20, 10 20, 10 10)))',
    'POINT Z (7.02 49.92 100)',
]
COLLECTION = 'GEOMETRYCOLLECTION(POINT(7.02 49.92), POLYGON((0 0, 10 0, 10 10, 0 10, 0 0)))'


def of_geometry(predicate: Callable[[Geometry], bool]) -> Meaning:
    """What a filter means that says `predicate` of a feature's geometry."""
    return lambda one: bool(predicate(one['geom']))


def flipped(function: Callable[[Geometry, Geometry], bool], shape: Geometry, geom: Geometry) -> bool:
    """`function` of the geometry and the shape, in this order."""
    return function(geom, shape)


@pytest.mark.parametrize('collection', LAYERS)
@pytest.mark.parametrize('name', ['basic_spatial_functions', 'basic_spatial_operators'])
def test_basic_spatial_functions_and_basic_spatial_operators(filters: Filters, name: str, collection: str) -> None:
    """/req/basic-spatial-functions/spatial-functions: S_INTERSECTS with points and boxes, under both names."""
    assert f'http://www.opengis.net/spec/cql2/1.0/conf/{name.replace("_", "-")}' in filters.api.declared()
    point, box = shapely.Point(6.1300028, 49.6116604), shapely.box(0, 40, 10, 50)
    for text, shape in (('POINT(6.1300028 49.6116604)', point), ('BBOX(0, 40, 10, 50)', box)):
        filters.check(collection, f'S_INTERSECTS(geom, {text})', of_geometry(shape.intersects))
        filters.check(collection, f'S_INTERSECTS({text}, geom)', of_geometry(shape.intersects))


@pytest.mark.parametrize('collection', LAYERS)
def test_basic_spatial_functions_read_every_form_of_box(filters: Filters, collection: str) -> None:
    """A box with heights; one over the antimeridian, whose west is greater than its east; one without an area."""
    whole, east, west = shapely.box(0, 40, 10, 50), shapely.box(150, -90, 180, 90), shapely.box(-180, -90, -150, 90)
    point = filters.all_of(PLACES)[0]['geom']
    boxes: dict[str, Callable[[Geometry], bool]] = {
        'BBOX(0, 40, -100, 10, 50, 9000)': whole.intersects,
        'BBOX(150, -90, -150, 90)': lambda geom: bool(east.intersects(geom) or west.intersects(geom)),
        f'BBOX({point.x}, {point.y}, {point.x}, {point.y})': point.intersects,
        f'BBOX({point.x}, {point.y - 1}, {point.x}, {point.y + 1})': shapely.LineString(
            [(point.x, point.y - 1), (point.x, point.y + 1)]
        ).intersects,
    }
    for text, meaning in boxes.items():
        filters.check(collection, f'S_INTERSECTS(geom, {text})', of_geometry(meaning))


def test_basic_spatial_functions_read_coordinates_in_filter_crs(filters: Filters) -> None:
    """The same box in CRS84, in EPSG:4326 (latitude first) and in Web Mercator, and over the antimeridian."""
    everywhere = {
        '': 'BBOX(0, 40, 10, 50)',
        f'{EPSG}/4326': 'BBOX(40, 0, 50, 10)',
        f'{EPSG}/3857': 'BBOX(0, 4865942.279503176, 1113194.9079327357, 6446275.841017158)',
    }
    for crs, text in everywhere.items():
        asked = {'filter_crs': crs} if crs else {}
        assert filters.found(COUNTRIES, f'S_INTERSECTS(geom, {text})', **asked) == filters.found(
            COUNTRIES, 'S_INTERSECTS(geom, BBOX(0, 40, 10, 50))'
        ), crs
    over = filters.found(COUNTRIES, 'S_INTERSECTS(geom, BBOX(-90, 150, 90, -150))', filter_crs=f'{EPSG}/4326')
    assert len(over) == 10


def test_basic_spatial_functions_refuse_what_is_no_place(filters: Filters) -> None:
    for text in (
        'BBOX(1, 2, 3)',
        'BBOX(0, 10, 10, 0)',
        'BBOX(1000000, 1000000, 2000000, 2000000)',
        "'POINT(1 2)'",
        'name',
    ):
        assert filters.ask(PLACES, f'S_INTERSECTS(geom, {text})').status_code == 400, text


@pytest.mark.parametrize('collection', LAYERS)
@pytest.mark.parametrize('text', [*WKT, COLLECTION])
def test_basic_spatial_functions_plus(filters: Filters, collection: str, text: str) -> None:
    """/req/basic-spatial-functions-plus/spatial-data-types: S_INTERSECTS with every type of geometry."""
    parts = shapely.get_parts(shapely.force_2d(shapely.from_wkt(text)))
    filters.check(
        collection, f'S_INTERSECTS(geom, {text})', lambda one: bool(shapely.intersects(one['geom'], parts).any())
    )


@pytest.mark.parametrize('text', WKT)
@pytest.mark.parametrize('name', FUNCTIONS)
def test_spatial_functions(filters: Filters, name: str, text: str) -> None:
    """/req/spatial-functions/spatial-functions and spatial-data-types, either way round, for all three layers."""
    function, shape = FUNCTIONS[name], shapely.force_2d(shapely.from_wkt(text))
    for collection in LAYERS:
        filters.check(collection, f'{name}(geom, {text})', lambda one: bool(function(one['geom'], shape)))
    filters.check(RIVERS, f'{name}({text}, geom)', lambda one: bool(function(shape, one['geom'])))


@pytest.mark.parametrize('name', FUNCTIONS)
def test_spatial_functions_with_shapes_that_are_there(filters: Filters, name: str) -> None:
    """With a river, a country and a place themselves, to the last digit; and of the geometry with itself."""
    function = FUNCTIONS[name]
    for source, number in ((RIVERS, 0), (PLACES, 0), (COUNTRIES, 100)):
        shape = filters.all_of(source)[number]['geom']
        # the package, which makes the JSON elsewhere, would round the coordinates
        tree = {'op': name.lower(), 'args': [{'property': 'geom'}, json.loads(shapely.to_geojson(shape))]}
        meaning = of_geometry(partial(flipped, function, shape))
        filters.check(source, f'{name}(geom, {shape.wkt})', meaning, tree)
    filters.check(RIVERS, f'{name}(geom, geom)', lambda one: bool(function(one['geom'], one['geom'])))


@pytest.mark.parametrize('name', FUNCTIONS)
def test_spatial_functions_take_collections(filters: Filters, name: str) -> None:
    for text in (f'{name}(geom, {COLLECTION})', f'{name}({COLLECTION}, geom)'):
        assert filters.ask(COUNTRIES, text).status_code == 200, text


def test_spatial_functions_refuse_what_is_no_geometry(filters: Filters) -> None:
    """An answer would depend on where the shape crosses itself."""
    for text in ('POLYGON((0 0, 10 10, 0 10, 10 0, 0 0))', 'POLYGON((0 0, 1 1))', 'LINESTRING(1 1)', 'CIRCLE(1 1)'):
        assert filters.ask(COUNTRIES, f'S_WITHIN(geom, {text})').status_code == 400, text
