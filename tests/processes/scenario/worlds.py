"""The same analysis twice: on a world as a scenario changes it, and on a world that really is like that."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from dothi.core import database as core_database
from dothi.core.database import READERS, connection
from dothi.core.locality import Locality
from processes.data import Data
from processes.reading.request_layers import store_request_layers
from processes.reading.validation import validate_inputs
from processes.registry import find_process
from processes.scenario.changes import read_changes
from processes.scenario.checking import check_changes
from processes.scenario.overlay import Overlay
from processes.scenario.reference import ScenarioRef

REF = ScenarioRef(id='00000000-0000-4000-8000-000000000001', version=1, digest='0' * 64, name='thử')
# What a result says of the scenario beside its figures.
OF_SCENARIO = ('applied_scenario', 'releases')


def stored(locality: Locality, changes: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The changes as a version holds them; raises Unfit."""
    with connection(READERS['internal']) as db:
        return check_changes(read_changes([*changes]), db, locality, 'internal')


def under(locality: Locality, drafts: Path, changes: Sequence[dict[str, Any]], process_id: str, **inputs: Any) -> Any:
    """What a process says in this process on data as stored changes make it."""
    chosen = find_process(process_id, 'internal')
    checked = validate_inputs(chosen.inputs, inputs)
    overlay = Overlay(REF, changes, locality, 'internal')
    with connection(READERS['internal']) as db:
        request_layers = store_request_layers(db, checked, locality, None)
        overlay.stage(db)
        db.commit()
        db.set_session(isolation_level='REPEATABLE READ', readonly=True)
        data = Data(db, locality, 'internal', drafts, request_layers=request_layers).through(overlay)
        answer = chosen.run(checked, data, lambda share, doing: None)
    core_database.fresh()
    return answer


def figures(answer: Any) -> Any:
    """The answer without what only one of both can say: the scenario, the releases, and what a reader has to know."""
    if isinstance(answer, dict):
        left_out = {*OF_SCENARIO, 'caveats', 'id'}
        return {name: figures(value) for name, value in answer.items() if name not in left_out}
    if isinstance(answer, list | tuple):
        return [figures(value) for value in answer]
    if isinstance(answer, float):
        return round(answer, 3)
    return answer if isinstance(answer, str | int | bool | None) else repr(type(answer))


def caveats(answer: Any) -> str:
    """All caveats of an answer as one English text."""
    whole = answer if 'summary' in answer else answer['result']
    return json.dumps([caveat['en'] for caveat in whole['summary']['caveats']], ensure_ascii=False)


type Answer = Callable[..., Any]
