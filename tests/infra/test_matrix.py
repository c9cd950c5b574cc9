"""What `make test` leaves to CI, and CI to `make test-all`: combinations, but no value of any factor."""

from typing import Literal

import pytest

from tests.matrix import combinations
from tests.slow_tests import choose_slow, durations

LANGUAGES, FORMATS, SIZES = ('vi', 'en'), ('json', 'csv', 'gpkg'), (1,)


def test_every_value_of_every_factor_occurs_every_day() -> None:
    rows = combinations(LANGUAGES, FORMATS, SIZES, every=False)
    assert len(rows) == 3
    assert [set(values) for values in zip(*rows, strict=True)] == [set(LANGUAGES), set(FORMATS), set(SIZES)]


def test_test_all_runs_every_combination() -> None:
    rows = combinations(LANGUAGES, FORMATS, SIZES, every=True)
    assert len(rows) == len(set(rows)) == 6


def test_the_quickest_test_of_a_file_is_never_left_out() -> None:
    files = {
        'tests/a.py': {'tests/a.py::quick': 0.1, 'tests/a.py::slow': 3.0},
        'tests/b.py': {'tests/b.py::slow': 2.0, 'tests/b.py::slower': 4.0},
        'tests/faults/test_standby.py': {'tests/faults/test_standby.py::quick': 0.1},
    }
    assert choose_slow(files) == ['tests/a.py::slow', 'tests/b.py::slower', 'tests/faults/test_standby.py']


def test_what_fixtures_take_makes_no_test_slow() -> None:
    place = ('tests/infra/test_matrix.py', 1, 'test_a')
    seconds: dict[Literal['setup', 'call', 'teardown'], float] = {'setup': 60.0, 'call': 0.5, 'teardown': 3.0}
    reports = [
        pytest.TestReport('tests/infra/test_matrix.py::test_a', place, {}, 'passed', None, when, duration=duration)
        for when, duration in seconds.items()
    ]
    assert durations(reports) == {'tests/infra/test_matrix.py': {'tests/infra/test_matrix.py::test_a': 0.5}}
