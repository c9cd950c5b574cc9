"""Fixtures of analyses: a database that their tests share, a town in it, and a worker that runs beside the test."""

import functools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dothi.core import database as core_database
from dothi.core.database import READERS, connection
from dothi.core.layer import Audience
from dothi.core.locality import Locality
from processes.data import Data
from processes.reading.request_layers import store_request_layers
from processes.reading.validation import validate_inputs
from processes.registry import all_processes
from processes.registry import find_process as process_named
from tests.conftest import Instance, fresh, share_room, use
from tests.forked import ForkedProcess
from tests.processes.titled_members import with_titles_checked
from tests.processes.town import (
    ORIGIN,
    Loader,
    Town,
    area,
    building,
    commune,
    feature,
    features,
    house,
    in_degrees,
    station,
)  # fmt: skip
from tests.processes.workers import (
    SHARED_WORKER,
    ask,
    descendants,
    end_shared_worker,
    start_worker,
    stop_worker,
    wait_until,
)  # fmt: skip

# What test files take from here, beside the fixtures.
__all__ = [
    'ORIGIN', 'Loader', 'Town', 'answered', 'area', 'ask', 'building', 'commune', 'descendants', 'empty', 'feature',
    'features', 'house', 'in_degrees', 'start_worker', 'station', 'stop_worker', 'wait_until', 'with_titles_checked',
]  # fmt: skip


@pytest.fixture
def grid_town() -> Callable[..., Town]:
    return Town


@pytest.fixture(autouse=True, scope='session')
def every_member_is_titled() -> Iterator[None]:
    """Whatever an analysis answers in a test, each member of it has a title that the analysis declares."""
    with pytest.MonkeyPatch.context() as patch:
        for process_id, chosen in all_processes().items():
            patch.setattr(type(chosen), 'run', with_titles_checked(process_id, chosen, type(chosen).run))
        yield


@pytest.fixture(autouse=True)
def every_request_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests run what they ask for, also when an earlier one asked the same; those of the result store turn it on."""
    monkeypatch.setenv('DOTHI_RESULT_STORE', 'off')


@pytest.fixture(scope='session')
def shared_database(
    instance: Instance, template: str, room: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, str]]:
    """A database for all tests of analyses that leave its tables, its roles and its worker as they are."""
    state = tmp_path_factory.mktemp('state')
    share_room(state, room)
    with pytest.MonkeyPatch.context() as patch:
        for environment in fresh(instance, template, state, patch):
            yield environment
            end_shared_worker()


@pytest.fixture
def database(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """The shared database without data; one of its own for a test with the mark `own_database`."""
    if not own_database(request):
        environment = request.getfixturevalue('shared_database')
        use(monkeypatch, environment)
        empty()
        yield environment
        core_database.fresh()
        return
    instance, template, state = (request.getfixturevalue(name) for name in ('instance', 'template', 'tmp_path'))
    share_room(state, request.getfixturevalue('room'))
    yield from fresh(instance, template, state, monkeypatch)


def own_database(request: pytest.FixtureRequest) -> bool:
    return request.node.get_closest_marker('own_database') is not None


# Emptying all of them takes four times as long as all the rest between two tests.
HOLDING_ROWS = """
    select oid::regclass::text from pg_class
    where relkind = 'r' and relnamespace in ('layer'::regnamespace, 'history'::regnamespace)
    and pg_relation_size(oid) > 0"""
# Tables of releases and deliveries, and those whose rows name one of them.
OF_RELEASES = """
    with recursive named (id) as (
        values ('catalog.release'::regclass::oid), ('catalog.delivery'::regclass::oid)
        union
        select conrelid from pg_constraint join named on confrelid = id
        where contype = 'f' and conrelid <> 'catalog.layer'::regclass
    )
    select id::regclass::text from named"""


def empty() -> None:
    """Takes away what a test before has loaded and computed; the worker stays signed on.

    The worker clears its queue itself, a moment after the result is there: it takes a vanished job for a fault.
    """
    wait_until(lambda: ask('select count(*) from job.procrastinate_jobs') == 0)
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute(HOLDING_ROWS)
        for (table,) in cursor.fetchall():
            cursor.execute(f'truncate {table}')
        cursor.execute('delete from job.job; update catalog.layer set current_release = null')
        # releases and deliveries name each other
        cursor.execute('set local session_replication_role = replica')
        cursor.execute(OF_RELEASES)
        for (table,) in cursor.fetchall():
            cursor.execute(f'delete from {table}')


@pytest.fixture
def answer(locality: Locality, tmp_path: Path) -> Callable[..., Any]:
    """What a process says in this process, without queue and worker: `answer('flood-exposure', level_m=1.0)`."""
    return functools.partial(answered, locality, tmp_path / 'drafts')


def answered(
    locality: Locality,
    drafts: Path,
    process_id: str,
    progress: Callable[..., None] = lambda share, doing: None,
    audience: Audience = 'internal',
    **inputs: Any,
) -> Any:
    """The same where there is no fixture at hand. audience: on whose role the process reads."""
    chosen = process_named(process_id, audience)
    checked = validate_inputs(chosen.inputs, inputs)
    try:
        with connection(READERS[audience]) as db:
            request_layers = store_request_layers(db, checked, locality, None)
            db.set_session(isolation_level='REPEATABLE READ', readonly=True)
            return chosen.run(checked, Data(db, locality, audience, drafts, request_layers=request_layers), progress)
    finally:
        # as in production, where every run has sessions of its own, also where it fails
        core_database.fresh()


@pytest.fixture
def loader(database: dict[str, str], locality: Locality) -> Loader:
    return Loader(locality)


@pytest.fixture
def shared_worker(database: dict[str, str]) -> ForkedProcess:
    if not SHARED_WORKER:
        SHARED_WORKER.append(start_worker(database))
    return SHARED_WORKER[0]


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """End the shared worker before tests of another folder: it would look for work beside them until the end."""
    if nextitem is not None and Path(__file__).parent not in nextitem.path.parents:
        end_shared_worker()


@pytest.fixture
def worker(request: pytest.FixtureRequest, database: dict[str, str]) -> Iterator[ForkedProcess]:
    """A worker with two places on the test's database, and as lasting as that."""
    if not own_database(request):
        yield request.getfixturevalue('shared_worker')
        return
    process = start_worker(database)
    yield process
    stop_worker(process)


@pytest.fixture
def one() -> Callable[..., Any]:
    """Asks the database as its administrator: `one('select 1')`."""
    return ask


@pytest.fixture
def until() -> Callable[..., None]:
    """Waits until something is true: `until(lambda: ...)`."""
    return wait_until


@pytest.fixture
def new_worker(database: dict[str, str]) -> Iterator[Callable[..., ForkedProcess]]:
    """Starts workers with other settings than usual, and ends them after the test."""
    started: list[ForkedProcess] = []

    def start(**settings: str) -> ForkedProcess:
        started.append(start_worker({**database, **settings}))
        return started[-1]

    yield start
    for process in started:
        stop_worker(process)
