"""`/items`: what comes, in which system, page by page."""

from collections.abc import Callable
from typing import Any

import pyproj
import pytest
from flask.testing import FlaskClient

from dothi.api.items.documents import ITEM_FORMATS
from dothi.api.items.jsonld import place_jsonld
from dothi.core.crs import proj_string, transformer
from tests.api.conftest import E0, N0, Desk, codes, school, tile_address

type Client = Callable[..., FlaskClient]
ITEMS = '/api/collections/schools/items'
EPSG = 'http://www.opengis.net/def/crs/EPSG/0/'


def test_a_feature_has_its_columns_with_their_types(desk: Desk, client: Client) -> None:
    number = desk.release('schools', [('POINT(0 0)', school('A', 'Trường "Một" <&> \\ Đ', places=None))])
    answer = client().get(ITEMS)
    document = answer.get_json(force=True)
    (feature,) = document['features']
    assert answer.mimetype == 'application/geo+json'
    assert feature['properties'] == {'code': 'A', 'name': 'Trường "Một" <&> \\ Đ', 'level': 'primary', 'places': None}
    assert feature['id'] == 1
    assert (document['numberMatched'], document['numberReturned']) == (1, 1)
    assert (document['dothi:release'], document['dothi:demo']) == (number, False)


def test_coordinates_come_as_the_asked_system_defines_its_axes(desk: Desk, client: Client) -> None:
    """EPSG:4326 has latitude first, CRS84 and EPSG:9209 have not; 9209 comes back to the last digit."""
    desk.release('schools', [('POINT(123.123456789 0.987654321)', school('A'))])
    app = client()

    def point(crs: str = '') -> tuple[list[float], str]:
        answer = app.get(ITEMS, query_string={'crs': crs} if crs else {})
        return answer.get_json(force=True)['features'][0]['geometry']['coordinates'], answer.headers['Content-Crs']

    east, north = E0 + 123.123456789, N0 + 0.987654321
    lon, lat = transformer(proj_string(9209), 'EPSG:4326').transform(east, north)
    assert point()[0] == pytest.approx([lon, lat], abs=1e-7)
    assert point(f'{EPSG}4326')[0] == pytest.approx([lat, lon], abs=1e-7)
    assert point(f'{EPSG}9209') == ([east, north], f'<{EPSG}9209>')
    utm = pyproj.Transformer.from_crs(proj_string(9209), proj_string(3405), always_xy=True).transform(east, north)
    assert point(f'{EPSG}3405')[0] == pytest.approx(utm, abs=1e-3)
    assert point()[1] == '<http://www.opengis.net/def/crs/OGC/1.3/CRS84>'


def test_next_links_lead_through_every_feature_once(desk: Desk, client: Client) -> None:
    desk.release('schools', [(f'POINT({i} 0)', school(f'S{i}')) for i in range(7)])
    app, seen, address = client(), [], f'{ITEMS}?limit=3'
    pages = 0
    while address:
        document = app.get(address).get_json(force=True)
        assert document['numberMatched'] == 7
        seen += [feature['properties']['code'] for feature in document['features']]
        address = next((link['href'] for link in document['links'] if link['rel'] == 'next'), '')
        pages += 1
    assert seen == [f'S{i}' for i in range(7)]
    assert pages == 3


def test_a_last_page_that_is_full_has_no_next_link(desk: Desk, client: Client) -> None:
    desk.release('schools', [(f'POINT({i} 0)', school(f'S{i}')) for i in range(4)])
    document = client().get(f'{ITEMS}?limit=2&offset=2').get_json(force=True)
    assert [link['rel'] for link in document['links'] if link['rel'] == 'next'] == []


def test_next_links_keep_the_filter_and_count_what_it_lets_through(desk: Desk, client: Client) -> None:
    desk.release('schools', [(f'POINT({i} 0)', school(f'S{i}', places=i)) for i in range(6)])
    app = client()
    first = app.get(f'{ITEMS}?limit=2&filter=places>1').get_json(force=True)
    assert first['numberMatched'] == 4
    (address,) = [link['href'] for link in first['links'] if link['rel'] == 'next']
    assert codes(app.get(address)) == ['S4', 'S5']


def test_a_limit_above_the_maximum_is_lowered_to_it(
    desk: Desk, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('DOTHI_MAX_ITEMS', '2')
    desk.release('schools', [(f'POINT({i} 0)', school(f'S{i}')) for i in range(3)])
    assert len(codes(client().get(f'{ITEMS}?limit=1000000'))) == 2


def test_sorting_is_by_several_columns_and_stable_over_pages(desk: Desk, client: Client) -> None:
    rows = [('A', 1), ('B', 2), ('C', 2), ('D', 3)]
    desk.release('schools', [('POINT(0 0)', school(code, places=places)) for code, places in rows])
    app = client()
    assert codes(app.get(f'{ITEMS}?sortby=-places,%2Bcode')) == ['D', 'B', 'C', 'A']
    first = app.get(f'{ITEMS}?sortby=-places&limit=2').get_json(force=True)
    (address,) = [link['href'] for link in first['links'] if link['rel'] == 'next']
    assert codes(app.get(address)) == ['C', 'A']


def test_columns_and_geometry_can_be_left_out(desk: Desk, client: Client) -> None:
    desk.release('schools', [('POINT(0 0)', school('A'))])
    (feature,) = client().get(f'{ITEMS}?properties=name,code&skipGeometry=true').get_json(force=True)['features']
    assert feature['properties'] == {'name': 'Trường', 'code': 'A'}
    assert feature['geometry'] is None


@pytest.mark.parametrize(
    ('question', 'expected'),
    [
        ('level=high', ['B']),
        ('places=100&level=primary', ['A', 'C']),
        ('q=truong nam dinh', ['A']),
        ('q=TRƯỜNG', ['A', 'B', 'C']),
        ('filter=CASEI(name) LIKE CASEI(%27%25NAM ĐỊNH%25%27)', ['A']),
        ('filter={"op":"=","args":[{"property":"level"},"high"]}&filter-lang=cql2-json', ['B']),
    ],
)
def test_conditions(desk: Desk, client: Client, question: str, expected: list[str]) -> None:
    desk.release(
        'schools',
        [
            ('POINT(0 0)', school('A', 'Trường Nam Định')),
            ('POINT(100 0)', school('B', 'Trường Hai', level='high')),
            ('POINT(200 0)', school('C', 'Trường Ba')),
        ],
    )
    assert codes(client().get(f'{ITEMS}?{question}')) == expected


def test_a_box_is_read_in_its_own_system(desk: Desk, client: Client) -> None:
    """Around the second of three points that lie 1 km apart."""
    desk.release('schools', [(f'POINT({i}000 0)', school(f'S{i}')) for i in range(3)])
    app = client()
    metres = (E0 + 900, N0 - 100, E0 + 1100, N0 + 100)
    west, south, east, north = transformer(proj_string(9209), 'EPSG:4326').transform_bounds(*metres)
    question = {
        f'{west},{south},{east},{north}': None,
        f'{west},{south},-5,{east},{north},5': None,
        f'{south},{west},{north},{east}': f'{EPSG}4326',
        ','.join(map(str, metres)): f'{EPSG}9209',
        ','.join(
            map(str, transformer('EPSG:4326', 'EPSG:3857').transform_bounds(west, south, east, north))
        ): f'{EPSG}3857',
    }
    for box, crs in question.items():
        answer = app.get(ITEMS, query_string={'bbox': box} | ({'bbox-crs': crs} if crs else {}))
        assert codes(answer) == ['S1'], (box, crs)


def test_units_are_shown_as_they_were_valid(desk: Desk, client: Client) -> None:
    """A layer with validity columns: on the locality's reference date (2024-08-31), or on the day that is asked."""

    def unit(code: str, begin: str, end: str | None) -> dict[str, Any]:
        return {'code': code, 'name': code, 'parent_code': '1', 'valid_from': begin, 'valid_to': end}

    box = 'MULTIPOLYGON(((0 0, 9 0, 9 9, 0 9, 0 0)))'
    rows = [unit('old', '2004-07-08', '2024-09-01'), unit('same', '2004-07-08', None), unit('new', '2024-09-01', None)]
    desk.release('districts', [(box, row) for row in rows])
    app, items = client(), '/api/collections/districts/items'
    assert codes(app.get(items)) == ['old', 'same']
    assert codes(app.get(f'{items}?datetime=2024-08-31T23:00:00Z')) == ['old', 'same']
    assert codes(app.get(f'{items}?datetime=2024-09-01')) == ['same', 'new']
    assert codes(app.get(f'{items}?datetime=2024-08-01/2024-10-01')) == ['old', 'same', 'new']
    assert codes(app.get(f'{items}?datetime=../2000-01-01')) == []
    assert app.get(items).get_json(force=True)['numberMatched'] == 2


def test_other_layers_are_shown_as_they_were_released(desk: Desk, client: Client) -> None:
    desk.release(
        'schools', [('POINT(0 0)', school('A', 'first')), ('POINT(0 0)', school('B'))], at='2024-01-10T00:00:00Z'
    )
    desk.release('schools', [('POINT(0 0)', school('A', 'second'))], at='2024-02-10T00:00:00Z')
    app = client()

    def names(when: str) -> list[tuple[int, str]]:
        features = app.get(f'{ITEMS}?datetime={when}').get_json(force=True)['features']
        return [(feature['id'], feature['properties']['name']) for feature in features]

    assert names('2024-01-01') == []
    assert names('2024-01-20') == [(1, 'first'), (2, 'Trường')]
    assert names('2024-02-10T00:00:00Z') == [(1, 'second')]
    assert names('2024-02-20/..') == [(1, 'second')]


def test_every_other_format_is_an_alternate(desk: Desk, client: Client) -> None:
    desk.release('schools', [('POINT(0 0)', school('A'))])
    app = client()
    for address in (ITEMS, f'{ITEMS}/1'):
        links = app.get(address, query_string={'lang': 'en'}).get_json(force=True)['links']
        found = [link for link in links if link['rel'] in ('self', 'alternate')]
        assert len(found) == len(ITEM_FORMATS)
        for link in found:
            answer = app.get(link['href'])
            assert (answer.status_code, answer.mimetype) == (200, link['type'])
            assert answer.headers['Content-Crs'] == '<http://www.opengis.net/def/crs/OGC/1.3/CRS84>'


def test_jsonld_says_longitude_and_latitude_whatever_the_system(desk: Desk, client: Client) -> None:
    desk.release('schools', [('POINT(0 0)', school('A'))])
    app = client()
    lon, lat = transformer(proj_string(9209), 'EPSG:4326').transform(E0, N0)
    for crs in ('', 'EPSG:4326', 'EPSG:9209'):
        answer = app.get(f'{ITEMS}/1', query_string={'f': 'jsonld', 'crs': crs})
        found = answer.get_json(force=True)
        place = found['schema:geo']
        assert (place['schema:longitude'], place['schema:latitude']) == pytest.approx((lon, lat), abs=1e-7)
        assert found['@id'] == f'http://127.0.0.1:5000{ITEMS}/1'
        assert answer.headers['Content-Crs'].endswith('CRS84>')


def test_jsonld_has_values_as_they_are_and_a_column_called_type(desk: Desk, client: Client) -> None:
    """pygeoapi wrote `<` as `&lt;`, and what a feature is over a column of that name."""
    name = 'Trường <A> & "B"'
    desk.release('schools', [('POINT(0 0)', school('A', name=name))])
    assert client().get(f'{ITEMS}/1?f=jsonld').get_json(force=True)['name'] == name
    feature = {'type': 'Feature', 'id': 7, 'geometry': None, 'properties': {'type': 'primary'}, 'links': []}
    place = place_jsonld(feature, 'http://example.org/7')
    assert (place['@type'], place['@id'], place['type'], place['id']) == (
        'schema:Place', 'http://example.org/7', 'primary', 7,
    )  # fmt: skip
    assert 'type' not in place['@context'][0]


def test_jsonld_of_a_page_is_json_though_it_is_empty_and_leads_to_the_next(desk: Desk, client: Client) -> None:
    desk.release('schools', [(f'POINT({number} 0)', school(str(number))) for number in range(3)])
    app = client()
    empty = app.get(ITEMS, query_string={'f': 'jsonld', 'code': 'none'}).get_json(force=True)
    assert (empty['features'], empty['numberReturned']) == ([], 0)
    page = app.get(ITEMS, query_string={'f': 'jsonld', 'limit': 2}).get_json(force=True)
    assert [place['@id'] for place in page['features']] == [
        f'http://127.0.0.1:5000{ITEMS}/{number}' for number in (1, 2)
    ]
    (following,) = (link for link in page['links'] if link['rel'] == 'next')
    last = app.get(following['href']).get_json(force=True)
    assert [place['@id'] for place in last['features']] == [f'http://127.0.0.1:5000{ITEMS}/3']


def test_one_feature_by_its_id(desk: Desk, client: Client) -> None:
    desk.release('schools', [('POINT(0 0)', school('A'))], demo=True)
    answer = client().get(f'{ITEMS}/1?crs={EPSG}9209')
    feature = answer.get_json(force=True)
    assert feature['properties']['code'] == 'A'
    assert feature['geometry']['coordinates'] == [E0, N0]
    assert feature['dothi:demo'] is True
    assert client().get(f'{ITEMS}/2').status_code == 404
    assert client().get(f'{ITEMS}/x').status_code == 404


def test_an_answer_that_the_client_has_is_not_sent_again_until_the_next_release(desk: Desk, client: Client) -> None:
    desk.release('schools', [('POINT(0 0)', school('A'))])
    app = client()
    first = app.get(ITEMS)
    tag = first.headers['ETag']
    assert tag.startswith('W/')
    assert first.headers['Last-Modified']
    assert app.get(ITEMS, headers={'If-None-Match': tag}).status_code == 304
    assert app.get(f'{ITEMS}?lang=en', headers={'If-None-Match': tag}).status_code == 200
    desk.release('schools', [('POINT(0 0)', school('B'))])
    assert app.get(ITEMS, headers={'If-None-Match': tag}).status_code == 200


def test_items_of_the_public_service_are_read_only(desk: Desk, client: Client) -> None:
    """QGIS offers editing where OPTIONS says so."""
    desk.release('schools', [('POINT(0 0)', school('A'))])
    app = client('public')
    for address in (ITEMS, f'{ITEMS}/1'):
        assert app.options(address).headers['Allow'] == 'GET, HEAD, OPTIONS'
        assert app.head(address).status_code == 200
        for method in ('POST', 'PUT', 'PATCH', 'DELETE'):
            refused = app.open(address, method=method, json={})
            assert (refused.status_code, refused.headers['Allow']) == (405, 'GET, HEAD, OPTIONS')


def test_columns_may_have_any_name(elsewhere: Callable[[str], Any], client: Client) -> None:
    names = ['NAME', 'end', 'a%b', 'two words', 'limit', 'point', "it's"]
    quoted = ["'" + name.replace("'", "''") + "'" for name in names]
    columns = '\n'.join(f'  {name}: {COLUMN}' for name in quoted)
    locality = elsewhere(ODD.replace('COLUMNS', columns).replace('SEARCHED', ', '.join(quoted)))
    rows = [{'code': code, **dict.fromkeys(names, value)} for code, value in (('A', 'x'), ('B', 'y'))]
    Desk(locality).release('odd', [('POINT(0 0)', row) for row in rows])
    app, items = client(), '/api/collections/odd/items'
    assert app.get(f'{items}/1').get_json(force=True)['properties'] == rows[0]
    for name in names:
        assert codes(app.get(items, query_string={'filter': f'"{name}" = \'y\''})) == ['B'], name
        assert codes(app.get(items, query_string={'sortby': f'-{name}', 'properties': f'code,{name}'})) == ['B', 'A']
        if name != 'limit':
            assert codes(app.get(items, query_string={name: 'x'})) == ['A'], name
    assert app.get(tile_address('odd', 9)).status_code == 200
    assert app.get('/api/openapi').status_code == 200


COLUMN = '{type: text, title: {vi: Cột, en: Column}, domain: {x: {vi: X, en: X}, y: {vi: Y, en: Y}}}'
ODD = """
id: odd
title: {vi: Lạ, en: Odd}
description: {vi: Lạ, en: Odd}
theme: society
agency: office
access: public
licence: CC0-1.0
update_cycle: P1Y
geometry: Point
key: [code]
columns:
  code: {type: text, title: {vi: Mã, en: Code}}
COLUMNS
source: {crs: EPSG:9209}
publish: {search: [SEARCHED], tiles: {zooms: [0, 16], merge_below: 10}}
"""
