"""Headers that keep a browser from loading or doing what we did not write."""

from collections.abc import Callable

from flask.testing import FlaskClient

from tests.api.conftest import Desk, school

type Client = Callable[..., FlaskClient]


def test_every_answer_has_the_headers_and_none_names_the_software(desk: Desk, client: Client) -> None:
    desk.release('schools', [('POINT(0 0)', school('A'))])
    app = client('public')
    for address in ('/', '/api', '/api/collections/schools/items', '/api/openapi?f=html', '/api/none', '/health'):
        headers = app.get(address).headers
        assert headers['X-Content-Type-Options'] == 'nosniff'
        assert "default-src 'self'" in headers['Content-Security-Policy']
        assert 'X-Powered-By' not in headers


def test_the_public_map_may_be_framed_and_the_internal_one_may_not(database: object, client: Client) -> None:
    framed = {
        audience: client(audience).get('/').headers['Content-Security-Policy'].rsplit(' ', 1)[1]
        for audience in ('public', 'internal')
    }
    assert framed == {'public': '*', 'internal': "'self'"}


def test_no_page_has_a_script_within_it(desk: Desk, client: Client) -> None:
    """The policy would refuse to run it."""
    app = client()
    for address in ('/api?f=html', '/api/openapi?f=html', '/api/collections?f=html', '/api/jobs?f=html'):
        page = app.get(address)
        assert page.headers['Content-Type'] == 'text/html; charset=utf-8'
        assert page.get_data(as_text=True).count('<script') == page.get_data(as_text=True).count('<script src=')
