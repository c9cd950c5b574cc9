"""The map of a layer as pygeoapi's plugin, and what happens where a release comes while a map is drawn."""

import io
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from PIL import Image

from dothi.api.maps import make
from dothi.cartography.mapping.picture import Picture
from dothi.core.layer import Audience
from dothi.core.locality import Locality
from tests.api.conftest import Desk, building, square

BUILDINGS = '/api/collections/buildings/map?width=20'


def test_pygeoapi_knows_of_the_map_and_gets_one_from_the_plugin(desk: Desk, client: Callable[..., FlaskClient]) -> None:
    from pygeoapi.plugin import load_plugin

    desk.release('buildings', [(square(0, 0), building('x'))])
    app = client('internal').application
    service = app.extensions['dothi']
    providers = service.api.config['resources']['buildings']['providers']
    (definition,) = [one for one in providers if one['type'] == 'map']
    plugin = load_plugin('provider', definition)
    with app.test_request_context('/'):
        content = plugin.query(bbox=[106.0, 20.0, 106.9, 20.5], width=30, height=20, transparent=False)
    assert Image.open(io.BytesIO(content)).size == (30, 20)


def test_a_map_is_drawn_anew_where_a_release_came_in_between(
    desk: Desk, client: Callable[..., FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer names the release that it shows: the second, which came while the first was drawn."""
    first = desk.release('buildings', [(square(0, 0), building('x'))])
    drawn: list[str] = []
    real = make.draw

    def slow(picture: Picture, locality: Locality, audience: Audience) -> bytes:
        content = real(picture, locality, audience)
        drawn.append(picture.about['Release'])
        if len(drawn) == 1:
            desk.release('buildings', [(square(0, 0, 20), building('x'))])
        return content

    monkeypatch.setattr(make, 'draw', slow)
    answer = client('internal').get(BUILDINGS)
    assert answer.status_code == 200
    assert drawn == [f'{first}', f'{first + 1}']
    assert f'-{first + 1}-' in answer.headers['ETag']


def test_a_layer_without_a_release_has_no_map(desk: Desk, client: Callable[..., FlaskClient]) -> None:
    desk.release('buildings', [(square(0, 0), building('x'))])
    app = client('internal')
    assert app.get('/api/collections/schools/map').status_code == 404
    assert app.get('/api/map?collections=schools').status_code == 400
    assert app.get(BUILDINGS).headers['Dothi-Demo'] == 'false'
