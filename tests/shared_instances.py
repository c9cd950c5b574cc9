"""Whole instances that the tests of several files lose parts of: starting one takes 18 s of processor time."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dothi.core.ports import free_port
from tests.faults.backups import BackedUpInstance, backed_up_instance
from tests.faults.parts import start
from tests.instances import BAY, WholeInstance
from tests.services import shared_services

# Of a part that gives no sign of life; 60 s by default.
STILL_S = 10


@pytest.fixture(scope='session')
def watched_instance(shared_folder: Path) -> Iterator[WholeInstance]:
    """An instance of a small locality, of root where root runs the tests."""
    instance = WholeInstance(
        shared_folder / 'killed', BAY, free_port(), free_port(), {'DOTHI_STILL_S': str(STILL_S)}
    )  # fmt: skip
    with shared_services('killed') as services:
        services.callback(instance.dothi, 'down')
        yield instance


@pytest.fixture
def running(watched_instance: WholeInstance) -> WholeInstance:
    """That instance, and it runs; a test may leave it ended."""
    start(watched_instance)
    return watched_instance


@pytest.fixture(scope='session')
def instance_with_backup(shared_folder: Path) -> Iterator[BackedUpInstance]:
    """An instance with some wells, and a backup of them."""
    with shared_services('backup') as services:
        yield services.enter_context(backed_up_instance(shared_folder / 'backed-up'))


@pytest.fixture
def backed_up(instance_with_backup: BackedUpInstance) -> BackedUpInstance:
    """That instance, and it runs; a test may leave it ended, and with wells of its own."""
    start(instance_with_backup.instance)
    return instance_with_backup
