"""Whole layers that cannot be written to a file: said in words of a download, and tried ever more rarely."""

import gc
import os
from pathlib import Path

import pytest
from psycopg2 import sql

from dothi.core.catalog import current_releases
from dothi.core.database import connection
from dothi.core.export.arrow import Stream
from dothi.core.export.extract import Extract
from dothi.core.export.formats import not_written
from dothi.core.locality import Locality
from dothi.core.text import Text
from dothi.local.status import instance_status
from processes.queue.child import BrokenRun, FailedRun, InterruptedRun, RunOrder, failure
from processes.queue.downloads import Keeper
from processes.queue.reasons import child_died, too_long
from tests.api.conftest import Desk, building, square
from tests.processes.conftest import ask, start_worker, stop_worker, wait_until

LONG_AGO = '2024-01-10T00:00:00Z'


@pytest.fixture
def alone(database: dict[str, str], locality: Locality, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A database on which no worker runs, with one building whose CSV is to be kept ready."""
    monkeypatch.setenv('DOTHI_DOWNLOADS', '["csv"]')
    desk = Desk(locality)
    desk.release('buildings', [(square(0, 0), building('A'))], at=LONG_AGO)
    return desk


class Ending:
    """Takes the place of the child process, which ends as it is told; notes what it was asked to write."""

    def __init__(self, ending: FailedRun | BrokenRun | InterruptedRun) -> None:
        self.ending = ending
        self.orders: list[object] = []

    def __call__(self, order: RunOrder, tell: object, stopped: object) -> FailedRun | BrokenRun | InterruptedRun:
        self.orders.append(order.inputs['format'])
        return self.ending


ENDINGS = [
    (failure(child_died(-9)), 'memory', 'DOTHI_JOB_MEMORY_MB'),
    (failure(too_long(3)), 'time', 'DOTHI_JOB_TIME_LIMIT_S'),
    (failure(not_written(Path('x.csv'), OSError('full'))), 'disk', 'space'),
    (InterruptedRun(Text(vi='x', en='x')), 'database', 'connection'),
    (BrokenRun('Traceback …'), 'other', 'log'),
]


@pytest.mark.parametrize(('ending', 'reason', 'words'), ENDINGS, ids=[reason for _, reason, _ in ENDINGS])
def test_a_file_that_fails_is_told_of_in_words_of_a_download(
    alone: Desk, ending: FailedRun, reason: str, words: str
) -> None:
    Keeper(Ending(ending)).prepare(lambda: False)
    faults = instance_status(alone.locality).download_faults
    assert [(fault.layer_id, fault.audience, fault.format, fault.times) for fault in faults] == [
        ('buildings', audience, 'csv', 1) for audience in ('internal', 'public')
    ]
    assert {fault.reason for fault in faults} == {reason}
    for fault in faults:
        assert words in fault.text.en
        assert 'analysis' not in fault.text.en


def test_what_fails_again_and_again_is_tried_ever_more_rarely_by_any_worker(
    alone: Desk,
) -> None:
    """After 1, 5 and 25 minutes, …, at most a day; a restart of the worker changes nothing."""
    waits_min = []
    for _ in range(7):
        ending = Ending(failure(child_died(-9)))
        Keeper(ending).prepare(lambda: False)
        assert ending.orders == ['csv', 'csv']
        Keeper(ending).prepare(lambda: False)
        assert ending.orders == ['csv', 'csv'], 'tried again at once'
        fault, _ = instance_status(alone.locality).download_faults
        waits_min.append((fault.retry_at - fault.failed_at).total_seconds() / 60)
        _let_time_pass(waits_min[-1])
    assert waits_min == [1, 5, 25, 125, 625, 1440, 1440]


@pytest.mark.parametrize('setting', ['DOTHI_JOB_MEMORY_MB', 'DOTHI_JOB_TIME_LIMIT_S'])
def test_a_raised_limit_is_tried_at_once(alone: Desk, monkeypatch: pytest.MonkeyPatch, setting: str) -> None:
    """Whoever follows the advice of `dothi status` should not wait for up to a day."""
    Keeper(Ending(failure(child_died(-9)))).prepare(lambda: False)
    ending = Ending(failure(child_died(-9)))
    monkeypatch.setenv(setting, '9000')
    Keeper(ending).prepare(lambda: False)
    assert ending.orders == ['csv', 'csv']
    Keeper(ending).prepare(lambda: False)
    assert ending.orders == ['csv', 'csv'], 'tried again under the same limits'


def _let_time_pass(minutes: float) -> None:
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute("update catalog.download_fault set failed_at = failed_at - %s * interval '1 minute'", [minutes])


def test_a_fault_is_forgotten_with_its_file_or_its_format(alone: Desk) -> None:
    Keeper(Ending(failure(child_died(-9)))).prepare(lambda: False)
    assert ask('select count(*) from catalog.download_fault') == 2
    _let_time_pass(1)
    worker = start_worker({name: os.environ[name] for name in os.environ if name.startswith('DOTHI_')})
    try:
        wait_until(lambda: ask('select count(*) from catalog.download') == 2)
        wait_until(lambda: ask('select count(*) from catalog.download_fault') == 0)
    finally:
        stop_worker(worker)
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute("insert into catalog.download_fault values ('buildings', 'public', 'gpkg', 'memory', 3)")
    Keeper(Ending(failure(child_died(-9)))).prepare(lambda: False)
    assert ask('select count(*) from catalog.download_fault') == 0


def test_rows_on_their_way_into_a_file_are_let_go_of(alone: Desk) -> None:
    """Memory stays the same however many rows there are: pyarrow kept each geometry that it got as a memoryview."""
    layer = alone.locality.layers['buildings']
    tail = sql.SQL('from layer.buildings cross join generate_series(1, 20000)')
    with connection('reader_internal') as db:
        release = current_releases(db)['buildings']
        stream = Stream(db, Extract(layer, layer.columns, release, tail, 4326, 9209), lambda _rows: None)
        assert sum(batch.num_rows for batch in stream.batches()) == 20_000
    views = [value for value in gc.get_objects() if isinstance(value, memoryview)]
    assert len(views) < 1_000
