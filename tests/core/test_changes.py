"""Whoever listens for changes hears of them at once, rests while there are none, and is seen to be there."""

import time

import pytest

from dothi.core import changes
from dothi.core.changes import ChangeListener, is_present
from dothi.core.database import connection
from tests.services import PATIENCE_S

END_LISTENERS = "select pg_terminate_backend(pid) from pg_stat_activity where application_name like '%listens'"


def tell_of_a_change() -> None:
    with connection('loader') as db, db.cursor() as cursor:
        cursor.execute('update catalog.generation set n = n + 1')


def hear(listener: ChangeListener, after: int) -> bool:
    listener.wait(after, PATIENCE_S)
    return listener.changes != after


@pytest.mark.usefixtures('database')
def test_a_change_ends_the_waiting() -> None:
    with ChangeListener('inbox', 'loader') as listener:
        assert hear(listener, 0), 'it has connected: what came before was not heard of'
        seen = listener.changes
        tell_of_a_change()
        assert hear(listener, seen)


@pytest.mark.usefixtures('database')
def test_a_lost_session_is_replaced_and_what_was_missed_counts_as_a_change() -> None:
    with ChangeListener('inbox', 'loader') as listener:
        assert hear(listener, 0)
        seen = listener.changes
        with connection('admin') as db, db.cursor() as cursor:
            cursor.execute(END_LISTENERS)
        assert hear(listener, seen)
        seen = listener.changes
        tell_of_a_change()
        assert hear(listener, seen)


@pytest.mark.usefixtures('database')
def test_nobody_has_to_look_once_it_has_been_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    with ChangeListener('inbox', 'loader') as listener:
        assert hear(listener, 0)
        assert listener.idle_s() == 0.0, 'a change was just now'
        monkeypatch.setattr(changes, 'LIVELY_S', 0.0)
        assert listener.idle_s() == changes.IDLE_S


def test_without_a_database_everybody_looks_as_often_as_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('DOTHI_DATABASE_URL', 'postgresql://nobody@127.0.0.1:9/none')
    monkeypatch.setattr(changes, 'LIVELY_S', 0.0)
    with ChangeListener('inbox', 'loader') as listener:
        time.sleep(0.2)
        assert listener.idle_s() == 0.0


@pytest.mark.usefixtures('database')
def test_a_part_is_present_as_long_as_it_listens() -> None:
    def is_there() -> bool:
        with connection('reader_public') as db:
            return is_present(db, 'inbox')

    assert not is_there()
    with ChangeListener('inbox', 'loader') as listener:
        assert hear(listener, 0)
        assert is_there()
    until = time.monotonic() + PATIENCE_S
    while is_there() and time.monotonic() < until:
        time.sleep(0.05)
    assert not is_there()
