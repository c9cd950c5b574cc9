"""An empty answer tells the slip that likely made it so."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from dothi.api.app import create_app
from dothi.core.crs import proj_string, transformer
from tests.api.conftest import E0, N0, Desk, codes, school

type Client = Callable[..., FlaskClient]
ITEMS = '/api/collections/schools/items'
LON, LAT = transformer(proj_string(9209), 'EPSG:4326').transform(E0, N0)
X, Y = transformer('EPSG:4326', 'EPSG:3857').transform(LON, LAT)


@pytest.fixture(scope='module')
def schools(shared_desk: Desk) -> FlaskClient:
    shared_desk.release('schools', [('POINT(-500 -500)', school('A')), ('POINT(500 500)', school('B'))])
    return create_app('internal').test_client()


def around(x: float, y: float, side: float) -> str:
    return f'{x - side},{y - side},{x + side},{y + side}'


def asked(app: FlaskClient, **query: Any) -> dict[str, Any]:
    answer = app.get(ITEMS, query_string={'lang': 'en', **query})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    document: dict[str, Any] = answer.get_json(force=True)
    return document


@pytest.mark.parametrize(
    ('box', 'crs'),
    [
        (around(LAT, LON, 0.1), 'OGC:CRS84'),
        (f'{LAT - 0.1},{LON - 0.1},0,{LAT + 0.1},{LON + 0.1},9', 'OGC:CRS84'),
        (around(LON, LAT, 0.1), 'EPSG:4326'),
        (around(N0, E0, 5_000), 'EPSG:9209'),
        (around(Y, X, 5_000), 'EPSG:3857'),
    ],
)
def test_swapped_axes_are_noticed_in_every_system(schools: FlaskClient, box: str, crs: str) -> None:
    """The link leads to the request that was meant."""
    document = asked(schools, **{'bbox': box, 'bbox-crs': crs})
    assert document['features'] == []
    assert 'axes swapped' in document['description']
    (link,) = [link for link in document['links'] if link['rel'] == 'related']
    assert codes(schools.get(link['href'])) == ['A', 'B']


def test_a_box_beside_the_layer_is_told_the_extent(schools: FlaskClient) -> None:
    document = asked(schools, bbox='1,2,3,4')
    assert 'lies outside' in document['description']
    (link,) = [link for link in document['links'] if link['rel'] == 'related']
    assert codes(schools.get(link['href'])) == ['A', 'B']
    assert 'nằm ngoài' in asked(schools, bbox='1,2,3,4', lang='vi')['description']
    assert 'lies outside' in schools.get(f'{ITEMS}?bbox=1,2,3,4&f=html&lang=en').get_data(as_text=True)


def test_no_reason_is_made_up(schools: FlaskClient) -> None:
    """Between the two schools; with a filter that nothing passes; past the end; and where features are found."""
    for query in (
        {'bbox': around(LON, LAT, 0.0001)},
        {'bbox': around(LON, LAT, 0.1), 'filter': "code = 'C'"},
        {'filter': "code = 'C'"},
        {'bbox': around(LON, LAT, 0.1), 'offset': 2},
        {'bbox': around(LON, LAT, 0.1)},
        {'bbox': '177,-90,-177,90', 'filter': 'id > 0', 'limit': 1},
    ):
        found = 'description' in asked(schools, **query)
        assert found == (query.get('bbox') == '177,-90,-177,90'), query


def test_a_box_over_the_antimeridian_is_two(schools: FlaskClient) -> None:
    assert [one['properties']['code'] for one in asked(schools, bbox=f'{LON - 1},-90,-170,90')['features']] == [
        'A',
        'B',
    ]
    assert asked(schools, bbox=f'170,-90,{LON - 1},90')['features'] == []


@pytest.mark.parametrize('crs', ['EPSG:3857', 'EPSG:3405', 'EPSG:9209', 'OGC:CRS84'])
@pytest.mark.parametrize('half', [3e7, 1e300])
def test_a_map_that_shows_more_than_the_world_finds_all(schools: FlaskClient, crs: str, half: float) -> None:
    """Clients zoomed far out ask for what lies beyond the projection."""
    found = asked(schools, **{'bbox': f'{-half},{-half},{half},{half}', 'bbox-crs': crs})
    assert [one['properties']['code'] for one in found['features']] == ['A', 'B']


def test_a_box_beyond_the_map_finds_nothing(schools: FlaskClient) -> None:
    found = asked(schools, **{'bbox': '3e7,0,4e7,1e7', 'bbox-crs': 'EPSG:3857'})
    assert found['features'] == []
    assert 'lies outside' in found['description']


def test_a_side_that_is_bent_in_another_system_is_followed(desk: Desk, client: Client) -> None:
    """Sixty kilometres of a northern edge in UTM: in degrees it bulges by 26 m; a point lies 5 m below its middle."""
    there, back = transformer(proj_string(9209), proj_string(3405)), transformer(proj_string(3405), proj_string(9209))
    x, y = there.transform(E0, N0)
    places = {'below': back.transform(x, y - 5), 'above': back.transform(x, y + 5)}
    rows = [(f'POINT({east - E0} {north - N0})', school(code)) for code, (east, north) in places.items()]
    desk.release('schools', rows)
    box = f'{x - 30_000},{y - 60_000},{x + 30_000},{y}'
    assert codes(client().get(ITEMS, query_string={'bbox': box, 'bbox-crs': 'EPSG:3405'})) == ['below']
