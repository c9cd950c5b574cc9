"""What is worked out in a fork leaves nothing behind but its result."""

import os
import signal
from pathlib import Path

import pytest

from dothi.core.apart import compute_apart


def test_the_result_comes_from_another_process() -> None:
    assert compute_apart(os.getpid) != os.getpid()


def test_the_fork_is_gone_afterwards() -> None:
    pid = compute_apart(os.getpid)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_fork_that_dies_is_replaced_by_this_process() -> None:
    ours = os.getpid()

    def die_in_a_fork() -> str:
        if os.getpid() != ours:
            os.kill(os.getpid(), signal.SIGKILL)
        return 'worked out'

    assert compute_apart(die_in_a_fork) == 'worked out'


def test_an_error_is_raised_here() -> None:
    def refuse() -> None:
        raise ValueError('no such thing')

    with pytest.raises(ValueError, match='no such thing'):
        compute_apart(refuse)


def test_without_room_for_a_fork_it_is_worked_out_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse_fork() -> int:
        raise BlockingIOError

    before = len(list(Path('/proc/self/fd').iterdir()))
    monkeypatch.setattr(os, 'fork', refuse_fork)
    assert compute_apart(os.getpid) == os.getpid()
    assert len(list(Path('/proc/self/fd').iterdir())) == before
