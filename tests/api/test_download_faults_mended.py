"""A download that is ready after all is no fault any more."""

import os

import pytest

from processes.queue.child import failure
from processes.queue.downloads import Keeper
from processes.queue.reasons import child_died
from processes.queue.store import DOWNLOADS, result_store
from tests.api.conftest import Desk, building, square
from tests.api.test_download_faults import Ending, alone
from tests.processes.conftest import ask, start_worker, stop_worker, wait_until

FAULTS = 'select count(*) from catalog.download_fault'
__all__ = ['alone']


@pytest.mark.parametrize('is_still_current', [True, False], ids=['the current release', 'an older release'])
def test_a_store_that_comes_back_takes_its_faults_with_it(alone: Desk, is_still_current: bool) -> None:
    """A network folder was away while the worker looked. A file of an older release still has to be written."""
    worker = start_worker({name: os.environ[name] for name in os.environ if name.startswith('DOTHI_')})
    try:
        wait_until(lambda: ask('select count(*) from catalog.download') == 2)
    finally:
        stop_worker(worker)
    folder = result_store() / DOWNLOADS
    keeper = Keeper(Ending(failure(child_died(-9))))
    folder.rename(folder.with_name('away'))
    keeper.prepare(lambda: False)
    assert ask(FAULTS) == 2
    folder.with_name('away').rename(folder)
    if not is_still_current:
        alone.release('buildings', [(square(0, 0), building('B'))])
    keeper.prepare(lambda: False)
    assert ask(FAULTS) == (0 if is_still_current else 2)
