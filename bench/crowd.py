"""Requests a second that clients get who ask without a pause, by wrk (Debian's package of that name)."""

import re
import shutil
import statistics
import subprocess
import tempfile
from collections.abc import Sequence

CLIENTS, LENGTH_S, ROUNDS = 16, 4, 5
# Asks for one address after the other, the same order in each connection.
SCRIPT = """
local paths = {{ {paths} }}
local n = 0
request = function()
  n = n % #paths + 1
  return wrk.format('GET', paths[n], {{ {headers} }})
end
"""


def installed() -> bool:
    """Whether wrk is there."""
    return shutil.which('wrk') is not None


def rates(ways: Sequence[tuple[str, str, Sequence[str], dict[str, str]]]) -> dict[str, float]:
    """Requests a second by name, the median of ROUNDS in which the ways take turns.

    ways: name, address of the server, paths, headers. Raises RuntimeError where an answer is neither 2xx nor 3xx.
    """
    measured: dict[str, list[float]] = {name: [] for name, *_ in ways}
    for _ in range(ROUNDS):
        for name, server, paths, headers in ways:
            measured[name].append(_rate(server, paths, headers))
    return {name: statistics.median(values) for name, values in measured.items()}


def _rate(server: str, paths: Sequence[str], headers: dict[str, str]) -> float:
    quoted_headers = ', '.join(f"['{name}'] = '{value}'" for name, value in headers.items())
    script = SCRIPT.format(paths=', '.join(f"'{path}'" for path in paths), headers=quoted_headers)
    with tempfile.NamedTemporaryFile('w', suffix='.lua') as file:
        file.write(script)
        file.flush()
        command = ['wrk', '-t1', f'-c{CLIENTS}', f'-d{LENGTH_S}s', '-s', file.name, server]
        report = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if 'Non-2xx' in report or 'Socket errors' in report:
        raise RuntimeError(f'{server}{paths[0]}: {report}')
    rate = re.search(r'Requests/sec:\s*([\d.]+)', report)
    if rate is None:
        raise RuntimeError(report)
    return float(rate[1])
