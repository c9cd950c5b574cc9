"""Scenarios and their versions in the database, as whoever asks may see and change them.

Every connection here carries the signed name of who asks as `dothi.reader` (processes/queue/records.py): row-level
security shows what is shared with them, and functions of the schema write what is theirs.
"""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from psycopg2.extensions import connection as Connection
from psycopg2.extras import RealDictCursor
from pydantic import BaseModel

from dothi.core.access.secrets import keyed_hash
from dothi.core.errors import Forbidden, NotFound, WrongUse
from dothi.core.numbers import number_vi
from processes.queue.records import is_uuid
from processes.scenario.changes import canonical
from processes.scenario.reference import MOST_VERSIONS, ScenarioRef

type Sharing = Literal['private', 'group', 'everybody']


class UnknownScenario(NotFound):
    """Whoever asks sees no scenario, or no version, of this id."""


class NotItsAuthor(Forbidden):
    """A scenario is changed by its author alone."""


class TooManyVersions(WrongUse):
    """A scenario has as many versions as it may."""


class Scenario(BaseModel):
    """A scenario without its changes. versions: the number of its latest version, 0 before the first.

    own: whether it is of who asks.
    """

    id: UUID
    name: str
    description: str
    author: str
    sharing: Sharing
    created_at: datetime
    updated_at: datetime
    versions: int
    own: bool


class VersionEntry(BaseModel):
    """A version without its changes. changes: how many they are."""

    number: int
    digest: str
    message: str
    author: str
    created_at: datetime
    changes: int


SCENARIOS = """
    select s.id, s.name, s.description, s.author, s.sharing, s.created_at, s.updated_at,
        coalesce((select max(v.number) from scenario.version as v where v.scenario_id = s.id), 0) as versions,
        scenario.is_own(s.owner) as own
    from scenario.scenario as s
"""
VERSIONS = """
    select number, digest, message, author, created_at, jsonb_array_length(changes) as changes
    from scenario.version where scenario_id = %(id)s
"""


def list_scenarios(db: Connection) -> list[Scenario]:
    """The scenarios that whoever asks sees, those changed last first."""
    return [Scenario(**row) for row in _rows(db, f'{SCENARIOS} order by s.updated_at desc, s.id', {})]


def read_scenario(db: Connection, scenario_id: str) -> Scenario:
    """One scenario; raises UnknownScenario."""
    rows = _rows(db, f'{SCENARIOS} where s.id = %(id)s', {'id': scenario_id}) if is_uuid(scenario_id) else []
    if not rows:
        raise unknown_scenario(scenario_id)
    return Scenario(**rows[0])


def make_scenario(db: Connection, name: str, description: str, sharing: Sharing) -> str:
    """The id of a new scenario; raises NotItsAuthor for who is nobody's account."""
    values = {'name': name, 'description': description, 'sharing': sharing}
    (row,) = _rows(db, 'select scenario.make(%(name)s, %(description)s, %(sharing)s)::text as id', values)
    if row['id'] is None:
        raise _not_its_author()
    return str(row['id'])


def own_scenario(db: Connection, scenario_id: str) -> Scenario:
    """The scenario, for its author; raises UnknownScenario, NotItsAuthor.

    What is wrong with a new version may name changes that others do not see: who asks is looked at before.
    """
    scenario = read_scenario(db, scenario_id)
    if not scenario.own:
        raise _not_its_author()
    return scenario


def describe_scenario(
    db: Connection, scenario_id: str, name: str | None, description: str | None, sharing: Sharing | None
) -> None:
    """Gives a scenario another name, description or sharing; None leaves what there is. Raises NotItsAuthor."""
    query = 'select scenario.describe(%(id)s, %(name)s, %(description)s, %(sharing)s) as done'
    values = {'id': scenario_id, 'name': name, 'description': description, 'sharing': sharing}
    (row,) = _rows(db, query, values)
    if not row['done']:
        raise _not_its_author()


def remove_scenario(db: Connection, scenario_id: str) -> None:
    """Takes a scenario away; results that were computed with it stay. Raises NotItsAuthor."""
    (row,) = _rows(db, 'select scenario.remove(%(id)s) as done', {'id': scenario_id})
    if not row['done']:
        raise _not_its_author()


def list_versions(db: Connection, scenario_id: str) -> list[VersionEntry]:
    """The versions of a scenario that whoever asks sees, the latest first."""
    return [VersionEntry(**row) for row in _rows(db, f'{VERSIONS} order by number desc', {'id': scenario_id})]


def add_version(db: Connection, scenario_id: str, changes: list[dict[str, Any]], message: str) -> int:
    """The number of a new version with these changes, which were checked.

    Raises NotItsAuthor, TooManyVersions and Unfit.
    """
    text = canonical(changes)
    if read_scenario(db, scenario_id).versions >= MOST_VERSIONS:
        raise TooManyVersions(
            vi=f'Phương án đã có {number_vi(MOST_VERSIONS)} phiên bản. Tạo phương án mới từ phiên bản cuối.',
            en=f'The scenario has {MOST_VERSIONS:,} versions. Make a new one from the last of them.',
        )
    values = {'id': scenario_id, 'digest': _digest_of(scenario_id, text), 'changes': text, 'message': message}
    query = 'select scenario.add_version(%(id)s, %(digest)s, %(changes)s::jsonb, %(message)s) as number'
    (row,) = _rows(db, query, values)
    if row['number'] is None:
        raise _not_its_author()
    return int(row['number'])


def read_version(db: Connection, scenario_id: str, number: int | None) -> tuple[VersionEntry, list[dict[str, Any]]]:
    """A version and its changes, by default the latest; raises UnknownScenario."""
    if not is_uuid(scenario_id):
        raise unknown_scenario(scenario_id)
    query = f"""
        select version.*, whole.changes as documents from ({VERSIONS}) as version
        join scenario.version as whole on whole.scenario_id = %(id)s and whole.number = version.number
        where version.number = coalesce(%(number)s, version.number) order by version.number desc limit 1
    """  # noqa: S608  # of fixed texts
    rows = _rows(db, query, {'id': scenario_id, 'number': number})
    if not rows:
        raise _unknown_version(db, scenario_id, number)
    documents = rows[0].pop('documents')
    return VersionEntry(**rows[0]), documents


def resolve(db: Connection, ref: ScenarioRef) -> ScenarioRef:
    """The very version that a request means, by number and digest; raises UnknownScenario."""
    scenario = read_scenario(db, ref.id)
    entry, _ = read_version(db, ref.id, ref.version)
    if ref.digest not in (None, entry.digest):
        raise _unknown_version(db, ref.id, ref.version)
    return ScenarioRef(id=str(scenario.id), version=entry.number, digest=entry.digest, name=scenario.name)


def unknown_scenario(scenario_id: str) -> UnknownScenario:
    """The error for what is not there, or not for who asks."""
    return UnknownScenario(
        vi=f'Không có phương án "{scenario_id[:60]}".', en=f'There is no scenario "{scenario_id[:60]}".'
    )


def _digest_of(scenario_id: str, text: str) -> str:
    """Keyed hash of a version of the scenario, in hex. text: the canonical form of its changes.

    Without the key, or in a scenario of their own, nobody can try what the changes are that they do not see.
    """
    return keyed_hash(f'scenario {scenario_id.lower()} {text}').hex()


def _unknown_version(db: Connection, scenario_id: str, number: int | None) -> UnknownScenario:
    scenario = read_scenario(db, scenario_id)
    if number is None:
        return UnknownScenario(
            vi=f'Phương án "{scenario.name}" chưa có phiên bản nào. Thêm thay đổi trước.',
            en=f'The scenario "{scenario.name}" has no version yet. Add changes first.',
        )
    return UnknownScenario(
        vi=f'Phương án "{scenario.name}" không có phiên bản {number} như vậy; mới nhất là {scenario.versions}.',
        en=f'The scenario "{scenario.name}" has no such version {number}; the latest is {scenario.versions}.',
    )


def _not_its_author() -> NotItsAuthor:
    return NotItsAuthor(
        vi='Chỉ tác giả mới được thay đổi phương án. Tạo phương án của bạn từ các thay đổi này.',
        en='Only its author changes a scenario. Make one of your own with these changes.',
    )


def _rows(db: Connection, query: str, values: dict[str, Any]) -> list[dict[str, Any]]:
    with db.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute(query, values)
        return [dict(row) for row in cursor.fetchall()]
