"""What all tests share: their order, and fixtures of databases, services and the demo province."""

import ctypes
import gc
import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from argon2 import PasswordHasher
from xdist.remote import Producer

from dothi.core.access import passwords
from dothi.core.locality import Locality, load_locality
from dothi.core.settings import PROJECT
from tests import slow_tests
from tests.databases import (
    Instance,
    building_template,
    database,
    empty_database,
    fresh,
    instance,
    postgis,
    room,
    share_room,
    shared_folder,
    template,
    use,
)  # fmt: skip
from tests.matrix import number_of_examples
from tests.nam_dinh import NAM_DINH
from tests.province import (
    DEMO_BUILDINGS,
    demo_files,
    drawn_demo,
    province,
    province_database,
    province_template,
    readable_province,
)  # fmt: skip
from tests.scheduling import GroupScheduling, group_of, grouping_fault, rank_of
from tests.services import PATIENCE_S, SHARED_SERVICES, Province, serving, shared_services
from tests.shared_instances import backed_up, instance_with_backup, running, watched_instance
from tests.somewhere import bare_template, elsewhere

# Fixtures for all tests, and what test files take from here.
__all__ = [
    'DEMO_BUILDINGS', 'PATIENCE_S', 'Instance', 'Province', 'backed_up', 'bare_template', 'building_template',
    'database', 'demo_files', 'drawn_demo', 'elsewhere', 'empty_database', 'fresh', 'instance',
    'instance_with_backup', 'postgis', 'province', 'province_database', 'province_template', 'readable_province',
    'room', 'running', 'serving', 'share_room', 'shared_folder', 'shared_services', 'template', 'use',
    'watched_instance',
]  # fmt: skip

# Whoever runs the tests may read English.
os.environ['DOTHI_LANG'] = 'vi'
# of a generated test that names no number
hypothesis.settings.register_profile('dothi', max_examples=number_of_examples(15, 100))
hypothesis.settings.load_profile('dothi')
# The last test that uses the services of a group.
LAST_OF_GROUP: dict[str, str] = {}
SHARED_DATA = PROJECT.parent / 'shared' / 'data'


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption('--shuffle', type=int, metavar='SEED', help='files, and the tests in each, in an order of chance')


def pytest_collection(session: pytest.Session) -> None:
    """Look for no garbage while collecting: there is none, and looking takes a quarter of the time."""
    gc.disable()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Order the tests for the workers; skip tests on real data where the data is absent.

    On CI, where real data always is there, they fail instead. By `make test` slow ones are skipped too.
    """
    if slow_tests.QUICK:
        skip_slow(items)
    if (seed := config.getoption('shuffle')) is not None:
        shuffle(items, seed)
    # what waits until the worker has written the files of whole layers comes when it has done so, beside other tests
    waiting = {item.location[0] for item in items if 'prepared' in getattr(item, 'fixturenames', ())}
    places = {path: (rank_of(path), path in waiting) for path in {item.location[0] for item in items}}
    items.sort(key=lambda item: places[item.location[0]])
    if SHARED_DATA.is_dir() or os.environ.get('CI'):
        return
    for item in items:
        if item.get_closest_marker('real_data'):
            item.add_marker(pytest.mark.skip(reason=f'real data is not there: {SHARED_DATA}'))


def skip_slow(items: list[pytest.Item]) -> None:
    slow = slow_tests.listed()
    for item in items:
        if item.nodeid in slow or item.location[0] in slow:
            item.add_marker(pytest.mark.skip(reason=slow_tests.REASON))


def shuffle(items: list[pytest.Item], seed: int) -> None:
    """Put the files in an order of chance, and the tests of each file; the same in each process."""
    chance = random.Random(seed)
    place_of_file = {path: chance.random() for path in sorted({item.path for item in items})}
    items.sort(key=lambda item: (place_of_file[item.path], chance.random()))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Fail a test that would start a shared service a second time."""
    fault = grouping_fault(item)
    if fault is not None:
        pytest.fail(fault, pytrace=False)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Note which test is the last one on each shared service, and keep all tests from being looked at as garbage.

    Looking through what 5,400 tests have imported took 13 % of the processor time of tests without a service.
    """
    LAST_OF_GROUP.update({group_of(item.location[0]): item.nodeid for item in session.items})
    gc.collect()
    gc.freeze()
    gc.enable()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """End shared services after the last test on them: until the end of the run they would take 1 GB each.

    After each file the memory that it used goes back to the system: the demo province alone, drawn, leaves 190 MB free.
    """
    if nextitem is None or nextitem.path != item.path:
        # glibc's free() gives back the end of the heap alone
        ctypes.CDLL(None).malloc_trim(0)
    group = group_of(item.location[0])
    if group in SHARED_SERVICES and LAST_OF_GROUP[group] == item.nodeid:
        SHARED_SERVICES.pop(group).close()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Tells how many cells of the table of who sees what were right; writes which tests are slow, if that is wanted."""
    if slow_tests.QUICK:
        terminalreporter.write_line(slow_tests.WHAT_IS_LEFT)
    if slow_tests.WRITES:
        slow_tests.write_list(terminalreporter.stats.get('passed', []))
    reports = [report for report in terminalreporter.stats.get('passed', []) if report.when == 'call']
    cells = sum(value for report in reports for name, value in report.user_properties if name == 'cells')
    if cells:
        terminalreporter.write_line(f'who sees what: {cells:,} cells right')


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> GroupScheduling:
    """With `pytest -n`: files that share a service go to one worker."""
    return GroupScheduling(config, log)


@pytest.fixture(scope='session', autouse=True)
def as_installed() -> Iterator[None]:
    """Processes that tests start do not see libraries that only tests install."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv('PYTHONPATH', str(Path(__file__).parent / 'as_installed'), prepend=os.pathsep)
        yield


@pytest.fixture(scope='session', autouse=True)
def hasher_of_the_program() -> Iterator[PasswordHasher]:
    """What hashes passwords outside of tests. Those of tests are hashed with the same algorithm and less work.

    To hash or to verify a password as the program does takes 0.2 s of processor time; tests do so hundreds of times.
    """
    program = passwords.HASHER
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, 'HASHER', PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
        yield program


@pytest.fixture(scope='session')
def real_data() -> Path:
    """The folder of real data."""
    return SHARED_DATA


@pytest.fixture(scope='session')
def locality() -> Locality:
    """The locality that the project ships."""
    return load_locality(NAM_DINH)
