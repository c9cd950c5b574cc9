"""What gives no sign of life is still; nothing is by a clock that jumps, or a machine that sleeps."""

import os
from pathlib import Path

from dothi.core.heartbeat import beat, beating, last_sign
from dothi.core.stillness import LOOK_S, Stillness


def looks(stillness: Stillness[str], signs: list[int], gaps_s: list[float] | None = None) -> float:
    """For how long `inbox` is still after so many looks, each with its sign and the time since the last one."""
    now_s, still_s = 1000.0, 0.0
    for sign, gap_s in zip(signs, gaps_s or [LOOK_S] * len(signs), strict=True):
        now_s += gap_s
        still_s = stillness.look({'inbox': sign}, now_s)['inbox']
    return still_s


def test_what_changes_is_not_still() -> None:
    assert looks(Stillness(), [1, 2, 3, 4]) == 0


def test_a_sign_that_stays_counts_from_when_it_was_first_seen() -> None:
    assert looks(Stillness(), [1, 2, 2, 2]) == 2 * LOOK_S


def test_a_sign_that_lies_in_the_past_is_a_sign() -> None:
    """The clock of the machine was set back by an hour."""
    assert looks(Stillness(), [5000, 5000, 1400]) == 0


def test_a_look_that_comes_late_counts_for_nothing() -> None:
    """The machine slept for an hour, and its processes had no time yet to give a sign."""
    assert looks(Stillness(), [1, 1, 1, 1], [LOOK_S, LOOK_S, 3600, LOOK_S]) == 2 * LOOK_S


def test_who_is_looked_at_no_more_is_forgotten() -> None:
    stillness: Stillness[str] = Stillness()
    stillness.look({'inbox': 1}, 0)
    stillness.look({}, LOOK_S)
    assert stillness.look({'inbox': 1}, 2 * LOOK_S) == {'inbox': 0}


def test_signs_are_of_one_process_and_change(tmp_path: Path) -> None:
    assert last_sign(tmp_path, 'inbox', os.getpid()) is None
    assert beat(tmp_path, 'inbox')
    first = last_sign(tmp_path, 'inbox', os.getpid())
    # as if the one before had come a while ago
    os.utime(tmp_path / 'inbox.alive', ns=(1, 1))
    with beating(tmp_path, 'inbox'):
        while last_sign(tmp_path, 'inbox', os.getpid()) == 1:
            pass
    assert first
    assert last_sign(tmp_path, 'inbox', os.getpid() + 1) is None, 'of the process before'


def test_where_nothing_can_be_written_no_sign_is_given(tmp_path: Path) -> None:
    assert not beat(tmp_path / 'away', 'inbox')
