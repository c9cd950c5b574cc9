"""How much a stranger may ask of the public service: often, at once, and how hard; a map never meets the limits."""

import os
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from dothi.api.http import clients
from dothi.api.http.client_accounts import MOST_QUERIES, PLACES, SETS, ClientAccounts
from dothi.api.http.clients import QueryPlace, TooManyQueries
from tests.api.conftest import Desk

type MakeClient = Callable[..., FlaskClient]

# The children touch nothing but the accounts.
FORKS = pytest.mark.filterwarnings('ignore:This process:DeprecationWarning')


def test_tokens_come_back_with_time_up_to_a_burst() -> None:
    """At 2 a second, 3 in store: three pass at once, the fourth half a second later, and nobody saves up more."""
    accounts = ClientAccounts(per_s=2, burst=3)

    def take(now_s: float) -> bool:
        return accounts.take_token('10.0.0.1', now_s)

    assert [take(100) for _ in range(4)] == [True, True, True, False]
    assert not take(100.4)
    assert take(100.5)
    assert [take(200) for _ in range(4)] == [True, True, True, False]


def in_child(work: Callable[[], int]) -> int:
    """What `work` returns (0 to 255) in a forked process, which then ends."""
    pid = os.fork()
    if not pid:
        code = 255
        try:
            code = work()
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


@FORKS
def test_all_processes_of_a_service_count_together() -> None:
    """Ten requests may pass: three processes that try ten each get four, six and none of them."""
    accounts = ClientAccounts(per_s=0, burst=10)

    def passed(tries: int) -> int:
        return in_child(lambda: sum(accounts.take_token('a', 1) for _ in range(tries)))

    assert [passed(4), passed(10), passed(10)] == [4, 6, 0]
    assert accounts.take_token('b', 1)


@FORKS
def test_the_queries_of_a_process_that_died_are_over() -> None:
    """Its client may ask again as soon as the master has seen the death, and nobody else's query is forgotten."""
    accounts = ClientAccounts(per_s=1, burst=1)
    own = accounts.begin_query('a', 3)
    pid = os.fork()
    if not pid:
        accounts.begin_query('a', 3)
        accounts.begin_query('a', 3)
        os._exit(0)
    os.waitpid(pid, 0)
    assert accounts.begin_query('a', 3) is None
    assert accounts.begin_query('b', 3) is not None
    accounts.forget_process(pid)
    places = [accounts.begin_query('a', 3) for _ in range(3)]
    assert None not in places[:2]
    assert (places[2], own in places) == (None, False)


def test_a_place_serves_the_next_query_and_all_of_them_are_never_exceeded() -> None:
    accounts = ClientAccounts(per_s=1, burst=1)
    places = [accounts.begin_query(f'client {number}', 1) for number in range(MOST_QUERIES)]
    assert places == [*range(MOST_QUERIES)]
    assert accounts.begin_query('one more', 1) is None
    for place in (7, 5):
        accounts.end_query(place)
    assert [accounts.begin_query('one more', 2) for _ in range(3)] == [5, 7, None]


def test_a_client_is_forgotten_only_for_newer_ones() -> None:
    """Ten times as many clients as there are places for: whoever asked last still has no tokens."""
    accounts = ClientAccounts(per_s=0, burst=1)
    for number in range(10 * SETS * PLACES):
        accounts.take_token(f'client {number}', number)
    assert not accounts.take_token(f'client {number}', number)
    assert accounts.take_token('client 0', number)


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


def test_all_addresses_of_an_ipv6_host_are_one_client(
    desk: Desk, client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A host has 2^64 of them; and an address of IPv4 is itself, in whatever form it comes."""
    monkeypatch.setenv('DOTHI_CLIENT_REQUESTS_PER_S', '0.001')
    monkeypatch.setenv('DOTHI_CLIENT_BURST', '1')
    app = client('public')

    def status(address: str) -> int:
        return app.get('/api?f=json', environ_base={'REMOTE_ADDR': address}).status_code

    assert [status(f'2001:db8:1:2::{number:x}') for number in range(3)] == [200, 429, 429]
    assert status('2001:db8:1:3::1') == 200
    assert [status(address) for address in ('10.9.9.9', '::ffff:10.9.9.9', '10.9.9.8')] == [200, 429, 200]


def test_one_clients_queries_leave_connections_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two places: the third query waits for one of them, and is refused when none comes."""
    monkeypatch.setattr(clients, 'QUERY_PATIENCE_S', 0.05)
    accounts = ClientAccounts(per_s=1, burst=1)
    first, second, third = (QueryPlace(accounts, 'a', 2) for _ in range(3))
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


def test_who_watches_the_service_needs_no_place_of_a_client(
    desk: Desk, client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy that is not trusted gives all its clients one address, and the monitor's too."""
    monkeypatch.setenv('DOTHI_CLIENT_QUERIES', '1')
    monkeypatch.setattr(clients, 'QUERY_PATIENCE_S', 0.05)
    app = client('public')
    assert app.application.extensions['dothi'].clients.begin_query('127.0.0.1', 1) is not None
    assert app.get('/api/collections/schools/items').status_code == 429
    assert app.get('/health').status_code == 200


def test_strangers_send_a_megabyte_at_most(client: MakeClient) -> None:
    body = b'{"inputs": {"a": "%s"}}' % (b'x' * 2**20)
    path = '/api/processes/export-features/execution'
    assert client('public').post(path, data=body, content_type='application/json').status_code == 413


def test_strangers_get_no_echo(client: MakeClient) -> None:
    assert client('public').post('/api/processes/echo/execution', json={'inputs': {}}).status_code == 404
    listed = client('public').get('/api/processes?f=json').get_json(force=True)['processes']
    assert 'echo' not in {process['id'] for process in listed}
