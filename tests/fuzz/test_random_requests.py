"""Whatever comes in, and whenever the database goes away: an answer, a refusal, or a time to come again. Never a 500.

The short form runs with the other tests; DOTHI_FUZZ_REQUESTS=10000 (`make test-all`) is the long one.
"""

import os
import random
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path

import pytest
import requests

from dothi.core.database import connection
from tests.conftest import Instance, Province, serving, use
from tests.fuzz.requests_at_random import RandomRequest, random_requests

COUNT = int(os.environ.get('DOTHI_FUZZ_REQUESTS', '100'))
SEED = int(os.environ.get('DOTHI_FUZZ_SEED', '20261128'))
CLIENTS = 4
# Of all answers: else the requests are so broken that they try nothing.
LEAST_SUCCESSFUL = 0.2
EVERY_S = 2.0
END = """select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and usename <> current_user and (%s or random() < 0.5)"""


@pytest.fixture(scope='module')
def victim(instance: Instance, province_template: str, shared_folder: Path) -> Iterator[Province]:
    """A province of its own, whose database is taken away now and then."""
    environment = instance.environment(instance.create('fuzzed', province_template), shared_folder / 'fuzzed')
    environment['DOTHI_STORE'] = str(shared_folder / 'province-template' / 'store')
    # its worker would write them all while the requests come
    environment['DOTHI_DOWNLOADS'] = '[]'
    with pytest.MonkeyPatch.context() as patch:
        use(patch, environment)
        with serving(environment, shared_folder / 'fuzzed') as running:
            yield running


@contextmanager
def backends_end_now_and_then() -> Iterator[None]:
    """Ends all sessions of the services, or half of them, every two seconds while inside."""
    stop = threading.Event()

    def end() -> None:
        while not stop.wait(EVERY_S):
            with connection('admin') as db, db.cursor() as cursor:
                cursor.execute(END, [random.random() < 0.5])

    ender = threading.Thread(target=end)
    ender.start()
    try:
        yield
    finally:
        stop.set()
        ender.join()


def answered(url: str, sent: RandomRequest) -> requests.Response:
    """The answer, as it is: no redirect is followed."""
    prepared = requests.Request(sent.method, url, headers=sent.headers, data=sent.body).prepare()
    # as it stands: the library would tidy up what is to be tried
    prepared.url = url + sent.address
    answer = requests.Session().send(prepared, timeout=120, allow_redirects=False, stream=True)
    # rows of a CSV are sent as they are read: an answer that began is cut off, which its client notices
    with suppress(requests.exceptions.ChunkedEncodingError) if 'f=csv' in sent.address else nullcontext():
        _ = answer.content
    return answer


def is_fit(answer: requests.Response) -> bool:
    """2xx, 3xx, 4xx, a 501 that says what is not implemented, or a 503 that says when to come again."""
    if answer.status_code == 503:
        return 'Retry-After' in answer.headers
    return answer.status_code < 500 or (answer.status_code == 501 and bool(answer.content))


@pytest.mark.timeout(300 if COUNT < 1_000 else 7_200)
def test_whatever_comes_in_is_answered_refused_or_put_off(victim: Province) -> None:
    bad: list[tuple[int, str, str]] = []
    statuses: Counter[int] = Counter()

    def ask(numbered: tuple[int, RandomRequest]) -> None:
        number, sent = numbered
        url = (victim.internal_url, victim.public_url)[number % 2]
        try:
            answer = answered(url, sent)
        except requests.RequestException as error:
            bad.append((0, repr(error)[:200], sent.address[:300]))
            return
        statuses[answer.status_code] += 1
        if not is_fit(answer):
            bad.append((answer.status_code, sent.method, sent.address[:300]))

    with backends_end_now_and_then(), ThreadPoolExecutor(CLIENTS) as clients:
        list(clients.map(ask, enumerate(random_requests(SEED, COUNT))))
    # the figures of the long form
    print(f'{COUNT} requests, seed {SEED}: {dict(sorted(statuses.items()))}')  # noqa: T201
    assert not bad, bad
    successful = sum(count for status, count in statuses.items() if 200 <= status < 300)
    assert successful >= LEAST_SUCCESSFUL * COUNT, statuses
