"""The planners' analyses on the full demo: each question another one, and no answer taken from the store."""

import json
import urllib.request
from collections.abc import Callable
from typing import Any

from bench.chapters import Chapter, Goal, at_most, times
from bench.measure import Timing, compare
from bench.pgrouting import PgRouting
from processes.site_suitability import SiteSuitability

# Seconds each at most, on the full demo; memory by the limit that the worker holds them to.
LIMITS_S = {
    'service-coverage': 6,
    'corridor-conflicts': 3,
    'flood-exposure': 15,
    'site-suitability': 30,
    'indicators': 60,
}
MEMORY_MB = 2_000
ROUNDS = 3
MOST_GROWTH = 2.2
STATIONS = {'collection': 'health_facilities', 'filter': "kind = 'station'"}
# near and far, an isolation norm, land use, slope and flood
SUITABLE = SiteSuitability.example['criteria']


def question(process_id: str, number: int) -> Any:
    """The inputs of one run, others for each number."""
    return {
        'service-coverage': {'facilities': STATIONS, 'distance_m': 1_500 + number},
        'corridor-conflicts': {
            'lines': {'collection': 'power_lines', 'filter': f'voltage_kv > {number / 100}'},
            'kind': 'power_line',
            'targets': 'buildings',
        },
        'flood-exposure': {'level_m': 0.8 + number / 100, 'cell_m': 10, 'respect_dikes': False},
        'site-suitability': {'criteria': SUITABLE, 'cell_m': 10, 'sites': 5 + number},
        'indicators': {'set': 'pilot', 'level': 'commune', 'keep': False, 'period_from': f'2026-01-{1 + number:02}'},
    }[process_id]


def asking(api_url: str, process_id: str) -> Callable[[int], object]:
    """Runs the process over HTTP and waits for its main result."""

    def ask(number: int) -> object:
        body = json.dumps({'inputs': question(process_id, number), 'outputs': {'result': {}}}).encode()
        url = f'{api_url}/processes/{process_id}/execution'
        headers = {'Content-Type': 'application/json', 'Prefer': 'wait=600'}
        with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=600) as answer:
            return answer.read()

    return ask


def coverage_against(peer: PgRouting, api_url: str, buildings: int) -> Chapter:
    """`service-coverage` and the same by pgRouting, in the same database and in turn."""
    timings = compare(
        [
            ('dothi', asking(api_url, 'service-coverage')),
            ('pgRouting: reach, homes, zones', lambda number: peer.coverage(1_500 + number)),
            ('pgr_drivingDistance alone', lambda number: peer.reach(1_500 + number)),
        ],
        ROUNDS,
        warm_up=1,
    )
    limit_s = LIMITS_S['service-coverage']
    goals = [
        at_most(f'at most {limit_s} s', timings[0].median_ms, limit_s * 1_000),
        times('pgRouting', timings[1], timings[0], 10),
    ]
    return Chapter(f'`service-coverage` of health stations, {buildings:,} buildings, and pgRouting', timings, goals)


def each(api_url: str, buildings: int) -> Chapter:
    """Every analysis that has a limit, under the memory limit of `flood-exposure`."""
    ways = [(name, asking(api_url, name)) for name in LIMITS_S]
    timings = [compare([way], ROUNDS, warm_up=1)[0] for way in ways]
    goals = [
        at_most(f'{timing.name}: at most {LIMITS_S[timing.name]} s', timing.median_ms, LIMITS_S[timing.name] * 1_000)
        for timing in timings
    ]
    goals.append(Goal(f'all of them within {MEMORY_MB:,} MB a job', 'no job was ended for want of it', met=True))
    return Chapter(f'The analyses, {buildings:,} buildings, over HTTP', timings, goals)


def growth(half: list[Timing], whole: list[Timing]) -> Chapter:
    """Twice as many buildings, and how much longer each analysis takes."""
    pairs = [timing for both in zip(half, whole, strict=True) for timing in both]
    goals = [
        at_most(
            f'{more.name}: at most {MOST_GROWTH} × the time', more.median_ms / less.median_ms, MOST_GROWTH, unit='×'
        )
        for less, more in zip(half, whole, strict=True)
    ]
    timings = [
        Timing(f'{pair.name}, {"whole" if place % 2 else "half"}', pair.runs_ms) for place, pair in enumerate(pairs)
    ]
    return Chapter('The analyses with twice the buildings', timings, goals)
