"""A MapLibre style names a sprite, and each of its signs is in it, for screens of either kind."""

import io
from collections.abc import Callable

from flask.testing import FlaskClient
from PIL import Image

from tests.api.conftest import Desk, school


def test_a_style_names_a_sprite_with_all_its_signs(desk: Desk, client: Callable[[], FlaskClient]) -> None:
    desk.release('schools', [('POINT(0 0)', school('1'))])
    app = client()
    for path in ('/api/styles/default', '/api/collections/schools/styles/default'):
        style = app.get(f'{path}?f=maplibre').get_json()
        asked = {text for layer in style['layers'] for text in texts(layer.get('layout', {}).get('icon-image', []))}
        address = style['sprite'].partition('/api')[2]
        for ending, ratio in (('', 1), ('@2x', 2)):
            index = app.get(f'/api{address}{ending}.json').get_json()
            answer = app.get(f'/api{address}{ending}.png')
            picture = Image.open(io.BytesIO(answer.data))
            assert answer.content_type == 'image/png'
            assert index
            assert set(index) == {text for text in asked if ' ' in text}
            for at in index.values():
                assert at['pixelRatio'] == ratio
                box = (at['x'], at['y'], at['x'] + at['width'], at['y'] + at['height'])
                assert picture.crop(box).getbbox() is not None
            again = app.get(f'/api{address}{ending}.png', headers={'If-None-Match': answer.headers['ETag']})
            assert again.status_code == 304
    assert app.get('/api/styles/default/sprite.gif').status_code == 404
    assert app.get('/api/styles/defualt/sprite.json').status_code == 404


def texts(expression: object) -> list[str]:
    """All texts in an expression of a MapLibre style."""
    if isinstance(expression, str):
        return [expression]
    return [text for part in expression for text in texts(part)] if isinstance(expression, list) else []
