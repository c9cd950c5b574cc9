"""Addresses with a version: kept for a day by whoever likes, and never with other rows than when they were written."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import mapbox_vector_tile
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from dothi.api.maps import tilesets
from dothi.cartography.mapping.draw import draw_tiles
from tests.api.conftest import Desk, building, school, square, tile_address

type Client = Callable[..., FlaskClient]
DAY = 'public, max-age=86400, immutable'
Z, Y, X = tile_address('schools', 14, 50, 50).split('/')[-3:]
# Documents that have addresses with a version, and the way to one of them: members and positions.
SOURCES: dict[str, tuple[str, tuple[Any, ...]]] = {
    'style: tiles of a layer': ('/api/styles/default?f=maplibre', ('sources', 'schools', 'tiles', 0)),
    'style: tiles together': ('/api/styles/default?f=maplibre', ('metadata', 'dothi:together', 'source', 'tiles', 0)),
    'style: itself': ('/api/styles/default?f=maplibre', ('metadata', 'dothi:lasting', 'style')),
    'style: legend': ('/api/styles/default?f=maplibre', ('metadata', 'dothi:lasting', 'legend')),
    'style of a layer: tiles': ('/api/collections/schools/styles/default', ('sources', 'schools', 'tiles', 0)),
    'style of a layer: legend': (
        '/api/collections/schools/styles/default', ('metadata', 'dothi:lasting', 'legend')
    ),
    'TileJSON of a layer': ('/api/collections/schools/tiles/WebMercatorQuad?f=tilejson', ('tiles', 0)),
    'TileJSON of all': ('/api/tiles/WebMercatorQuad?f=tilejson', ('tiles', 0)),
    'TileJSON of some': ('/api/tiles/WebMercatorQuad?f=tilejson&collections=schools', ('tiles', 0)),
    'TileJSON of a theme': ('/api/themes/society/tiles/WebMercatorQuad?f=tilejson', ('tiles', 0)),
    'TileJSON of pictures': ('/api/map/tiles/WebMercatorQuad?f=tilejson', ('tiles', 0)),
    'TileJSON of pictures of a layer': (
        '/api/collections/schools/styles/default/map/tiles/WebMercatorQuad?f=tilejson', ('tiles', 0)
    ),
}  # fmt: skip


@pytest.fixture
def public(desk: Desk, client: Client) -> FlaskClient:
    """A client of the public service with a school and a building."""
    desk.release('schools', [('POINT(50 50)', school('a'))])
    desk.release('buildings', [(square(0, 0), building('x'))])
    return client('public')


def _address(app: FlaskClient, source: tuple[str, tuple[Any, ...]]) -> str:
    """The address in a document, of the tile that the school lies in; without host."""
    document, way = source
    value = app.get(document).get_json(force=True)
    for step in way:
        value = value[step]
    parts = urlsplit(value.format(z=Z, y=Y, x=X))
    return f'{parts.path}?{parts.query}'


def _location(answer: TestResponse) -> str:
    assert (answer.status_code, answer.headers['Cache-Control']) == (307, 'no-store')
    assert 'X-Accel-Expires' not in answer.headers
    parts = urlsplit(answer.headers['Location'])
    return f'{parts.path}?{parts.query}'


def test_an_address_with_a_version_is_kept_until_the_release_after(public: FlaskClient, desk: Desk) -> None:
    before = {name: _address(public, source) for name, source in SOURCES.items()}
    first = {name: public.get(address) for name, address in before.items()}
    for name, answer in first.items():
        assert (answer.status_code, answer.headers['Cache-Control']) == (200, DAY), name
        assert answer.headers['X-Accel-Expires'] == '86400', name
        again = public.get(before[name], headers={'If-None-Match': answer.headers['ETag']})
        assert (again.status_code, again.headers['Cache-Control']) == (304, DAY), name
    desk.release('schools', [('POINT(60 60)', school('a'))])
    for name, source in SOURCES.items():
        after = _address(public, source)
        assert after != before[name], name
        assert _location(public.get(before[name])) == after, name
        assert _location(public.get(before[name], headers={'If-None-Match': first[name].headers['ETag']})) == after
        assert public.get(after).headers['Cache-Control'] == DAY, name


def test_a_release_of_another_layer_leaves_an_address_as_it_is(public: FlaskClient, desk: Desk) -> None:
    source = SOURCES['TileJSON of a layer']
    before = _address(public, source)
    desk.release('buildings', [(square(100, 0), building('x'))])
    assert _address(public, source) == before
    assert public.get(before).status_code == 200


def test_signs_of_a_style_are_kept_too(public: FlaskClient) -> None:
    sprite = urlsplit(public.get('/api/styles/default?f=maplibre').get_json(force=True)['sprite'])
    answer = public.get(f'{sprite.path}.json?{sprite.query}')
    assert (answer.status_code, answer.headers['Cache-Control']) == (200, DAY)


def test_without_a_version_it_is_asked_for_again_each_time(public: FlaskClient) -> None:
    for address in SOURCES.values():
        plain = _address(public, address).partition('version=')[0].rstrip('?&')
        assert public.get(plain).headers['Cache-Control'] == 'no-cache', plain


def test_the_order_of_xyz_takes_the_version_as_well(public: FlaskClient) -> None:
    version = _address(public, SOURCES['TileJSON of a layer']).partition('version=')[2]
    answer = public.get(f'/api/collections/schools/xyz/{Z}/{X}/{Y}.pbf?version={version}')
    assert answer.headers['Cache-Control'] == DAY
    assert mapbox_vector_tile.decode(answer.get_data())['schools']['features']
    pictures = _address(public, SOURCES['TileJSON of pictures']).partition('version=')[2]
    assert public.get(f'/api/map/xyz/{Z}/{X}/{Y}.png?version={pictures}').headers['Cache-Control'] == DAY


@pytest.mark.parametrize('part', ['software_versions', 'style_file_times'])
def test_another_renderer_or_style_file_is_another_version(
    public: FlaskClient, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    before = _address(public, SOURCES['TileJSON of pictures'])
    monkeypatch.setattr(tilesets, part, lambda: 'others')
    assert _location(public.get(before)) == _address(public, SOURCES['TileJSON of pictures'])


def test_a_picture_during_which_a_release_came_is_not_kept_under_the_old_address(
    public: FlaskClient, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = _address(public, SOURCES['TileJSON of pictures of a layer'])
    drawn: list[list[bytes]] = []

    def with_a_release_between(*details: Any) -> list[bytes]:
        if not drawn:
            desk.release('schools', [('POINT(60 60)', school('a'))])
        drawn.append(draw_tiles(*details))
        return drawn[-1]

    monkeypatch.setattr('dothi.api.maps.make.draw_tiles', with_a_release_between)
    there = _location(public.get(address))
    assert 'version' not in there
    answer = public.get(there)
    assert answer.headers['Cache-Control'] == 'no-cache'
    assert answer.data in drawn[-1]


def test_what_is_no_version_is_refused(public: FlaskClient) -> None:
    for version in ('1', 'x' * 16, 'A' * 16, '0' * 15, '0' * 17, "';--"):
        answer = public.get(f'{tile_address("schools", 14, 50, 50)}', query_string={'version': version})
        assert answer.status_code == 400, version
        assert 'version=' in answer.get_json(force=True)['detail']


def test_a_tile_that_is_not_there_has_no_current_address(public: FlaskClient) -> None:
    for place in ('24/0/0', '55/0/0', '64/0/0', f'{10**9}/0/0'):
        for query in ('', f'?version={"0" * 16}'):
            for below in ('/collections/schools', '', '/map', '/collections/schools/map'):
                answer = public.get(f'/api{below}/tiles/WebMercatorQuad/{place}{query}')
                assert answer.status_code == 404, (below, place, query)


def test_colleagues_get_no_versions_and_nothing_that_others_may_keep(public: FlaskClient, client: Client) -> None:
    colleagues = client('internal')
    for source in SOURCES.values():
        address = _address(colleagues, source)
        assert 'version=' not in address
        mark = '&' if '?' in address else '?'
        answer = colleagues.get(f'{address}{mark}version={"0" * 16}')
        # who is signed in also gets `private`: tests/access/test_sign_in.py
        assert (answer.status_code, answer.headers['Cache-Control']) == (200, 'no-cache'), address


def test_qgis_whose_vector_tiles_follow_no_redirection_gets_no_versions(public: FlaskClient) -> None:
    agent = {'User-Agent': 'Mozilla/5.0 QGIS/34006/Debian GNU/Linux 13 (trixie)'}
    for document, _ in SOURCES.values():
        answer = public.get(document, headers=agent)
        assert 'version=' not in answer.get_data(as_text=True), document
        assert 'User-Agent' in answer.headers['Vary'], document


def test_people_copy_addresses_without_a_version(public: FlaskClient) -> None:
    for page in ('/api/collections/schools/tiles/WorldCRS84Quad', '/api/map/tiles/WorldCRS84Quad'):
        assert 'version=' not in public.get(page, headers={'Accept': 'text/html'}).get_data(as_text=True)
