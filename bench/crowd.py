"""What clients get who ask without a pause, by wrk (Debian's package), which takes next to nothing itself."""

import random
import re
import statistics
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

LENGTH_S, ROUNDS = 4, 5
# Of one client in a turn.
TURN_S = 1
# Asks for one address after the other, from any of them on, the same order in each connection; and says what the
# median answer took.
SCRIPT = """
local paths = {{ {paths} }}
local n = {first}
request = function()
  n = n % #paths + 1
  return wrk.format('GET', paths[n], {{ {headers} }})
end
done = function(_, latency)
  io.write(string.format('median %d us\\n', latency:percentile(50)))
end
"""


@dataclass(frozen=True)
class Way:
    """What is asked again and again: paths of a server, in turn."""

    name: str
    server: str
    paths: Sequence[str]
    headers: Mapping[str, str] = field(default_factory=dict)


class Answers(NamedTuple):
    """What clients get who ask without a pause."""

    per_s: float
    median_ms: float


def rates(ways: Sequence[Way], clients: int) -> dict[str, float]:
    """Requests a second by name, the median of ROUNDS in which the ways take turns.

    Raises RuntimeError where an answer is neither 2xx nor 3xx.
    """
    measured: dict[str, list[float]] = {way.name: [] for way in ways}
    for _ in range(ROUNDS):
        for way in ways:
            measured[way.name].append(answers(way, clients, LENGTH_S).per_s)
    return {name: statistics.median(values) for name, values in measured.items()}


def waits(way: Way) -> tuple[str, Callable[[], float]]:
    """The way's name, and what measures the median wait of one client in a turn of TURN_S, in milliseconds."""
    return way.name, lambda: answers(way, 1, TURN_S).median_ms


def answers(way: Way, clients: int, length_s: int) -> Answers:
    """What so many clients get in this time; RuntimeError where an answer is neither 2xx nor 3xx."""
    quoted_headers = ', '.join(f"['{name}'] = '{value}'" for name, value in way.headers.items())
    script = SCRIPT.format(
        first=random.randrange(len(way.paths)),
        paths=', '.join(f"'{path}'" for path in way.paths),
        headers=quoted_headers,
    )
    with tempfile.NamedTemporaryFile('w', suffix='.lua') as file:
        file.write(script)
        file.flush()
        command = ['wrk', '-t1', f'-c{clients}', f'-d{length_s}s', '-s', file.name, way.server]
        report = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rate, median = re.search(r'Requests/sec:\s*([\d.]+)', report), re.search(r'^median (\d+) us$', report, re.M)
    if 'Non-2xx' in report or 'Socket errors' in report or rate is None or median is None:
        raise RuntimeError(f'{way.server}{way.paths[0]}: {report}')
    return Answers(float(rate[1]), int(median[1]) / 1000)
