"""What came later stays: a delivery that is overtaken ends or asks, whoever gets to the layer first."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from psycopg2.extensions import connection as Connection

from dothi.core.layer import Layer
from dothi.core.locality import Locality
from etl import checking
from etl.desk import decide as desk
from etl.desk.decide import Decision
from etl.desk.rollback import rollback
from etl.release import lock_layer
from tests.etl.conftest import Agency, Query, Send
from tests.present import present

YES = Decision(by='chief of the desk', reason='asked the department')
OPEN = 'select code, places from layer.schools order by code'
STATUS = 'select status, superseded_by from catalog.delivery order by id'


def places(agency: Agency, name: str, **codes: int) -> Path:
    rows = [(agency.school(c, SO_CHO=n), agency.point(10 * (ord(c) - ord('a')))) for c, n in codes.items()]
    return agency.geojson(name, rows)


@pytest.fixture
def at_the_lock(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Does something once, when the first delivery has been checked and is about to wait for its turn."""

    def at_the_lock_(action: Callable[[], object]) -> None:
        todo = [action]

        def lock(db: Connection, layer: Layer) -> None:
            if todo:
                todo.pop()()
            lock_layer(db, layer)

        monkeypatch.setattr(checking, 'lock_layer', lock)

    return at_the_lock_


@pytest.fixture
def districts(agency: Agency, send: Send) -> Callable[..., Path]:
    """365 in the west and 366 in the east, a kilometre wide."""
    rows = [({'ma': code, 'ten': code}, agency.box(1000 * i, 0, 1000)) for i, code in enumerate(['365', '366'])]
    send(agency.geojson('d.geojson', rows), 'districts')

    def placed(name: str, **codes: Any) -> Path:
        """Schools `code=(metres east, places)`."""
        rows = [(agency.school(c, SO_CHO=n), agency.point(x, 500)) for c, (x, n) in codes.items()]
        return agency.geojson(name, rows)

    return placed


def test_an_older_delivery_of_the_same_agency_does_not_overwrite_a_newer_one(
    agency: Agency, send: Send, query: Query, at_the_lock: Callable[..., None]
) -> None:
    send(places(agency, '0.geojson', a=1, b=1), 'schools')
    old, new = places(agency, '1.geojson', a=10, b=10), places(agency, '2.geojson', a=20, b=20)
    at_the_lock(lambda: send(new, 'schools'))
    report = send(old, 'schools')
    assert (report.release, report.superseded_by) == (None, 3)
    assert query(STATUS) == [('accepted', None), ('superseded', 3), ('accepted', None)]
    assert query(OPEN) == [('a', 20), ('b', 20)]


def test_an_older_delivery_of_all_asks_before_it_overwrites_a_newer_part(
    districts: Callable[..., Path], send: Send, query: Query, locality: Locality
) -> None:
    send(districts('1.geojson', w=(500, 1), v=(510, 1), e=(1500, 1)), 'schools')
    waits = send(districts('2.geojson', w=(500, 1), e=(1500, 1)), 'schools')
    assert waits.held == ['loss']
    newer = send(districts('3.geojson', e=(1500, 99)), 'schools', scope='unit=366')
    again = desk.accept(present(waits.delivery), YES, locality)
    assert again.held == ['newer']
    assert any(f'releases {newer.release}' in note.en for note in again.notes)
    assert query(OPEN) == [('e', 99), ('v', 1), ('w', 1)]
    assert desk.accept(present(waits.delivery), YES, locality).verdict == 'accepted'
    assert query(OPEN) == [('e', 1), ('w', 1)]


def test_a_newer_delivery_of_another_district_is_in_nobodys_way(
    districts: Callable[..., Path], send: Send, query: Query, at_the_lock: Callable[..., None]
) -> None:
    west, east = districts('w.geojson', w=(500, 1)), districts('e.geojson', e=(1500, 2))
    at_the_lock(lambda: send(west, 'schools', scope='unit=365'))
    assert send(east, 'schools', scope='unit=366').verdict == 'accepted'
    assert query(OPEN) == [('e', 2), ('w', 1)]


def test_two_districts_at_once_do_not_take_each_others_rows(
    districts: Callable[..., Path], send: Send, query: Query, at_the_lock: Callable[..., None]
) -> None:
    """Both add k while neither is released; the second one finds it served in the other's part."""
    base = {f'e{i}': (1500 + i, 1) for i in range(99)}
    send(districts('0.geojson', **base), 'schools', scope='unit=366')
    west, east = districts('w.geojson', k=(500, 1)), districts('e.geojson', **base, k=(1490, 2))
    at_the_lock(lambda: send(west, 'schools', scope='unit=365', agency='construction'))
    report = send(east, 'schools', scope='unit=366')
    assert [(row.row, row.code) for row in report.rows.bad] == [(100, 'outside_scope')]
    assert query("select places, st_x(geom) from layer.schools where code = 'k'") == [(1, 570_500)]


def test_demonstration_data_closes_no_real_row_that_a_rollback_labelled(
    districts: Callable[..., Path], send: Send, query: Query, locality: Locality
) -> None:
    """The state that comes back is partly demonstration data, so all that comes back is labelled as such."""
    demo = districts('demo.geojson', **{f'w{i:02}': (100 + 10 * i, 1) for i in range(20)}, e=(1500, 1))
    send(demo, 'schools', origin='demo')
    mixed = send(districts('2.geojson', r=(1500, 7)), 'schools', scope='unit=366').release
    send(districts('3.geojson', r=(1500, 8)), 'schools', scope='unit=366')
    send(districts('4.geojson', w00=(100, 5)), 'schools', scope='unit=365', mode='upsert')
    rollback('schools', present(mixed), 'by mistake', 'chief', locality)
    fewer = districts('5.geojson', **{f'w{i:02}': (100 + 10 * i, 1) for i in range(19)})
    send(fewer, 'schools', origin='demo', accept_loss=True)
    assert query("select places from layer.schools where code = 'r'") == [(7,)]


def test_data_of_an_earlier_day_waits_before_it_replaces_data_of_a_later_one(
    agency: Agency, send: Send, query: Query, locality: Locality
) -> None:
    """Whether it came first or last; a dry run says so too; of a later day it passes."""
    send(places(agency, '1.geojson', a=1), 'schools', as_of='2026-01-01')
    older = places(agency, '2.geojson', a=2)
    assert send(older, 'schools', as_of='2025-01-01', dry_run=True).held == ['newer']
    waits = send(older, 'schools', as_of='2025-01-01')
    assert waits.held == ['newer']
    assert any('01/01/2026' in note.vi for note in waits.notes)
    assert query(OPEN) == [('a', 1)]
    assert send(places(agency, '3.geojson', a=3), 'schools', as_of='2026-02-01').verdict == 'accepted'
    assert query(OPEN) == [('a', 3)]


def test_data_of_an_earlier_day_that_gets_in_first_does_not_end_that_of_a_later_day(
    agency: Agency, send: Send, query: Query, at_the_lock: Callable[..., None]
) -> None:
    """The newer file came first and is overtaken by the older one: it is released all the same."""
    newer, older = places(agency, 'n.geojson', a=20), places(agency, 'o.geojson', a=10)
    at_the_lock(lambda: send(older, 'schools', as_of='2025-01-01'))
    report = send(newer, 'schools', as_of='2026-01-01')
    assert (report.verdict, report.superseded_by) == ('accepted', None)
    assert query(OPEN) == [('a', 20)]


def test_data_of_a_later_day_that_gets_in_first_holds_that_of_an_earlier_day(
    agency: Agency, send: Send, query: Query, at_the_lock: Callable[..., None]
) -> None:
    newer, older = places(agency, 'n.geojson', a=20), places(agency, 'o.geojson', a=10)
    at_the_lock(lambda: send(newer, 'schools', as_of='2026-01-01'))
    report = send(older, 'schools', as_of='2025-01-01')
    assert report.superseded_by is not None or report.held == ['newer']
    assert query(OPEN) == [('a', 20)]


def test_a_superseded_delivery_has_nothing_to_decide(
    agency: Agency, send: Send, at_the_lock: Callable[..., None]
) -> None:
    send(places(agency, '0.geojson', a=1), 'schools')
    old, new = places(agency, '1.geojson', a=10), places(agency, '2.geojson', a=20)
    at_the_lock(lambda: send(new, 'schools'))
    report = send(old, 'schools')
    assert (report.verdict, report.held, report.exit_code) == ('superseded', [], 0)


def test_a_waiting_file_of_a_later_day_is_not_closed_by_one_of_an_earlier_day(
    agency: Agency, send: Send, query: Query
) -> None:
    send(places(agency, '0.geojson', a=1, b=1, c=1), 'schools')
    waits = send(places(agency, '1.geojson', a=1), 'schools', as_of='2026-01-01')
    assert waits.held == ['loss']
    send(places(agency, '2.geojson', a=2, b=1, c=1), 'schools', as_of='2025-01-01')
    assert query('select status from catalog.delivery where id = %s', waits.delivery) == [('diagnosed',)]
