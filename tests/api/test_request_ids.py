"""A request has one id in its answer, in the lines of the logs, and in those of the job that it starts elsewhere."""

import logging
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
from flask.testing import FlaskClient

from dothi.core.locality import Locality
from tests.api.conftest import Desk, school
from tests.conftest import PATIENCE_S, Instance, Province, fresh, serving

ID = 'from-a-proxy-0001'


@pytest.fixture(scope='module')
def services(
    instance: Instance, template: str, locality: Locality, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Province]:
    """A worker and the internal service, each with its lines in one log."""
    folder = tmp_path_factory.mktemp('request-ids')
    with pytest.MonkeyPatch.context() as patch:
        for environment in fresh(instance, template, folder, patch):
            Desk(locality).release('schools', [('POINT(0 0)', school('A'))])
            with serving(environment, folder, ['worker', 'internal']) as running:
                yield running


def line_with(log: Path, *parts: str) -> str:
    """The first line of the log with all parts, waited for."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        for line in log.read_text(encoding='utf-8').splitlines():
            if all(part in line for part in parts):
                return line
        time.sleep(0.1)
    pytest.fail(f'no line with {parts}:\n{log.read_text(encoding="utf-8")[-3000:]}')


def test_the_line_of_a_request_ends_with_its_id(services: Province) -> None:
    answer = requests.get(f'{services.internal_url}/api/conformance', headers={'X-Request-ID': ID}, timeout=60)
    assert answer.headers['X-Request-ID'] == ID
    assert line_with(services.log, 'GET /api/conformance', ID).endswith(f' {ID}')


def test_the_worker_names_the_request_that_started_a_job(services: Province) -> None:
    """Across processes: the service writes it with the job, and the worker reads it there."""
    trace = 'analysis-of-today-7'
    started = requests.post(
        f'{services.internal_url}/api/processes/echo/execution',
        json={'inputs': {'stringInput': 'teststring'}},
        headers={'X-Request-ID': trace, 'Prefer': 'respond-async'},
        timeout=60,
    )
    assert started.status_code == 201, started.text
    job = started.json()['jobID']
    assert 'echo' in line_with(services.log, f'job {job} of request {trace} begins')
    assert line_with(services.log, f'job {job} of request {trace} ended')


def test_a_problem_tells_its_id_and_the_log_has_it(
    client: Callable[..., FlaskClient], desk: Desk, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = client()
    monkeypatch.setattr('dothi.api.common.conformance.service', broken)
    with caplog.at_level(logging.ERROR):
        answer = app.get('/api/conformance?f=json', headers={'X-Request-ID': ID})
    assert answer.status_code == 500
    assert answer.get_json()['request'] == ID
    assert [record for record in caplog.records if f'request {ID}' in record.getMessage()]


def broken() -> None:
    raise RuntimeError


@pytest.mark.parametrize(
    'forged', ['short', 'x' * 65, 'two words of it', 'line\tbreak-8', '"quoted-id"', '-leading-dash']
)
def test_an_id_that_could_forge_a_line_is_replaced(client: Callable[..., FlaskClient], forged: str) -> None:
    answer = client().get('/health/live', headers={'X-Request-ID': forged})
    assert re.fullmatch('[0-9a-f]{16}', answer.headers['X-Request-ID'])


def test_each_request_without_an_id_gets_its_own(client: Callable[..., FlaskClient]) -> None:
    app = client()
    assert len({app.get('/health/live').headers['X-Request-ID'] for _ in range(5)}) == 5
