"""Which tests `make test` leaves to CI: the slow ones, by what they took, but the quickest of each file.

`tests/slow.txt` has a line for each of them, or for a whole file whose fixture alone takes long. A run of all tests on
a quiet machine writes it anew:

    CI=true DOTHI_WRITE_SLOW=yes make test

A file or test that is not in it yet, or is called otherwise by now, runs.
"""

import os
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.matrix import EXHAUSTIVE

LIST = Path(__file__).with_name('slow.txt')
HEAD = '# Written by tests/slow_tests.py, which says what this is.'
# set by `make test` where nobody names tests
WRITES = os.environ.get('DOTHI_WRITE_SLOW') == 'yes'
QUICK = os.environ.get('DOTHI_TEST_QUICK') == 'yes' and not EXHAUSTIVE and not os.environ.get('CI')
REASON = 'slow: runs in CI, by `make test-all`, and where its file is named'
WHAT_IS_LEFT = 'slow tests of tests/slow.txt were left to CI: `.ci/run` runs them, as does `make test TESTS=FILE`'
SLOW_S = 1.0
# Files that start an instance, a cluster, a worker or a desktop of their own: any test of theirs costs that.
WITH_COSTLY_FIXTURE = (
    *(f'tests/faults/test_{name}.py' for name in (
        'backup', 'backup_schedule', 'damaged_files', 'promotion_overtaken', 'service_user', 'standby',
        'what_stands_still',
    )),
    *(f'tests/web/training/test_{name}_course.py' for name in ('focal_points', 'gis', 'planners', 'web')),
    *('tests/access/test_day_at_the_desk.py', 'tests/access/test_desk_browser.py', 'tests/web/test_restart.py'),
    *('tests/infra/test_bundle.py', 'tests/infra/test_wheel.py', 'tests/processes/test_spread.py'),
    *('tests/qgis/test_fonts.py', 'tests/upgrade/test_upgrade.py'),
)  # fmt: skip

type DurationsOfFiles = dict[str, dict[str, float]]


def listed() -> frozenset[str]:
    """Ids of tests, and paths of files, that are left to CI."""
    lines = LIST.read_text(encoding='utf-8').splitlines()
    return frozenset(line for line in lines if line and not line.startswith('#'))


def durations(reports: Iterable[pytest.TestReport]) -> DurationsOfFiles:
    """Seconds of each test that passed, by file and id, without those of its fixtures, which others share."""
    files: DurationsOfFiles = defaultdict(dict)
    for report in reports:
        if report.when == 'call':
            files[report.location[0]][report.nodeid] = report.duration
    return files


def choose_slow(files: DurationsOfFiles) -> list[str]:
    """What is left to CI, sorted; of each file but those with a costly fixture the quickest test stays."""
    chosen = [path for path in WITH_COSTLY_FIXTURE if path in files]
    for path, tests in files.items():
        quickest = min(tests, key=tests.__getitem__)
        if path not in chosen:
            chosen += [test for test, seconds in tests.items() if seconds >= SLOW_S and test != quickest]
    return sorted(chosen)


def write_list(reports: Iterable[pytest.TestReport]) -> None:
    """Writes the list from the reports of the tests that passed."""
    LIST.write_text('\n'.join([HEAD, *choose_slow(durations(reports))]) + '\n', encoding='utf-8')
