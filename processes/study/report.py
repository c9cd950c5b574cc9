"""One report over all runs of a study: question, conclusion, the runs in one table, then each result in full."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from markupsafe import Markup

from dothi.core.errors import NotFound
from dothi.core.text import Lang, Text
from etl.pages import template
from processes.base import ProgressCallback
from processes.data import Data
from processes.forms.numbers import format_moment
from processes.forms.report import PAGES, page_members, page_to_pdf, result_members
from processes.forms.stored import StoredResult, read_stored
from processes.forms.unit_words import units_of
from processes.queue.rights import may_download
from processes.study.store import Study, StudyRun, list_runs, read_study
from processes.study.titles import titles_of_runs

# Of each result: those that a planner looks for first; its files have all.
MOST_ROWS = 20
WRITING = Text(vi='Viết phần {number}/{count}', en='Writing part {number} of {count}')
NO_RESULT = {
    'gone': Text(vi='kết quả không còn được giữ', en='the result is not kept any more'),
    'failed': Text(vi='chạy không thành công', en='the run failed'),
    'open': Text(vi='chưa chạy xong', en='the run has not ended'),
}


class NothingToReport(NotFound):
    """A study without a run that has a result."""


@dataclass(frozen=True)
class ReportedRun:
    """A run with its part of the page. headline: what it says in one line."""

    called: str
    note: str
    headline: str
    computed: str
    body: Markup


def study_page(study_id: str, data: Data, lang: Lang, progress: ProgressCallback) -> str:
    """The report as HTML, as whoever asks may read it. Raises UnknownStudy, NothingToReport."""
    study = read_study(data.db, study_id)
    runs, hidden = list_runs(data.db, study_id)
    finished = [run for run in runs if run.status == 'successful' and not run.gone]
    if not finished:
        raise NothingToReport(
            vi=f'Nghiên cứu "{study.name}" chưa có lần chạy nào có kết quả. Thêm lần chạy trước.',
            en=f'The study "{study.name}" has no run with a result yet. Add one first.',
        )
    titles = titles_of_runs(runs, data.locality, lang, units_of(data))
    parts = _reported(finished, titles, data, lang, progress)
    return _page(study, parts, _left_out(runs, titles, lang), hidden, data, lang)


def write_report(page: str, form: str, target: Path) -> None:
    """Writes the page as `html` or `pdf`."""
    if form == 'pdf':
        page_to_pdf(page, target)
    else:
        target.write_text(page, encoding='utf-8')


def _page(
    study: Study, runs: list[ReportedRun], left_out: list[tuple[str, str]], hidden: int, data: Data, lang: Lang
) -> str:
    return template('study.html', PAGES).render(
        **page_members(data, lang),
        study=study,
        runs=runs,
        left_out=left_out,
        hidden=hidden,
        written_on=format_moment(datetime.now(UTC), lang),
    )


def _reported(
    runs: list[StudyRun], titles: dict[str, str], data: Data, lang: Lang, progress: ProgressCallback
) -> list[ReportedRun]:
    parts = []
    for number, run in enumerate(runs, 1):
        progress(number / (len(runs) + 1), WRITING.format(number=str(number), count=str(len(runs))))
        members = result_members(_readable(run, data), data, lang, MOST_ROWS)
        body = template('result_body.html', PAGES).render(level=2, **page_members(data, lang), **members)
        parts.append(
            # the page escapes what it is given
            ReportedRun(titles[str(run.job_id)], run.note, members['headline'], members['computed'], Markup(body))  # noqa: S704
        )
    return parts


def _readable(run: StudyRun, data: Data) -> StoredResult:
    """The result of a run; of one that holds rows of layers, without them for who may not download these."""
    stored = read_stored(str(run.job_id), None, data, for_copy=False)
    if not may_download(data.editor, stored.copies, data.locality):
        return replace(stored, rows_withheld=True)
    data.copy_earlier(stored.copies)
    return stored


def _left_out(runs: list[StudyRun], titles: dict[str, str], lang: Lang) -> list[tuple[str, str]]:
    """Runs without a result, and why."""
    reasons = [(run, _reason(run)) for run in runs]
    return [(titles[str(run.job_id)], NO_RESULT[reason].pick(lang)) for run, reason in reasons if reason]


def _reason(run: StudyRun) -> str | None:
    if run.status == 'successful':
        return 'gone' if run.gone else None
    return 'failed' if run.status in ('failed', 'dismissed') else 'open'
