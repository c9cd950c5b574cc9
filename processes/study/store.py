"""Studies in the database, as whoever asks may read and change them (docs/decisions/0121-studies.md).

Every connection here carries the signed name of who asks as `dothi.reader` (processes/queue/records.py): row-level
security shows what is shared with them, and functions of the schema write what they work on.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg2.extensions import connection as Connection
from pydantic import BaseModel

from dothi.core.errors import Forbidden, NotFound, WrongUse
from processes.queue.records import UnknownJob, fetch_rows, is_uuid
from processes.scenario.store import Sharing

MOST_STUDIES, MOST_RUNS, MOST_MEMBERS = 200, 100, 50
LONGEST_NAME, LONGEST_QUESTION, LONGEST_CONCLUSION, LONGEST_NOTE = 200, 4_000, 20_000, 4_000


class UnknownStudy(NotFound):
    """Whoever asks reads no study of this id."""


class UnknownRun(NotFound):
    """The study has no such run."""


class NotItsMember(Forbidden):
    """A study is changed by those who work on it, and shared and removed by its owner."""


class UnknownMembers(WrongUse):
    """Names that are those of no account at work."""


class TooManyInStudy(WrongUse):
    """As many studies, or runs of a study, as there may be."""


class Study(BaseModel):
    """A study without its runs. own: whether it is of who asks. works_on: whether who asks may change it."""

    id: UUID
    name: str
    question: str
    conclusion: str
    author: str
    sharing: Sharing
    members: list[str]
    created_at: datetime
    updated_at: datetime
    runs: int
    own: bool
    works_on: bool


class StudyRun(BaseModel):
    """A run of a study and the state of its job. title: as somebody wrote it, else empty. replaces: an earlier run.

    layers_changed: ids of the layers that have another release by now than it read.
    """

    job_id: UUID
    title: str
    note: str
    replaces: UUID | None
    author: str
    added_at: datetime
    process_id: str
    inputs: dict[str, Any]
    status: str
    progress: int
    message_vi: str
    message_en: str
    gone: bool
    created_at: datetime
    finished_at: datetime | None
    layers_changed: list[str]


STUDIES = """
    select s.id, s.name, s.question, s.conclusion, s.author, s.sharing, s.created_at, s.updated_at,
        array(select m.name from study.member as m where m.study_id = s.id order by m.name) as members,
        (select count(*) from study.run as r where r.study_id = s.id) as runs,
        scenario.is_own(s.owner) as own, study.is_member(s.id) as works_on
    from study.study as s
"""


def list_studies(db: Connection) -> list[Study]:
    """The studies that whoever asks reads, those changed last first."""
    return [Study(**row) for row in fetch_rows(db, f'{STUDIES} order by s.updated_at desc, s.id', {})]


def read_study(db: Connection, study_id: str) -> Study:
    """One study; raises UnknownStudy."""
    rows = fetch_rows(db, f'{STUDIES} where s.id = %(id)s', {'id': study_id}) if is_uuid(study_id) else []
    if not rows:
        raise _unknown_study(study_id)
    return Study(**rows[0])


def list_runs(db: Connection, study_id: str) -> tuple[list[StudyRun], int]:
    """The runs of a study in the order in which they came, and how many others have read what who asks may not see."""
    rows = fetch_rows(db, 'select * from study.runs(%s)', [study_id])
    visible = [StudyRun(**row) for row in rows if row['job_id'] is not None]
    return visible, len(rows) - len(visible)


def make_study(db: Connection, name: str, question: str, sharing: Sharing) -> str:
    """The id of a new study; raises TooManyInStudy."""
    query = 'select study.make(%s, %s, %s, %s)::text as id'
    (row,) = fetch_rows(db, query, [name, question, sharing, MOST_STUDIES])
    if row['id'] is None:
        raise TooManyInStudy(
            vi=f'Bạn đã có {MOST_STUDIES} nghiên cứu. Xóa bớt nghiên cứu không còn cần.',
            en=f'You have {MOST_STUDIES} studies. Remove those that you need no more.',
        )
    return str(row['id'])


def describe_study(
    db: Connection, study_id: str, *, name: str | None, question: str | None, conclusion: str | None,
    sharing: Sharing | None,
) -> None:  # fmt: skip
    """Gives a study other words or another sharing; None leaves what there is. Raises NotItsMember."""
    query = 'select study.describe(%s, %s, %s, %s, %s) as done'
    (row,) = fetch_rows(db, query, [study_id, name, question, conclusion, sharing])
    if not row['done']:
        raise _not_its_member()


def set_members(db: Connection, study_id: str, names: list[str]) -> None:
    """Gives a study these members, by the names of their accounts. Raises NotItsMember, UnknownMembers."""
    (row,) = fetch_rows(db, 'select study.set_members(%s, %s) as unknown', [study_id, names])
    if row['unknown'] is None:
        raise _not_its_member()
    if row['unknown']:
        listed = ', '.join(f'"{name[:64]}"' for name in row['unknown'][:5])
        raise UnknownMembers(
            vi=f'Không có tài khoản đang hoạt động: {listed}. Ghi tên đăng nhập của người đó.',
            en=f'There is no active account {listed}. Give the name by which they sign in.',
        )


def remove_study(db: Connection, study_id: str) -> None:
    """Takes a study away; its results are kept no longer for it. Raises NotItsMember."""
    (row,) = fetch_rows(db, 'select study.remove(%s) as done', [study_id])
    if not row['done']:
        raise _not_its_member()


def put_run(
    db: Connection, study_id: str, job_id: str, *, title: str | None, note: str | None, replaces: str | None
) -> None:
    """Adds a run to a study, or gives one that it has another title or note; None leaves what there is.

    Raises NotItsMember, UnknownJob, TooManyInStudy.
    """
    query = 'select study.put_run(%s, %s, %s, %s, %s, %s) as outcome'
    (row,) = (
        fetch_rows(db, query, [study_id, job_id, title, note, replaces, MOST_RUNS])
        if is_uuid(job_id) and (replaces is None or is_uuid(replaces))
        else [{'outcome': 'unknown'}]
    )
    if row['outcome'] == 'foreign':
        raise _not_its_member()
    if row['outcome'] == 'unknown':
        raise UnknownJob(vi=f'Không có tác vụ "{job_id[:60]}".', en=f'There is no job "{job_id[:60]}".')
    if row['outcome'] == 'full':
        raise TooManyInStudy(
            vi=f'Nghiên cứu đã có {MOST_RUNS} lần chạy. Bỏ bớt, hoặc mở nghiên cứu mới.',
            en=f'The study has {MOST_RUNS} runs. Take some out, or begin a new study.',
        )


def take_run(db: Connection, study_id: str, job_id: str) -> None:
    """Takes a run out of a study. Raises NotItsMember, UnknownRun."""
    query = 'select study.take_run(%s, %s) as outcome'
    (row,) = fetch_rows(db, query, [study_id, job_id]) if is_uuid(job_id) else [{'outcome': 'unknown'}]
    if row['outcome'] == 'foreign':
        raise _not_its_member()
    if row['outcome'] == 'unknown':
        raise UnknownRun(
            vi=f'Nghiên cứu không có lần chạy "{job_id[:60]}".', en=f'The study has no run "{job_id[:60]}".'
        )


def _unknown_study(study_id: str) -> UnknownStudy:
    return UnknownStudy(vi=f'Không có nghiên cứu "{study_id[:60]}".', en=f'There is no study "{study_id[:60]}".')


def _not_its_member() -> NotItsMember:
    return NotItsMember(
        vi='Chỉ người tham gia nghiên cứu mới sửa được, và chỉ chủ nghiên cứu mới chia sẻ hoặc xóa được.',
        en='A study is changed by those who work on it alone, and shared or removed by its owner.',
    )
