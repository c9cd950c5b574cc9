"""nginx with TLS as docker/nginx.conf has it: HTTP/2, the way from plain HTTP, and what it keeps to itself."""

import json
import subprocess
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from werkzeug.serving import make_server

from bench.nginx import IPV6, PATIENCE_S, nginx_with_tls
from dothi.api.app import create_app
from tests.api.conftest import Desk, school
from tests.processes.workers import wait_until

ITEMS = '/api/collections/schools/items'


@dataclass(frozen=True)
class Answer:
    """What curl got: the version of HTTP, status, headers by their names in small letters, and the body."""

    version: str
    status: int
    headers: dict[str, str]
    body: str


@dataclass(frozen=True)
class Proxy:
    """nginx in front of the public service. folder: where it has its files; authority: who vouches for it.

    end_service: ends the service behind it.
    """

    secure: str
    plain: str
    folder: Path
    authority: Path
    end_service: Callable[[], None]

    def get(self, url: str, *options: str) -> Answer:
        shape = '\n%{http_version} %{http_code} %{header_json}'
        command = ['curl', '--silent', '--cacert', str(self.authority), '--write-out', shape, *options, url]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=PATIENCE_S)
        body, _, about = done.stdout.partition('\n2 ' if '\n2 ' in done.stdout else '\n1.1 ')
        version = '2' if '\n2 ' in done.stdout else '1.1'
        status, _, headers = about.partition(' ')
        return Answer(version, int(status), {name: values[-1] for name, values in json.loads(headers).items()}, body)


@pytest.fixture
def proxy(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    monkeypatch.setenv('DOTHI_TRUSTED_PROXIES', '["127.0.0.1/32"]')
    desk.release('schools', [('POINT(0 0)', school('a'))])
    for folder in (tmp_path, *tmp_path.parents[:3]):
        folder.chmod(0o755)
    key, certificate = tmp_path / 'key.pem', tmp_path / 'certificate.pem'
    subprocess.run(
        ['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost',
         '-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    server = make_server('127.0.0.1', 0, create_app('public'), threaded=True)
    serving = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    serving.start()

    def end_service() -> None:
        server.shutdown()
        serving.join(PATIENCE_S)
        server.server_close()

    with nginx_with_tls(f'127.0.0.1:{server.port}', tmp_path, certificate, key) as (secure, plain):
        yield Proxy(secure, plain, tmp_path, certificate, end_service)
    end_service()


def test_features_come_by_http_2_and_their_links_lead_back_by_tls(proxy: Proxy) -> None:
    answer = proxy.get(f'{proxy.secure}{ITEMS}?f=json')
    assert (answer.version, answer.status) == ('2', 200)
    assert all(link['href'].startswith(f'{proxy.secure}/api/') for link in json.loads(answer.body)['links'])
    assert 'max-age' in answer.headers['strict-transport-security']


@pytest.mark.skipif(not IPV6.exists(), reason='this machine has no IPv6')
def test_clients_come_over_ipv6_too(proxy: Proxy) -> None:
    assert proxy.get(f'{proxy.secure}{ITEMS}?f=json', '-6').status == 200
    assert proxy.get(f'{proxy.plain}{ITEMS}?f=json', '-6').status == 301


def test_plain_http_leads_to_tls_but_for_the_proof_of_the_name(proxy: Proxy) -> None:
    proof = proxy.folder / 'www' / '.well-known' / 'acme-challenge' / 'token'
    proof.parent.mkdir(parents=True)
    proof.write_text('proof')
    for folder in (proof.parent, *proof.parents[:3]):
        folder.chmod(0o755)
    assert proxy.get(f'{proxy.plain}/.well-known/acme-challenge/token').body == 'proof'
    answer = proxy.get(f'{proxy.plain}{ITEMS}?limit=1')
    assert (answer.status, answer.headers['location']) == (301, f'https://localhost{ITEMS}?limit=1')


def test_who_names_another_path_leads_nobody_there(proxy: Proxy) -> None:
    """An answer that was kept would have its links below that path for others too."""
    assert '/evil' not in proxy.get(f'{proxy.secure}{ITEMS}?f=json', '-H', 'X-Forwarded-Prefix: /evil').body


def test_the_log_of_the_proxy_keeps_nothing_that_lets_somebody_in(proxy: Proxy) -> None:
    for path in (
        f'{ITEMS}?f=json&key=dothi_SECRET', f'{ITEMS}?KEY=SECRET&f=json', '/api/key/SECRET/collections',
        '/ows/%6bey/SECRET', '/invitation/SECRET', '/%69nvitation/SECRET/provider', '//invitation/SECRET',
        '/sign-in/provider/answer?state=x&code=SECRET', '/sign-in?next=%2Fapi%2Fkey%2FSECRET',
    ):  # fmt: skip
        proxy.get(f'{proxy.secure}{path}', '--path-as-is', '-H', f'Referer: {proxy.secure}/invitation/SECRET')
    proxy.get(f'{proxy.secure}{ITEMS}?limit=1')
    log = proxy.folder / 'dothi.log'
    # nginx writes a line when the answer is gone, which the client need not wait for
    wait_until(lambda: f'{ITEMS}?limit=1' in log.read_text(encoding='utf-8'))
    assert 'SECRET' not in log.read_text(encoding='utf-8')


def test_figures_are_kept_from_who_comes_through_the_proxy(proxy: Proxy) -> None:
    assert proxy.get(f'{proxy.secure}/metrics').status == 404


def test_an_answer_that_was_kept_has_the_id_of_its_own_request(proxy: Proxy) -> None:
    ids = [proxy.get(f'{proxy.secure}{ITEMS}?f=json').headers['x-request-id'] for _ in range(3)]
    assert len(set(ids)) == 3


def test_while_the_service_is_away_clients_are_told_when_to_come_back(proxy: Proxy) -> None:
    """As by the service itself: 503 with Retry-After and a document with the id of the request, no page of nginx."""
    proxy.end_service()
    answer = proxy.get(f'{proxy.secure}/api')
    assert (answer.status, answer.headers['content-type']) == (503, 'application/json')
    assert int(answer.headers['retry-after']) > 0
    document = json.loads(answer.body)
    assert (document['code'], document['request']) == ('ServiceAway', answer.headers['x-request-id'])


def test_who_asks_too_often_is_told_when_to_come_back(proxy: Proxy) -> None:
    """nginx counts before it asks the service, which is away here: so the limit is met on a slow machine too."""
    proxy.end_service()
    with ThreadPoolExecutor(8) as clients:
        # [1-200]: curl asks so many times in a connection
        urls = [f'{proxy.secure}/health/live?client={client}&number=[1-200]' for client in range(8)]
        shape = ['--output', '/dev/null', '--write-out', '%{http_code} %header{retry-after} %header{content-type}\\n']
        command = ['curl', '--silent', '--cacert', str(proxy.authority), *shape]
        asked = clients.map(
            lambda url: subprocess.run([*command, url], capture_output=True, text=True, check=True), urls
        )
        answers = {line for done in asked for line in done.stdout.splitlines()}
    assert '429 1 application/json' in answers
    assert {answer.split()[0] for answer in answers} == {'503', '429'}


def test_a_name_that_is_not_published_gets_no_certificate(proxy: Proxy) -> None:
    port = proxy.secure.rpartition(':')[2]
    refused = subprocess.run(
        [
            'curl',
            '--silent',
            '--insecure',
            '--resolve',
            f'other.example:{port}:127.0.0.1',
            f'https://other.example:{port}/',
        ],
        capture_output=True,
        check=False,
        timeout=PATIENCE_S,
    )
    assert refused.returncode == 35, 'curl: the handshake failed'


def test_the_internal_service_is_for_networks_of_the_centre_only(proxy: Proxy) -> None:
    settings = (proxy.folder / 'dothi.conf').read_text(encoding='utf-8')
    internal = settings[settings.index('server_name office.example') :]
    assert internal.index('allow 10.0.0.0/8;') < internal.index('deny all;') < internal.index('location /')
