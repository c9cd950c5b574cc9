"""How a study and its runs are written, and the connection that reads them as whoever asks."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from psycopg2.extensions import connection as Connection

from dothi.api.access.identity import current_editor, require
from dothi.api.http.address import api_url
from dothi.api.http.caching import hash_of, names_another
from dothi.api.http.documents import link
from dothi.api.http.language import HTML, JSON, language
from dothi.api.http.service import service
from dothi.api.processes.status import unit_name
from dothi.core.access.person import Action
from dothi.core.errors import Outdated
from dothi.core.text import Text
from processes.queue.records import open_desk
from processes.study.store import Study, StudyRun
from processes.study.titles import titles_of_runs

PATH = '/studies'


class StaleStudy(Outdated):
    """The study has changed since the client read it."""


@contextmanager
def study_desk() -> Iterator[Connection]:
    """A connection that reads the studies and jobs that whoever asks may see; for who may run analyses."""
    require(Action.SEE)
    require(Action.RUN)
    with open_desk(service().audience, current_editor()) as db:
        yield db


def version_tag(study: Study) -> str:
    """Changes with its words, members and sharing, not with its runs: what one adds, another may write beside."""
    return hash_of(study.model_dump_json(include={'name', 'question', 'conclusion', 'sharing', 'members'}))


def must_match(study: Study) -> None:
    """Raises StaleStudy where If-Match names another state of the study than it is in."""
    if names_another(version_tag(study)):
        raise StaleStudy(
            vi=f'Nghiên cứu "{study.name}" đã thay đổi từ khi bạn đọc. Đọc lại rồi sửa.',
            en=f'The study "{study.name}" has changed since you read it. Read it again, then change it.',
        )


def study_member(study: Study) -> dict[str, Any]:
    """The study as documents have it, with links."""
    path = f'{PATH}/{study.id}'
    links = [link('self', JSON, Text(vi='Nghiên cứu', en='The study'), path)]
    if study.runs:
        links += [
            link('describedby', HTML, Text(vi='Báo cáo', en='The report'), f'{path}/report?f=html'),
            link('describedby', 'application/pdf', Text(vi='Báo cáo PDF', en='The report as PDF'), f'{path}/report'),
        ]
    return study.model_dump(mode='json') | {'links': links}


def run_members(runs: list[StudyRun]) -> list[dict[str, Any]]:
    """The runs of a study, each with a title where nobody wrote one, its state in one language, its links."""
    titles = titles_of_runs(runs, service().locality, language(), unit_name)
    return [_run_member(run, titles[str(run.job_id)]) for run in runs]


def _run_member(run: StudyRun, called: str) -> dict[str, Any]:
    members = run.model_dump(mode='json', exclude={'message_vi', 'message_en', 'inputs'})
    path = f'/jobs/{run.job_id}'
    return members | {
        'called': called,
        'message': run.message_vi if language() == 'vi' else run.message_en,
        'links': [link('monitor', JSON, Text(vi='Tác vụ', en='The job'), path)],
    }


def study_address(study_id: str) -> str:
    """The address of a study, which lasts for as long as the study."""
    return f'{api_url()}{PATH}/{study_id}'
