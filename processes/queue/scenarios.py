"""The scenario of a job: the very version that was meant when it was accepted, and its changes when its turn comes."""

from collections.abc import Sequence
from typing import Any

from psycopg2.extensions import connection as Connection

from dothi.core.errors import WrongUse
from dothi.core.layer import Audience
from dothi.core.locality import Locality
from processes.base import Process
from processes.inputs import ProcessInputs, layers_in
from processes.queue.records import open_desk
from processes.reading.validation import InvalidInput
from processes.registry import all_processes
from processes.scenario.overlay import Overlay, scenario_of_present
from processes.scenario.reference import NAME, scenario_of
from processes.scenario.store import read_version, resolve


class ScenarioKept(WrongUse):
    """A run that changes what is served computes on what was released."""


def open_scenario(
    process: Process[Any], inputs: ProcessInputs, place: Locality, audience: Audience, reader: str | None
) -> tuple[ProcessInputs, Overlay | None]:
    """The inputs with the exact version of their scenario, and what it makes of the data; None without a scenario.

    reader: who has signed in. Raises UnknownScenario, ScenarioOfPresent and ScenarioKept.
    """
    ref = scenario_of(inputs)
    if ref is None:
        return inputs, None
    if audience != 'internal':
        raise InvalidInput(vi=f'Không có đầu vào "{NAME}".', en=f'There is no input "{NAME}".')
    if process.for_editors(inputs):
        raise ScenarioKept(
            vi='Kết quả tính theo phương án không được phát hành thành dữ liệu. Bỏ "scenario", hoặc chạy không lưu.',
            en='What is computed with a scenario is not released as data. Leave out "scenario", or keep nothing.',
        )
    with open_desk(audience, reader) as db:
        exact = resolve(db, ref)
        _, changes = read_version(db, exact.id, exact.version)
    overlay = Overlay(exact, changes, place, audience)
    for layer in layers_in(inputs):
        if layer.collection is not None and layer.datetime is not None and overlay.changes_layer(layer.collection):
            raise scenario_of_present(layer.collection)
    return inputs.model_copy(update={NAME: exact}), overlay


def changes_of(db: Connection, process_id: str, inputs: dict[str, Any]) -> list[dict[str, Any]]:
    """The changes of the version that the inputs of an accepted job name. db: of the worker, which reads them all."""
    process = all_processes().get(process_id)
    ref = inputs.get(NAME) if process is not None and process.takes_scenario else None
    if ref is None:
        return []
    _, changes = read_version(db, ref['id'], ref['version'])
    return changes


def set_reader(db: Connection, reader: str) -> None:
    """The session reads results of earlier jobs as who started this one. reader: as the database signed it."""
    with db.cursor() as cursor:
        cursor.execute("select set_config('dothi.reader', %s, false)", [reader])
    db.commit()


def staged_overlay(
    db: Connection, inputs: ProcessInputs, changes: Sequence[dict[str, Any]], place: Locality, audience: Audience
) -> Overlay | None:
    """What the scenario makes of the data, its tables on the session; None without one. Commits."""
    ref = scenario_of(inputs)
    if ref is None:
        return None
    overlay = Overlay(ref, changes, place, audience)
    overlay.stage(db)
    db.commit()
    return overlay
