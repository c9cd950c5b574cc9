"""The same analysis twice: on a world as a scenario changes it, and on a world that really is like that."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import shapely

from dothi.core import database as core_database
from dothi.core.database import READERS, connection
from dothi.core.locality import Locality
from processes.data import Data
from processes.outputs import ResultFile
from processes.reading.request_layers import store_request_layers
from processes.reading.validation import validate_inputs
from processes.registry import find_process
from processes.scenario.changes import read_changes
from processes.scenario.checking import check_changes
from processes.scenario.overlay import Overlay
from processes.scenario.reference import ScenarioRef

REF = ScenarioRef(id='00000000-0000-4000-8000-000000000001', version=1, digest='0' * 64, name='thử')


def stored(locality: Locality, changes: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The changes as a version holds them; raises Unfit."""
    with connection(READERS['internal']) as db:
        return check_changes(read_changes([*changes]), db, locality, 'internal')


def under(locality: Locality, drafts: Path, changes: Sequence[dict[str, Any]], process_id: str, **inputs: Any) -> Any:
    """What a process says in this process on data as stored changes make it."""
    chosen = find_process(process_id, 'internal')
    checked = validate_inputs(chosen.inputs, inputs)
    overlay = Overlay(REF, changes, locality, 'internal')
    try:
        with connection(READERS['internal']) as db:
            request_layers = store_request_layers(db, checked, locality, None)
            overlay.stage(db)
            db.commit()
            db.set_session(isolation_level='REPEATABLE READ', readonly=True)
            data = Data(db, locality, 'internal', drafts, request_layers=request_layers).through(overlay)
            return chosen.run(checked, data, lambda share, doing: None)
    finally:
        # the connection can only read by now, also where the run has failed
        core_database.fresh()


# Coordinates go through degrees in a scenario, and come back within a millimetre; those of results are rounded.
NEAR_DEGREES, NEAR_M = 3e-7, 2e-3
CENTIMETRE_M = 0.01


def first_difference(one: Any, other: Any, place: str = '') -> str | None:
    """Where two answers differ, and how; None where they say the same, but for a hair.

    What only one of both can say is passed over: the scenario, the releases, ids, and what a reader has to know.
    """
    if _is_geometry(one) and _is_geometry(other):
        shape, other_shape = (shapely.geometry.shape(geometry) for geometry in (one, other))
        apart = shapely.hausdorff_distance(shape, other_shape)
        near = NEAR_DEGREES if abs(shapely.bounds(shape)).max() <= 180 else NEAR_M
        return None if one['type'] == other['type'] and apart < near else f'{place}: {apart} apart'
    if isinstance(one, dict) and isinstance(other, dict):
        names = {*one, *other} - {'applied_scenario', 'releases', 'release', 'caveats', 'id'}
        differences = (first_difference(one.get(name), other.get(name), f'{place}/{name}') for name in sorted(names))
        return next(filter(None, differences), None)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple) and len(one) == len(other):
        parts = enumerate(zip(one, other, strict=True))
        return next(filter(None, (first_difference(*pair, f'{place}/{number}') for number, pair in parts)), None)
    if isinstance(one, float) and isinstance(other, float | int):
        # metres are rounded to centimetres: a hair decides to which
        hair = CENTIMETRE_M if place.endswith('_m') else NEAR_M
        near = hair + 1e-6 * abs(one)
        return None if one == other or abs(one - other) <= near else f'{place}: {one} and {other}'
    if isinstance(one, ResultFile) and isinstance(other, ResultFile):
        return None
    return None if one == other else f'{place}: {one!r} and {other!r}'[:500]


def _is_geometry(value: Any) -> bool:
    return isinstance(value, dict) and 'coordinates' in value


def caveats(answer: Any) -> str:
    """All caveats of an answer as one English text."""
    whole = answer if 'summary' in answer else answer['result']
    return json.dumps([caveat['en'] for caveat in whole['summary']['caveats']], ensure_ascii=False)
