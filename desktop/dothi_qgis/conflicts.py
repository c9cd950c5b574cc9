"""Features that an edit and a delivery changed differently: read, put side by side, settled."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from dothi_qgis.connection import ServiceConnection
from dothi_qgis.jobs import await_job
from dothi_qgis.service import begin_job, read_json
from dothi_qgis.tasks import ServiceTask
from dothi_qgis.words import say

Side = Literal['edit', 'delivery']
# In the order in which they are shown: as delivered before, as edited, as delivered now.
VERSIONS = ('base', 'edit', 'delivery')
GEOMETRY = 'geom'


@dataclass(frozen=True)
class ConflictRow:
    """A column of which at least two versions differ. is_disputed: whether somebody has to decide on it."""

    title: str
    values: tuple[str, ...]
    is_disputed: bool


def version_title(version: str) -> str:
    """What a version is called."""
    titles = {
        'base': say('Trước đó', 'Before'),
        'edit': say('Bản sửa', 'The edit'),
        'delivery': say('Đợt giao', 'The delivery'),
    }
    return titles[version]


def read_conflicts(connection: ServiceConnection) -> list[dict[str, Any]]:
    """The conflicts that wait, oldest first; raises ServiceError, also for who may not decide."""
    return list(read_json(connection, '/edits/conflicts')['conflicts'])


def read_conflict(connection: ServiceConnection, number: int) -> dict[str, Any]:
    """One conflict with its geometries and the words of its columns; raises ServiceError."""
    return dict(read_json(connection, f'/edits/conflicts/{number}'))


def settle(connection: ServiceConnection, number: int, take: Side, reason: str, task: ServiceTask) -> dict[str, Any]:
    """The conflict as it is then; raises ServiceError, also where somebody else was quicker."""
    job_id = begin_job(connection, 'settle-conflict', {'conflict': number, 'take': take, 'reason': reason})
    await_job(connection, job_id, task.report, task.isCanceled)
    return read_conflict(connection, number)


def differing_rows(conflict: Mapping[str, Any]) -> list[ConflictRow]:
    """The columns in which the versions differ, in the order of the layer."""
    described, versions = conflict['described_columns'], [conflict[version] for version in VERSIONS]
    names = [*described, *(name for version in versions for name in version or () if name not in described)]
    return [
        ConflictRow(
            _title(name, described),
            tuple(_value(version, name, described) for version in versions),
            name in conflict['columns'],
        )
        for name in dict.fromkeys(names)
        if _differs(versions, name)
    ]


def key_words(conflict: Mapping[str, Any]) -> str:
    """By what a person knows the feature: its name or code, else its number."""
    version = next((conflict[each] for each in ('edit', 'delivery', 'base') if conflict[each]), {})
    words = [str(version[name]) for name in ('code', 'name') if version.get(name)]
    return ' '.join(words) or say(f'đối tượng {conflict["feature_id"]}', f'feature {conflict["feature_id"]}')


def _differs(versions: list[Mapping[str, Any] | None], name: str) -> bool:
    values = [version.get(name) for version in versions if version is not None]
    return any(value != values[0] for value in values)


def _title(name: str, described: Mapping[str, Any]) -> str:
    return str(described.get(name, {}).get('title', name))


def _value(version: Mapping[str, Any] | None, name: str, described: Mapping[str, Any]) -> str:
    if version is None:
        return say('đã xóa', 'deleted')
    value = version.get(name)
    words = (described.get(name, {}).get('domain') or {}).get(value) if isinstance(value, str) else None
    return words or ('–' if value is None else str(value))
