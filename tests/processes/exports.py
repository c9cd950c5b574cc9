"""Exports of houses, which tests of faults start, hold up and look after."""

import contextlib
from pathlib import Path
from typing import Self

import psycopg2
import pytest
from psycopg2 import sql

from dothi.core.database import database_url
from processes.queue.manager import start_job
from processes.queue.requests import ENDED
from tests.processes.conftest import ask, building, house
from tests.processes.town import Loader

EXPORT = {'collection': 'buildings', 'format': 'csv'}


@pytest.fixture
def houses(loader: Loader) -> int:
    return loader.load('buildings', [(house(10 * i, 0), building(i)) for i in range(200)])


class Held:
    """Nobody can use a table for as long as this lasts, so that what needs it stops in the middle."""

    def __init__(self, schema: str, table: str) -> None:
        self.table = sql.Identifier(schema, table)

    def __enter__(self) -> Self:
        url = database_url('admin').set(drivername='postgresql').render_as_string(hide_password=False)
        self.lock = psycopg2.connect(url)
        with self.lock.cursor() as cursor:
            cursor.execute(sql.SQL('lock table {} in access exclusive mode').format(self.table))
        return self

    def __exit__(self, *_: object) -> None:
        self.lock.close()


def export(asker: str = 'a') -> str:
    return start_job('export-features', EXPORT, 'internal', asker)


def status(job_id: str) -> str:
    return ask('select status from job.job where id = %s', [job_id])


def is_running(job_id: str) -> bool:
    return status(job_id) == 'running'


def runs(pid: int) -> bool:
    """Whether the process lives; a zombie does not."""
    with contextlib.suppress(OSError):
        return Path(f'/proc/{pid}/stat').read_text().rsplit(')', 1)[1].split()[0] != 'Z'
    return False


def all_ended(jobs: int) -> bool:
    open_ = ask('select count(*) from job.job where status <> all(%s)', [list(ENDED)])
    return open_ == 0 and ask('select count(*) from job.job') == jobs
