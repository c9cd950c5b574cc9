"""Whoever came first goes first, and nobody's place is lost."""

from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from time import monotonic, sleep

import pytest

from dothi.cartography.mapping.limits import TooBusy, too_busy
from dothi.core.places import Places
from tests.conftest import PATIENCE_S


def waiting(found: Collection[object], count: int) -> None:
    """Comes back when so many wait, or came."""
    deadline = monotonic() + PATIENCE_S
    while len(found) < count:
        assert monotonic() < deadline
        sleep(0.001)


def test_a_newcomer_does_not_overtake_who_waits() -> None:
    places, came = Places(1, 8, too_busy), []

    def come(name: str) -> None:
        places.take(10)
        came.append(name)

    places.take(0)
    with ThreadPoolExecutor(3) as others:
        for number, name in enumerate('abc', 1):
            others.submit(come, name)
            waiting(places._waiting, number)
        for number in (1, 2, 3):
            places.give_back()
            with pytest.raises(TooBusy):
                places.take(0)
            waiting(came, number)
    assert came == ['a', 'b', 'c']


def test_who_gave_up_gets_no_place_and_leaves_it_to_others() -> None:
    places = Places(1, 1, too_busy)
    places.take(0)
    with pytest.raises(TooBusy):
        places.take(0.01)
    places.give_back()
    places.take(0)
    with ThreadPoolExecutor(1) as other:
        waits = other.submit(places.take, 10)
        waiting(places._waiting, 1)
        with pytest.raises(TooBusy):
            places.take(10)
        places.give_back()
        waits.result()
    places.give_back()
    places.take(0)
