"""A day of mixed use in some minutes: half of them without faults, to see memory grow; then one fault after another.

`make soak MINUTES=20` writes what came of it into docs/reliability.md; a minute runs by `make test-all`.
"""

import itertools
import os
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console

from dothi.core.ports import free_port
from dothi.core.settings import PROJECT
from tests.instances import WholeInstance
from tests.matrix import EXHAUSTIVE
from tests.nam_dinh import NAM_DINH
from tests.soak import clients
from tests.soak.clients import Diary, lost_rows
from tests.soak.faults import faults, seconds_to_recover
from tests.soak.memory import MemoryLog

# set by `make soak`
MINUTES = float(os.environ.get('DOTHI_SOAK_MINUTES', '0'))
READERS = 8
CONSOLE = Console(soft_wrap=True, highlight=False)
FAULT_PAUSE_S, MEASURE_PAUSE_S = 15.0, 5.0
# longer than it is told to last: it starts an instance, and waits for the last fault and for all clients to end
LONGEST_S = (MINUTES or 1) * 60 + 900
PAGE, BEGIN, END = PROJECT / 'docs' / 'reliability.md', '<!-- soak -->\n', '<!-- /soak -->\n'
MOST_BACK_S, MOST_GROWTH_MB_PER_MIN = 30.0, 1.0


@pytest.fixture
def instance(shared_folder: Path) -> Iterator[WholeInstance]:
    instance = WholeInstance(shared_folder / 'soak' / 'state', NAM_DINH, free_port(), free_port())
    instance.state.parent.mkdir()
    started = instance.dothi('up', '--demo', 'small')
    assert started.returncode == 0, started.stdout + started.stderr
    yield instance
    instance.dothi('down')


@pytest.mark.skipif(not (MINUTES or EXHAUSTIVE), reason='takes its time: `make soak`, `make test-all`')
@pytest.mark.timeout(LONGEST_S)
def test_in_use_for_long_and_broken_in_every_way_nothing_is_lost(instance: WholeInstance) -> None:
    minutes = MINUTES or 1
    diary, memory = Diary(), MemoryLog(instance)
    with _in_use(instance, diary, instance.state.parent):
        _measure_memory(memory, minutes * 30)
        recoveries = _break(instance, minutes * 30)
    lost = lost_rows(instance, diary)
    slopes = memory.growth_mb_per_min(warm_up_s=minutes * 10)
    growth = sum(slopes.values())
    CONSOLE.print('\n'.join(f'{slope:+.2f} MB a minute: {name}' for name, slope in slopes.items()), markup=False)
    lines = list(_report(minutes, diary, memory, growth, recoveries, lost))
    CONSOLE.print('\n'.join(lines), markup=False)
    if MINUTES:
        _write(lines)
    assert diary.wrong == []
    assert lost == []
    assert set(diary.jobs) <= {'successful'}
    assert diary.acknowledged, 'something was released'
    assert diary.answers['200'] > 100
    if MINUTES:
        assert max(map(max, recoveries.values())) <= MOST_BACK_S
        assert growth <= MOST_GROWTH_MB_PER_MIN


@contextmanager
def _in_use(instance: WholeInstance, diary: Diary, folder: Path) -> Iterator[None]:
    """Within, all clients are at work."""
    ended = threading.Event()
    threads = [threading.Thread(target=clients.read, args=(instance, diary, ended, n)) for n in range(READERS)]
    threads.append(threading.Thread(target=clients.plan, args=(instance, diary, ended)))
    threads.append(threading.Thread(target=clients.deliver, args=(instance, diary, ended, folder)))
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        for thread in threads:
            thread.join()


def _measure_memory(memory: MemoryLog, length_s: float) -> None:
    until = time.monotonic() + length_s
    while time.monotonic() < until:
        CONSOLE.print(f'{memory.measure():,.0f} MB')
        time.sleep(MEASURE_PAUSE_S)


def _break(instance: WholeInstance, length_s: float) -> dict[str, list[float]]:
    """Seconds to recover by what was broken, one thing after the other until the time is over."""
    until, recoveries = time.monotonic() + length_s, dict[str, list[float]]()
    for name, break_it in itertools.cycle(faults().items()):
        if time.monotonic() > until:
            return recoveries
        recoveries.setdefault(name, []).append(seconds_to_recover(instance, break_it))
        CONSOLE.print(f'{name}: back after {recoveries[name][-1]:.1f} s')
        time.sleep(FAULT_PAUSE_S)
    raise AssertionError


def _report(
    minutes: float,
    diary: Diary,
    memory: MemoryLog,
    growth_mb_per_min: float,
    recoveries: dict[str, list[float]],
    lost: list[str],
) -> Iterator[str]:
    head = subprocess.run(
        ['git', 'rev-parse', '--short', 'HEAD'], capture_output=True, text=True, cwd=PROJECT, check=True
    )
    yield f'`make soak MINUTES={minutes:g}` on {datetime.now(UTC):%Y-%m-%d}, commit {head.stdout.strip()}:'
    yield f'{READERS} readers, a planner'
    yield 'and an agency on the small demo; half of the time without faults, then one after the other.'
    yield ''
    yield '| fault | times | back after, at most |'
    yield '| --- | --- | --- |'
    for name, seconds in recoveries.items():
        yield f'| {name} | {len(seconds)} | {max(seconds):.1f} s |'
    yield ''
    answers = ', '.join(f'{name} {count:,}' for name, count in diary.answers.most_common())
    jobs = ', '.join(f'{status} {count}' for status, count in diary.jobs.items())
    yield f'- Answers: {answers}. Wrong ones: {len(diary.wrong)}.'
    yield f'- Rows released: {len(diary.acknowledged)}, of them lost: {len(lost)}. Jobs: {jobs}.'
    first, last = f'{memory.total_mb(0):,.0f} MB', f'{memory.total_mb(-1):,.0f} MB'
    yield f'- Memory of all processes without faults: {first} at the start, {last} at the end; after the warm-up those'
    yield f'  that last grow by {growth_mb_per_min:.1f} MB a minute.'


def _write(lines: list[str]) -> None:
    before, _, rest = PAGE.read_text(encoding='utf-8').partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(before + BEGIN + '\n'.join(lines) + '\n' + END + after, encoding='utf-8')
