"""A look that hangs keeps nobody: whoever waits is told in time, and whoever comes later waits for the same one."""

import threading
import time

import pytest

from dothi.core.shared_look import NoAnswer, SharedLook, outcome
from tests.services import PATIENCE_S


def test_a_look_that_hangs_is_waited_for_in_vain_and_made_once() -> None:
    ends, looks = threading.Event(), []

    def hang() -> int:
        looks.append(1)
        ends.wait(PATIENCE_S)
        return len(looks)

    look = SharedLook(hang)
    first = look.begin()
    for _ in range(3):
        with pytest.raises(NoAnswer):
            outcome(look.begin(), time.monotonic())
    ends.set()
    assert outcome(first, time.monotonic() + PATIENCE_S) == 1
    assert outcome(look.begin(), time.monotonic() + PATIENCE_S) == 2


def test_what_a_look_ends_with_is_heard_also_when_the_time_is_over() -> None:
    look = SharedLook(lambda: 7)
    done = look.begin()
    outcome(done, time.monotonic() + PATIENCE_S)
    assert outcome(done, time.monotonic() - 1) == 7


def test_an_error_of_the_look_is_that_of_whoever_waits() -> None:
    """A time-out of its own, too, which is no answer that failed to come."""

    def fail() -> int:
        raise TimeoutError

    with pytest.raises(TimeoutError):
        outcome(SharedLook(fail).begin(), time.monotonic() + PATIENCE_S)
