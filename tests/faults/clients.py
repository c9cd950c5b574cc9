"""Clients that ask a running instance for one thing after the other, and see how long it takes to be well again."""

import itertools
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.instances import WholeInstance

# Within so long all has to be well again, without a person.
BACK_S = 30.0
# Longer than any answer may take, a blocked one included.
PATIENCE_S = 60.0
NUMBERS = itertools.count()
CLIENTS = 6
# {} makes each request another one, so that nothing that was kept answers it
PATHS = (
    '/api/collections/wells/items?f=json&offset={}',
    '/api/collections/wells/items?f=json&filter=id%3C{}',
    '/api/collections/wells/map?width=64&height=64&bbox=109.1,12.1,109.4,12.4{}',
    '/api/collections/wells/tiles/WebMercatorQuad/8/119/205',
    '/api/collections/wells/items/{}',
    '/api/jobs?limit={}',
    '/health/ready',
)


@dataclass
class Answers:
    """What clients were answered meanwhile. wrong: a 5xx that is no 503 with Retry-After, or no answer at all."""

    statuses: Counter[int] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def require(instance: WholeInstance, *arguments: str | Path) -> str:
    done = instance.dothi(*arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def ask(
    instance: WholeInstance, path: str, port: int | None = None, patience_s: float = PATIENCE_S
) -> tuple[int, str | None]:
    """The status of an answer, and when to come again."""
    try:
        with urllib.request.urlopen(f'http://127.0.0.1:{port or instance.port}{path}', timeout=patience_s) as answer:
            answer.read()
            return answer.status, None
    except urllib.error.HTTPError as error:
        return error.code, error.headers['Retry-After']


def next_path(number: int) -> str:
    return PATHS[number % len(PATHS)].format(number)


@contextmanager
def busy(instance: WholeInstance) -> Iterator[Answers]:
    """Within, clients ask both services for one thing after the other."""
    answers, ended = Answers(), threading.Event()

    def go_on(client: int) -> None:
        port = instance.port if client % 2 else instance.public_port
        while not ended.is_set():
            path = next_path(next(NUMBERS))
            try:
                status, later = ask(instance, path, port)
            except OSError as error:
                answers.wrong.append(f'{path}: {error}')
                continue
            answers.statuses[status] += 1
            if status >= 500 and (status, later) != (503, later or '-'):
                answers.wrong.append(f'{path}: {status}')

    clients = [threading.Thread(target=go_on, args=[client]) for client in range(CLIENTS)]
    for client in clients:
        client.start()
    try:
        yield answers
    finally:
        ended.set()
        for client in clients:
            client.join()


def seconds_until_well(instance: WholeInstance) -> float:
    """How long it takes until both services answer rightly, and all parts are there."""
    began_s = time.monotonic()
    while time.monotonic() - began_s < 4 * BACK_S:
        with suppress(OSError):
            checks = set(instance.readiness().values())
            statuses = {ask(instance, next_path(next(NUMBERS)), port)[0] for port in ports(instance) for _ in PATHS}
            if checks == {'ok'} and max(statuses) < 500:
                return time.monotonic() - began_s
        time.sleep(0.2)
    return time.monotonic() - began_s


def require_well(answers: Answers, back_s: float) -> None:
    """Asserts that nobody was answered wrongly, and that all was well again in time; says how long that took."""
    sys.stdout.write(f'{dict(answers.statuses)}, back after {back_s:.1f} s\n')
    assert not answers.wrong, answers.wrong[:5]
    assert back_s < BACK_S


def ports(instance: WholeInstance) -> tuple[int, int]:
    return instance.port, instance.public_port


def is_delivered(instance: WholeInstance, folder: Path) -> bool:
    """Whether a delivery and a job go through: loader, worker and their listeners are well."""
    file = folder / f'wells-{next(NUMBERS)}.csv'
    file.write_text(f'NAME;end;depth;lon;lat\nA;;{next(NUMBERS) % 90};109.21;12.21\n', encoding='utf-8')
    return instance.dothi('deliver', file, '-l', 'wells', '--crs', 'EPSG:4326', '--accept-loss').returncode == 0
