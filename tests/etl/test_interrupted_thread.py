"""Ctrl-C leaves no thread at work on the connection of a delivery."""

import threading
from collections.abc import Callable

import pytest

from etl.checking import started_thread


def test_a_thread_that_ctrl_c_meets_as_it_starts_does_no_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its pool does not know it then, and nobody would wait for it."""
    start, before, copied = threading.Thread.start, threading.enumerate(), list[str]()

    def interrupted(thread: threading.Thread) -> None:
        start(thread)
        raise KeyboardInterrupt

    monkeypatch.setattr(threading.Thread, 'start', interrupted)
    with pytest.raises(KeyboardInterrupt), started_thread() as copier:
        copier.submit(copied.append, 'rows')
    for thread in set(threading.enumerate()) - set(before):
        thread.join(10)
    assert copied == []


@pytest.mark.parametrize('is_pressed_again', [False, True])
def test_what_was_begun_is_waited_for_when_ctrl_c_comes(
    is_pressed_again: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_end, copied, join = threading.Event(), list[str](), threading.Thread.join

    def copy() -> None:
        may_end.wait(60)
        copied.append('rows')

    def interrupted(thread: threading.Thread, timeout: float | None = None) -> None:
        monkeypatch.setattr(threading.Thread, 'join', join)
        raise KeyboardInterrupt

    threading.Timer(0.2, may_end.set).start()
    if is_pressed_again:
        monkeypatch.setattr(threading.Thread, 'join', interrupted)
    with pytest.raises(KeyboardInterrupt):
        _interrupt_beside(copy)
    assert copied == ['rows']


def _interrupt_beside(copy: Callable[[], None]) -> None:
    with started_thread() as copier:
        copier.submit(copy)
        raise KeyboardInterrupt
