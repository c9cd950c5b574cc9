"""Timings: several rounds, in turn, each with another question; medians are what is told."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

ROUNDS = 21
WARM_UP = 3


@dataclass
class Timing:
    """Milliseconds of one way to answer a question."""

    name: str
    runs_ms: list[float] = field(default_factory=list)

    @property
    def median_ms(self) -> float:
        return statistics.median(self.runs_ms)

    @property
    def spread(self) -> str:
        return f'{min(self.runs_ms):.2f} to {max(self.runs_ms):.2f}'


def compare(
    ways: Sequence[tuple[str, Callable[[int], object]]], rounds: int = ROUNDS, warm_up: int = WARM_UP
) -> list[Timing]:
    """A timing per way. Ways take turns within a round, so that a slow minute of the machine hits all of them.

    Each way is called with the number of the round and must ask another question each time: no cache may answer.
    """
    timings = [Timing(name) for name, _ in ways]
    for number in range(-warm_up, rounds):
        for timing, (_, ask) in zip(timings, ways, strict=True):
            elapsed = elapsed_ms(ask, number + warm_up)
            if number >= 0:
                timing.runs_ms.append(elapsed)
    return timings


def rotated(ways: Sequence[tuple[str, Callable[[int], object]]], rounds: int, warm_up: int = WARM_UP) -> list[Timing]:
    """A timing per way, as `compare` has it, but another way begins each round: none always follows the same one."""
    timings = [Timing(name) for name, _ in ways]
    turns = list(zip(timings, ways, strict=True))
    for number in range(warm_up + rounds):
        first = number % len(turns)
        for timing, (_, ask) in turns[first:] + turns[:first]:
            elapsed = elapsed_ms(ask, number)
            if number >= warm_up:
                timing.runs_ms.append(elapsed)
    return timings


def take_turns(ways: Sequence[tuple[str, Callable[[], float]]], turns: int) -> list[Timing]:
    """A timing per way, of the milliseconds that each says of each of its turns; after a turn that does not count."""
    timings = [Timing(name) for name, _ in ways]
    for number in range(turns + 1):
        for timing, (_, measured_ms) in zip(timings, ways, strict=True):
            turn_ms = measured_ms()
            if number > 0:
                timing.runs_ms.append(turn_ms)
    return timings


def elapsed_ms(ask: Callable[[int], object], number: int) -> float:
    """Milliseconds until the question of that number is answered."""
    started = time.perf_counter()
    ask(number)
    return (time.perf_counter() - started) * 1000
