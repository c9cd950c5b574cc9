"""Backups while their place is away, before they were ever made, and after a folder was moved."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.faults.backups import BackedUpInstance, backed_up_instance, wells
from tests.matrix import exhaustive

pytestmark = exhaustive


@pytest.fixture(scope='module')
def backed_up(shared_folder: Path) -> Iterator[BackedUpInstance]:
    """An instance with a backup; each test leaves it running, with its place where it was."""
    with backed_up_instance(shared_folder / 'gaps') as backed_up:
        yield backed_up


@contextmanager
def place_away(backed_up: BackedUpInstance) -> Iterator[None]:
    """Within, the place of the backup is not there, as when its disk is not mounted."""
    away = backed_up.place.with_name('away')
    backed_up.place.rename(away)
    try:
        yield
    finally:
        away.rename(backed_up.place)


def test_changes_that_never_came_to_the_backup_are_there_at_a_moment_after_them(backed_up: BackedUpInstance) -> None:
    """The place was away when they were made; the log of them survives in the data folder alone."""
    with place_away(backed_up):
        backed_up.deliver('kept', 'here', 'alone')
        moment = backed_up.moment()
        backed_up.deliver('after', 'the', 'moment')
        backed_up.require('down')
    restored = backed_up.document('restore', '--to', moment, '--yes')
    assert wells(backed_up.instance) == {'kept', 'here', 'alone'}
    assert not restored['notes']
    for folder in restored['set_aside']:
        shutil.rmtree(folder)


def test_a_moment_that_is_still_to_come_is_refused(backed_up: BackedUpInstance) -> None:
    """Most often its zone is another than was thought."""
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    copy = backed_up.folder / 'tomorrow'
    refused = backed_up.instance.dothi('restore', '--to', tomorrow, '--into', copy, '--port', '1', '--yes')
    assert refused.returncode == 2
    assert tomorrow in refused.stderr
    assert not copy.exists()
