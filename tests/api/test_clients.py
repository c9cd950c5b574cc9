"""How much a stranger may ask of the public service: often, at once, and how hard; a map never meets the limits."""

import threading
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from dothi.api import clients
from dothi.api.clients import Client, QueryPlace, TooManyQueries
from tests.api.conftest import Desk, school

type MakeClient = Callable[..., FlaskClient]

ITEMS = '/api/collections/schools/items'
# What took 20 s: 50 distances for each row.
FAR = ' AND '.join(f'distance_m(geom, POINT({106 + n / 1000:.3f} 20)) > 0' for n in range(50))


def test_tokens_come_back_with_time_up_to_a_burst() -> None:
    """At 2 a second, 3 in store: three pass at once, the fourth half a second later, and nobody saves up more."""
    account = Client(3, 0, threading.BoundedSemaphore(1))
    assert [account.take(0, 2, 3) for _ in range(4)] == [True, True, True, False]
    assert not account.take(0.4, 2, 3)
    assert account.take(0.5, 2, 3)
    assert [account.take(100, 2, 3) for _ in range(4)] == [True, True, True, False]


def test_who_asks_too_often_is_told_to_wait_and_others_are_not(
    desk: Desk, client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('DOTHI_CLIENT_REQUESTS_PER_S', '0.001')
    monkeypatch.setenv('DOTHI_CLIENT_BURST', '3')
    app = client('public')
    answers = [app.get('/api?f=json') for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert answers[-1].headers['Retry-After']
    other = {'REMOTE_ADDR': '10.0.0.9'}
    assert app.get('/api?f=json', environ_base=other).status_code == 200
    assert app.get('/health').status_code == 200
    assert {client('internal').get('/api?f=json').status_code for _ in range(5)} == {200}


def test_the_address_of_a_client_is_what_a_trusted_proxy_saw(
    desk: Desk, client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever invents the header on the way to the proxy gains nothing: the proxy's own entry is the last."""
    monkeypatch.setenv('DOTHI_CLIENT_REQUESTS_PER_S', '0.001')
    monkeypatch.setenv('DOTHI_CLIENT_BURST', '2')

    def statuses(app: FlaskClient, *seen: str) -> list[int]:
        return [app.get('/api?f=json', headers={'X-Forwarded-For': one}).status_code for one in seen]

    untrusting = client('public')
    assert statuses(untrusting, '10.0.0.1', '10.0.0.2', '10.0.0.3') == [200, 200, 429]
    monkeypatch.setenv('DOTHI_TRUSTED_PROXIES', '["127.0.0.0/8"]')
    app = client('public')
    assert statuses(app, '10.0.0.1', '10.0.0.2', 'x, 10.0.0.1', 'y, 10.0.0.1') == [200, 200, 200, 429]


def test_one_clients_queries_leave_connections_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two places: the third query waits for one of them, and is refused when none comes."""
    monkeypatch.setattr(clients, 'QUERY_PATIENCE_S', 0.05)
    places = threading.BoundedSemaphore(2)
    first, second, third = (QueryPlace(places, 2) for _ in range(3))
    first.enter()
    first.enter()
    second.enter()
    with pytest.raises(TooManyQueries):
        third.enter()
    first.leave()
    with pytest.raises(TooManyQueries):
        third.enter()
    first.leave()
    third.enter()


def test_a_filter_that_would_take_long_is_refused_before_it_runs(
    desk: Desk, client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.release('schools', [('POINT(0 0)', school('a')), ('POINT(100 0)', school('b'))])
    public, internal = client('public'), client('internal')
    for form in ('json', 'csv'):
        assert public.get(ITEMS, query_string={'filter': FAR, 'f': form}).status_code == 200
    monkeypatch.setenv('DOTHI_FILTER_MAX_COST', '1000')
    public = client('public')
    for form in ('json', 'csv', 'gpkg'):
        refused = public.get(ITEMS, query_string={'filter': FAR, 'f': form, 'lang': 'en'})
        assert refused.status_code == 400, form
        assert 'bbox' in refused.get_json()['description']
    assert public.get(ITEMS, query_string={'filter': "code = 'a'"}).status_code == 200
    assert internal.get(ITEMS, query_string={'filter': FAR}).status_code == 200


def test_strangers_send_a_megabyte_at_most(client: MakeClient) -> None:
    body = b'{"inputs": {"a": "%s"}}' % (b'x' * 2**20)
    path = '/api/processes/export-features/execution'
    assert client('public').post(path, data=body, content_type='application/json').status_code == 413


def test_strangers_get_no_echo(client: MakeClient) -> None:
    assert client('public').post('/api/processes/echo/execution', json={'inputs': {}}).status_code == 404
    listed = client('public').get('/api/processes?f=json').get_json(force=True)['processes']
    assert 'echo' not in {process['id'] for process in listed}
