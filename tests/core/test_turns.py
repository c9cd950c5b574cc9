"""Requests of one process take turns; nobody waits for long for a slow one."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from dothi.core import turns
from dothi.core.turns import Turns, places_of_worker, turn_given_away

PATIENCE_S = 60


class Visitor:
    """A thread that takes a turn and stays in it until it is told to leave."""

    def __init__(self, taken: Turns) -> None:
        self.inside, self.may_leave = threading.Event(), threading.Event()
        self.thread = threading.Thread(target=self._visit, args=(taken,), daemon=True)
        self.thread.start()

    def _visit(self, taken: Turns) -> None:
        with taken.turn():
            self.inside.set()
            self.may_leave.wait(PATIENCE_S)

    def leave(self) -> None:
        self.may_leave.set()
        self.thread.join(PATIENCE_S)


@pytest.fixture
def visitors() -> Iterator[list[Visitor]]:
    began: list[Visitor] = []
    yield began
    for visitor in began:
        visitor.leave()


def _enter(visitors: list[Visitor], taken: Turns) -> Visitor:
    visitors.append(Visitor(taken))
    return visitors[-1]


def test_the_next_request_begins_when_the_one_before_has_ended(
    visitors: list[Visitor], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, 'LONGEST_TURN_S', PATIENCE_S)
    taken = Turns(1)
    first = _enter(visitors, taken)
    assert first.inside.wait(PATIENCE_S)
    second = _enter(visitors, taken)
    assert not second.inside.wait(0.1)
    first.leave()
    assert second.inside.wait(PATIENCE_S)


def test_as_many_run_at_once_as_there_are_places(visitors: list[Visitor], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, 'LONGEST_TURN_S', PATIENCE_S)
    taken = Turns(3)
    assert all(_enter(visitors, taken).inside.wait(PATIENCE_S) for _ in range(3))
    assert not _enter(visitors, taken).inside.wait(0.1)


def test_a_slow_request_is_waited_for_once_and_by_nobody_after_that(
    visitors: list[Visitor], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever waited in vain has made a place for those who follow: they take turns with it, not with the slow one."""
    taken = Turns(1)
    slow = _enter(visitors, taken)
    assert slow.inside.wait(PATIENCE_S)
    second = _enter(visitors, taken)
    assert second.inside.wait(PATIENCE_S)
    second.leave()
    monkeypatch.setattr(turns, 'LONGEST_TURN_S', PATIENCE_S)
    third = _enter(visitors, taken)
    assert third.inside.wait(PATIENCE_S / 2), 'it waits for the slow one'
    fourth = _enter(visitors, taken)
    slow.leave()
    assert not fourth.inside.wait(0.1), 'the end of the slow one is no place among the new ones'
    third.leave()
    assert fourth.inside.wait(PATIENCE_S)


def test_who_makes_new_places_has_one_of_them_before_others_see_them(
    visitors: list[Visitor], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody who is quicker must not get it: the one who made it would wait for their end."""
    taken = Turns(1)
    assert _enter(visitors, taken).inside.wait(PATIENCE_S)
    make_places = taken._new_places

    def made_slowly() -> Any:
        places = make_places()

        class Slow:
            put = places.put

            @staticmethod
            def get(timeout: float | None = None) -> None:
                if taken._free is slow:
                    _enter(visitors, taken).inside.wait(PATIENCE_S)
                places.get(timeout=timeout)

        slow: Any = Slow()
        monkeypatch.setattr(taken, '_new_places', make_places)
        return slow

    monkeypatch.setattr(taken, '_new_places', made_slowly)
    assert _enter(visitors, taken).inside.wait(10)


def test_who_gives_the_turn_away_has_one_again_afterwards(
    visitors: list[Visitor], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, 'LONGEST_TURN_S', PATIENCE_S)
    taken = Turns(1)
    with taken.turn():
        with turn_given_away():
            between = _enter(visitors, taken)
            assert between.inside.wait(PATIENCE_S / 2), 'nobody gets the turn that is given away'
            between.leave()
        after = _enter(visitors, taken)
        assert not after.inside.wait(0.1), 'two have a turn where one place is'
    assert after.inside.wait(PATIENCE_S)


def test_an_error_while_the_turn_is_away_leaves_as_many_places_as_there_were(
    visitors: list[Visitor], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, 'LONGEST_TURN_S', PATIENCE_S)
    taken = Turns(1)
    with pytest.raises(ValueError, match='no'), taken.turn(), turn_given_away():
        raise ValueError('no')
    assert _enter(visitors, taken).inside.wait(PATIENCE_S)
    assert not _enter(visitors, taken).inside.wait(0.1)


def test_without_a_turn_nothing_is_given_away() -> None:
    """Jobs and commands draw pictures, too, and take no turns."""
    with turn_given_away():
        pass


def test_an_error_gives_the_place_back() -> None:
    taken = Turns(1)
    with pytest.raises(ValueError, match='no'), taken.turn():
        raise ValueError('no')
    with taken.turn():
        pass


def test_a_worker_has_a_place_for_each_of_its_processors_and_one_at_least(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr('os.sched_getaffinity', lambda _pid: set(range(16)))
    assert [places_of_worker(workers) for workers in (1, 2, 5, 16, 40)] == [16, 8, 3, 1, 1]


def test_a_turn_that_is_given_away_twice_lets_one_in(visitors: list[Visitor], monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits for another process that draws a picture may wait for a renderer after that."""
    monkeypatch.setattr(turns, 'LONGEST_TURN_S', PATIENCE_S)
    taken = Turns(1)
    with taken.turn():
        with turn_given_away(), turn_given_away():
            first = _enter(visitors, taken)
            assert first.inside.wait(PATIENCE_S)
            assert not _enter(visitors, taken).inside.wait(0.1)
            for visitor in visitors:
                visitor.leave()
        assert not _enter(visitors, taken).inside.wait(0.1), 'the turn is back'
