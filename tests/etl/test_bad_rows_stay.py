"""A faulty row says nothing of its feature's end: what is served stays as it is, and the report counts it."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.etl.conftest import Agency, Query, Send
from tests.present import present

SERVED = 'select code, places from layer.schools order by code'
CODES = [f's{number:03}' for number in range(100)]


@pytest.fixture
def schools(agency: Agency) -> Callable[..., Path]:
    """Writes a file of schools, ten metres apart; `changes` by position."""

    def write(name: str, changes: Mapping[int, dict[str, Any]], rows: int = 100) -> Path:
        listed = [
            (agency.school(code, **changes.get(i, {})), agency.point(10 * i)) for i, code in enumerate(CODES[:rows])
        ]
        return agency.geojson(name, listed)

    return write


def test_a_typing_error_takes_no_served_feature_off_the_map(
    schools: Callable[..., Path], send: Send, query: Query
) -> None:
    """Two of a hundred have no number; the last one really is gone, and another came."""
    send(schools('1.geojson', {}), 'schools')
    changes = {3: {'SO_CHO': '4oo'}, 7: {'SO_CHO': 'x'}, 8: {'SO_CHO': 401}, 99: {'MA_TRUONG': 't'}}
    report = send(schools('2.geojson', changes), 'schools')
    assert (report.verdict, report.rows.bad_rows) == ('accepted', 2)
    assert present(report.diff).model_dump() == {'added': 1, 'changed': 1, 'closed': 1, 'unchanged': 96}
    assert query(SERVED) == [(code, 401 if code == 's008' else 400) for code in [*CODES[:99], 't']]
    (said,) = [note for note in report.notes if 'giữ nguyên' in note.vi]
    assert said.vi.startswith('2 đối tượng')
    assert said.en.startswith('2 features')


def test_both_rows_of_a_doubled_key_are_bad_and_the_served_feature_stays(
    schools: Callable[..., Path], send: Send, query: Query
) -> None:
    send(schools('1.geojson', {}), 'schools')
    report = send(schools('2.geojson', {3: {'MA_TRUONG': 's004', 'SO_CHO': 7}}), 'schools', accept_loss=True)
    assert {row.code for row in report.rows.bad} == {'key_duplicate'}
    assert present(report.diff).closed == 1  # s003 is not in the file any more
    assert ('s004', 400) in query(SERVED)


def test_a_bad_row_of_a_feature_that_nobody_serves_changes_nothing(
    schools: Callable[..., Path], send: Send, query: Query
) -> None:
    send(schools('1.geojson', {}, 60), 'schools')
    report = send(schools('2.geojson', {60: {'SO_CHO': 'x'}}, 61), 'schools')
    assert present(report.diff).model_dump() == {'added': 0, 'changed': 0, 'closed': 0, 'unchanged': 60}
    assert not [note for note in report.notes if 'giữ nguyên' in note.vi]


def test_a_key_that_cannot_be_stored_keeps_nothing_and_breaks_nothing(
    schools: Callable[..., Path], agency: Agency, send: Send
) -> None:
    """PostgreSQL has no NUL character, also in JSON."""
    send(schools('1.geojson', {}), 'schools')
    lines = [f'{code};Trường {code};primary;400;{570_000 + 10 * i};2250000' for i, code in enumerate(CODES)]
    text = '\n'.join(['MA_TRUONG;TEN_TRUONG;CAP_HOC;SO_CHO;X;Y', *lines]).replace('s003;', 's0\0;', 1)
    report = send(agency.text('2.csv', text), 'schools', crs='EPSG:9209', accept_loss=True)
    assert (report.verdict, report.rows.bad_rows, present(report.diff).closed) == ('accepted', 1, 1)


def test_demonstration_data_gives_way_where_the_real_row_is_bad(
    schools: Callable[..., Path], send: Send, query: Query
) -> None:
    send(schools('1.geojson', {}), 'schools', origin='demo')
    send(schools('2.geojson', {3: {'SO_CHO': 'x'}}), 'schools', accept_loss=True)
    assert 's003' not in dict(query(SERVED))
