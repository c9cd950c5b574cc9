"""What was acknowledged is there after everything was killed at the next moment: jobs, and reports of citizens."""

import itertools
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg2
import pytest
import requests

from dothi.core.ports import free_port
from tests.citizen.conftest import PLACE_OF_HOLE, RULES, write_city
from tests.faults.clients import PATIENCE_S, require
from tests.faults.parts import wait_until, wait_until_ready
from tests.instances import WholeInstance
from tests.matrix import EXHAUSTIVE

KILLS = 30 if EXHAUSTIVE else 2
# Until a kill; the first answers come after some milliseconds.
SOONEST_S, LATEST_S = 0.05, 1.5
# A job during which the worker was killed three times is not tried again, and says so.
ENDED = "status = 'successful' or error_code = 'ChildDied'"
PLENTY = RULES.replace('per_address: 5', 'per_address: 1000').replace('per_day: 20', 'per_day: 10000')
NUMBERS = itertools.count(1)
DISTRICT = (
    '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"7"},"geometry":{"type":"Polygon",'
    '"coordinates":[[[106.1,20.4],[106.2,20.4],[106.2,20.5],[106.1,20.5],[106.1,20.4]]]}}]}'
)


@dataclass
class Acknowledged:
    """Ids of jobs and codes of reports for which a 2xx came whole."""

    jobs: list[str] = field(default_factory=list)
    reports: list[str] = field(default_factory=list)


@pytest.fixture(scope='module')
def instance(shared_folder: Path) -> Iterator[WholeInstance]:
    folder = shared_folder / 'acknowledged'
    folder.mkdir()
    write_city(folder / 'city', PLENTY)
    instance = WholeInstance(folder / 'state', folder / 'city', free_port(), free_port())
    file = folder / 'districts.geojson'
    file.write_text(DISTRICT, encoding='utf-8')
    with ExitStack() as stack:
        stack.callback(instance.dothi, 'down')
        require(instance, 'up', '--demo', 'no')
        require(instance, 'deliver', file, '-l', 'districts', '--crs', 'EPSG:4326')
        yield instance


def test_every_job_and_every_report_is_there_after_everything_was_killed(instance: WholeInstance) -> None:
    """At another moment each time: the database has what it acknowledges on its disk."""
    all_of_them = Acknowledged()
    for kill in range(KILLS):
        acknowledged = kill_while_clients_send(instance, SOONEST_S + (LATEST_S - SOONEST_S) * kill / KILLS)
        require(instance, 'up', '--demo', 'no')
        jobs, reports = jobs_of(instance), codes_of(instance, acknowledged.reports)
        assert not set(acknowledged.jobs) - jobs
        assert not set(acknowledged.reports) - reports
        all_of_them.jobs += acknowledged.jobs
        all_of_them.reports += acknowledged.reports
    sys.stdout.write(f'{KILLS} kills, {len(all_of_them.jobs)} jobs, {len(all_of_them.reports)} reports\n')
    assert all_of_them.jobs
    assert all_of_them.reports
    wait_until_ready(instance)
    wait_until(lambda: set(all_of_them.jobs) <= jobs_of(instance, ENDED), 'all jobs end')


def kill_while_clients_send(instance: WholeInstance, after_s: float) -> Acknowledged:
    """What was acknowledged until all processes of the instance were killed, `after_s` after the clients began."""
    acknowledged, ended = Acknowledged(), threading.Event()
    clients = [
        threading.Thread(target=send_until, args=[ended, send, instance, to])
        for send, to in ((send_job, acknowledged.jobs), (send_report, acknowledged.reports)) * 2
    ]
    for client in clients:
        client.start()
    time.sleep(after_s)
    # a supervisor that lived would start again what dies; twice, for who was starting a process
    for _ in range(2):
        for process in instance.process_folders():
            with suppress(ProcessLookupError):
                os.kill(int(process.name), signal.SIGKILL)
    ended.set()
    for client in clients:
        client.join()
    return acknowledged


def send_until(
    ended: threading.Event, send: Callable[[WholeInstance], str | None], instance: WholeInstance, to: list[str]
) -> None:
    while not ended.is_set():
        with suppress(requests.RequestException):
            name = send(instance)
            if name is not None:
                to.append(name)


def send_job(instance: WholeInstance) -> str | None:
    """The id of the job, each of which is another request."""
    inputs = {'collection': 'districts', 'format': 'csv', 'filter': f"code <> '{next(NUMBERS)}'"}
    answer = requests.post(
        f'http://127.0.0.1:{instance.port}/api/processes/export-features/execution',
        json={'inputs': inputs},
        headers={'Prefer': 'respond-async'},
        timeout=PATIENCE_S,
    )
    return str(answer.json()['jobID']) if answer.status_code == 201 else None


def send_report(instance: WholeInstance) -> str | None:
    """The code by which the report is found."""
    place = [PLACE_OF_HOLE[0] + next(NUMBERS) % 900 / 100_000, PLACE_OF_HOLE[1]]
    report = {'place': place, 'kind': 'hole', 'text': f'Ổ gà số {next(NUMBERS)}'}
    answer = requests.post(f'http://127.0.0.1:{instance.public_port}/api/reports', json=report, timeout=PATIENCE_S)
    return str(answer.json()['tracking_code']) if answer.status_code == 201 else None


def jobs_of(instance: WholeInstance, condition: str = 'true') -> set[str]:
    with psycopg2.connect(instance.database_address()) as db, db.cursor() as cursor:
        cursor.execute(f'select id::text from job.job where {condition}')
        return {job_id for (job_id,) in cursor.fetchall()}


def codes_of(instance: WholeInstance, codes: list[str]) -> set[str]:
    """Those of the codes for which there is a report; the database has no code, but its hash."""
    address = f'http://127.0.0.1:{instance.public_port}/api/reports'
    return {code for code in codes if requests.get(f'{address}/{code}', timeout=PATIENCE_S).status_code == 200}
