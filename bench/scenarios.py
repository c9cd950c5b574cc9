"""What it costs to run an analysis on a scenario whose change is local, and to compare before with after."""

import json
import urllib.request
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from bench.analyses import ROUNDS
from bench.chapters import Chapter, Goal, at_most
from bench.measure import Timing, compare
from dothi.core.access.keys import make_key
from dothi.core.access.people import invite
from dothi.core.access.person import Action, Person, Role
from dothi.core.database import connection

MOST_RATIO, MOST_S = 1.3, 4.0
PRIMARY = {'collection': 'schools', 'filter': "level = 'primary'"}
# In one district, by longitude and latitude.
PLACES = ((106.44, 20.28), (106.47, 20.26), (106.50, 20.24))
DIKE = {
    'kind': 'dike', 'coverage': 'elevation', 'crest_m': 3.0,
    'geometry': {'type': 'LineString', 'coordinates': [[106.42, 20.20], [106.50, 20.20], [106.50, 20.28]]},
}  # fmt: skip


def scenario_chapter(api_url: str, buildings: int) -> Chapter:
    """Coverage with three more schools, and a flood with a dike more, beside the same runs without."""
    call = _caller(api_url, _planner_key())
    schools = _scenario(call, 'Three schools', [_school(*place) for place in PLACES])
    dike = _scenario(call, 'A dike', [DIKE])

    def coverage(number: int, **more: str) -> Any:
        return _run(call, 'service-coverage', {'facilities': PRIMARY, 'distance_m': 900 + number, **more})

    def flood(number: int, **more: str) -> Any:
        return _run(call, 'flood-exposure', {'level_m': 1.5 + number / 100, 'cell_m': 20, **more})

    timings = compare(
        [
            ('service-coverage', coverage),
            ('service-coverage, three schools more', lambda number: coverage(number, scenario=schools)),
            ('flood-exposure', flood),
            ('flood-exposure, a dike more', lambda number: flood(number, scenario=dike)),
        ],
        ROUNDS,
        warm_up=1,
    )
    goals = [_ratio_goal(*timings[:2]), _ratio_goal(*timings[2:])]
    goals.append(at_most(f'three schools more: at most {MOST_S:g} s', timings[1].median_ms, MOST_S * 1_000))
    return Chapter(f'Analyses on scenarios, {buildings:,} buildings, over HTTP', timings, goals)


def _ratio_goal(plain: Timing, changed: Timing) -> Goal:
    ratio = changed.median_ms / plain.median_ms
    return Goal(f'{changed.name}: at most {MOST_RATIO:g} times the run without', f'{ratio:.2f}', ratio <= MOST_RATIO)


def _school(longitude: float, latitude: float) -> dict[str, Any]:
    geometry = {'type': 'Point', 'coordinates': [longitude, latitude]}
    return {
        'kind': 'add', 'layer': 'schools', 'geometry': geometry, 'properties': {'name': 'Mới', 'level': 'primary'},
    }  # fmt: skip


def _planner_key() -> str:
    person = Person(id=uuid4(), name=f'planner-{uuid4().hex[:8]}', title='Planner', role=Role.STEWARD)
    with connection('gatekeeper') as db:
        invite(db, person)
        return make_key(db, person, 'bench', list(Action), 1)


type Caller = Callable[[str, Any], Any]


def _caller(api_url: str, key: str) -> Caller:
    """Posts a document below the API's address, and answers with what comes back."""
    headers = {'Content-Type': 'application/json', 'Prefer': 'wait=600', 'Authorization': f'Bearer {key}'}

    def call(path: str, body: Any) -> Any:
        request = urllib.request.Request(api_url + path, json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request, timeout=600) as answer:
            return json.load(answer)

    return call


def _scenario(call: Caller, name: str, changes: list[dict[str, Any]]) -> str:
    """The id of a new scenario with these changes."""
    scenario_id = str(call('/scenarios', {'name': name})['id'])
    call(f'/scenarios/{scenario_id}/versions', {'changes': changes})
    return scenario_id


def _run(call: Caller, process_id: str, inputs: dict[str, Any]) -> Any:
    return call(f'/processes/{process_id}/execution', {'inputs': inputs, 'outputs': {'result': {}}})
