"""A layer goes back to what it was after an earlier release; that is a release too, and forgets nothing."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import psycopg2
import pytest

from dothi.core import database as core_database
from dothi.core.errors import exit_code
from dothi.core.layer import Column
from dothi.core.locality import Locality, UnknownLayer
from dothi.core.migrate import migrate
from dothi.core.text import Text
from etl.desk.rollback import NoSuchRelease, OtherShape, Rollback, rollback
from tests.etl.conftest import Agency, Query, Send
from tests.present import present

OPEN = 'select code, places, st_x(geom) from layer.schools order by code'


def places(agency: Agency, name: str, east: int = 0, **codes: int) -> Path:
    """A file of schools `code=places`, ten metres apart in the order of the alphabet, `east` metres farther."""
    rows = [(agency.school(c, SO_CHO=n), agency.point(10 * (ord(c) - ord('a')) + east)) for c, n in codes.items()]
    return agency.geojson(name, rows)


@pytest.fixture
def back(database: dict[str, str], locality: Locality) -> Callable[..., Rollback]:
    """Puts a layer back."""

    def back_(layer: str, to: int) -> Rollback:
        return rollback(layer, to, 'sent in error', 'chief of the desk', locality)

    return back_


def test_added_changed_and_closed_rows_are_as_they_were(
    agency: Agency, send: Send, query: Query, back: Callable[..., Rollback]
) -> None:
    """b changed, c went and d came: all three are undone, and a, which nobody touched, keeps its release."""
    first = send(places(agency, '1.geojson', a=1, b=2, c=3), 'schools').release
    before, ids = query(OPEN), query('select code, id from layer.schools order by code')
    second = send(places(agency, '2.geojson', a=1, b=20, d=4), 'schools', accept_loss=True).release
    done = back('schools', first)
    assert done.diff.model_dump() == {'added': 1, 'changed': 1, 'closed': 1, 'unchanged': 1}
    assert (query(OPEN), query('select code, id from layer.schools order by code')) == (before, ids)
    assert query('select code, release_from from layer.schools order by code') == [
        ('a', first),
        ('b', done.release),
        ('c', done.release),
    ]
    assert query('select code, release_from, release_to from history.schools order by code, release_from') == [
        ('b', first, second),
        ('b', second, done.release),
        ('c', first, second),
        ('d', second, done.release),
    ]
    assert query(
        """select origin, released_by, rows_total, demo, delivery_id, note like '%%sent in error'
           from catalog.release where number = %s""",
        done.release,
    ) == [('rollback', 'chief of the desk', 3, False, None, True)]
    assert query('select current_release from catalog.layer where id = %s', 'schools') == [(done.release,)]
    assert query("select relname from pg_class where relnamespace = 'staging'::regnamespace") == []


def test_going_back_can_be_gone_back_on(
    agency: Agency, send: Send, query: Query, back: Callable[..., Rollback]
) -> None:
    first = send(places(agency, '1.geojson', a=1, b=2), 'schools').release
    second = send(places(agency, '2.geojson', east=5, a=3, c=4), 'schools', accept_loss=True).release
    after = query(OPEN)
    back('schools', first)
    back('schools', second)
    assert query(OPEN) == after


def test_the_extent_is_that_of_then(agency: Agency, send: Send, query: Query, back: Callable[..., Rollback]) -> None:
    extents = 'select extent from catalog.release order by number'
    first = send(places(agency, '1.geojson', a=1, b=2), 'schools').release
    send(places(agency, '2.geojson', east=5_000, a=1, b=2), 'schools', accept_loss=True)
    back('schools', first)
    one, _, three = query(extents)
    assert one == three


def test_to_the_current_release_nothing_is_done(
    agency: Agency, send: Send, query: Query, back: Callable[..., Rollback]
) -> None:
    first = send(places(agency, '1.geojson', a=1), 'schools').release
    done = back('schools', first)
    assert (done.unchanged, done.release) == (True, first)
    assert query('select count(*) from catalog.release') == [(1,)]


def test_a_release_of_another_layer_or_of_none_is_refused(
    agency: Agency, send: Send, query: Query, back: Callable[..., Rollback]
) -> None:
    send(agency.schools('a'), 'schools')
    hospital = {'MA_CSYT': 'x', 'TEN_CSYT': 'Trạm', 'LOAI': 'station', 'SO_GIUONG': 5}
    other = send(agency.geojson('h.geojson', [(hospital, agency.point())]), 'health_facilities').release
    for number in (other, 999):
        with pytest.raises(NoSuchRelease, match=str(number)) as refused:
            back('schools', number)
        assert exit_code(refused.value) == 2
    with pytest.raises(UnknownLayer):
        back('scools', other)
    assert query('select count(*) from catalog.release') == [(2,)]


def test_across_another_layer_file_it_is_refused(
    agency: Agency, send: Send, query: Query, locality: Locality, back: Callable[..., Rollback]
) -> None:
    """A column came later: what was released before has nothing for it."""
    first = send(places(agency, '1.geojson', a=1), 'schools').release
    layer = locality.layer('schools')
    columns = {**layer.columns, 'roof': Column(type='text', title=Text(vi='Mái', en='Roof'))}
    layers = {**locality.layers, 'schools': layer.model_copy(update={'columns': columns})}
    later = dataclasses.replace(locality, layers=layers)
    core_database.fresh()
    migrate(later)
    with pytest.raises(OtherShape) as refused:
        rollback('schools', present(first), 'because', 'somebody', later)
    assert exit_code(refused.value) == 3
    assert query('select places from layer.schools') == [(1,)]


def test_demonstration_data_that_comes_back_is_labelled_as_such(
    agency: Agency, send: Send, query: Query, back: Callable[..., Rollback]
) -> None:
    """The real file says the same of a: it is demonstration data again all the same."""
    demo = send(places(agency, '1.geojson', a=1, b=2), 'schools', origin='demo').release
    send(places(agency, '2.geojson', a=1, c=3), 'schools')
    done = back('schools', demo)
    assert query('select code from layer.schools order by code') == [('a',), ('b',)]
    assert query('select demo, demo_rows from catalog.release where number = %s', done.release) == [(True, 2)]
    # and a real file takes its place again
    real = send(places(agency, '2.geojson', a=1, c=3), 'schools')
    assert query('select demo_rows from catalog.release where number = %s', real.release) == [(0,)]


def test_a_delivery_waits_for_its_turn(
    agency: Agency, send: Send, query: Query, locality: Locality, back: Callable[..., Rollback]
) -> None:
    """One that comes while a layer is put back is compared with what it was put back to."""
    first = send(places(agency, '1.geojson', a=1), 'schools').release
    send(places(agency, '2.geojson', a=2), 'schools')

    url = core_database.database_url('loader').set(drivername='postgresql')
    other = psycopg2.connect(url.render_as_string(hide_password=False))

    def progress(stage: str, done: int, total: int | None) -> None:
        if stage == 'finish':
            with other.cursor() as cursor, pytest.raises(psycopg2.errors.LockNotAvailable):
                cursor.execute('lock table layer.schools in share row exclusive mode nowait')
            other.rollback()

    rollback('schools', present(first), 'r', 'b', locality, progress)
    other.close()
    assert send(places(agency, '3.geojson', a=1), 'schools').unchanged
