"""Jobs: their list, the state of one, its end before its time, its results, and the same once more."""

from contextlib import nullcontext
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response
from psycopg2.extensions import connection as Connection

from dothi.api.access.identity import NotAllowedTo, current_editor, current_identity, may, require_where_signed_in
from dothi.api.http import parameters
from dothi.api.http.documents import as_json, as_page
from dothi.api.http.language import say, wanted_format
from dothi.api.http.page_links import page_links
from dothi.api.http.parameters import COMMON, Parameter
from dothi.api.http.parsers import one_of
from dothi.api.http.service import service
from dothi.api.processes.body import ResultWishes
from dothi.api.processes.descriptions import offered_processes
from dothi.api.processes.execution import created_response, current_asker, place_to_wait
from dothi.api.processes.job_list import FILTERS, PARAMETERS, STATUSES, job_filter, page_of_jobs
from dothi.api.processes.kept_wishes import keep_wishes, kept_wishes
from dothi.api.processes.results import find_output, in_form, results_response, value_response, with_releases
from dothi.api.processes.rights import require_process, require_results
from dothi.api.processes.status import has_result, is_rerunnable, note_on_changes, status_info
from dothi.core.access.person import Action
from dothi.core.errors import HeldForDecision
from dothi.core.text import Text
from processes.forms.form import FORMS, forms_for
from processes.queue import manager
from processes.queue.records import list_jobs, media_types, open_desk, state, unknown_job
from processes.queue.requests import dismiss_job
from processes.registry import all_processes

JOBS = Blueprint('process_jobs', __name__)
CONFORMANCE_CLASSES = tuple(
    f'http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/{name}' for name in ('dismiss', 'job-list')
)


# Of the result of a job.
OUTPUT_FORM = Parameter(
    'f',
    one_of('json', *FORMS),
    {'type': 'string', 'pattern': f'^({"|".join(FORMS)}|json)$'},
    Text(
        vi=f'Dạng khác của kết quả: {", ".join(FORMS)}; không có thì như phân tích đã viết.',
        en=f'Another form of the output: {", ".join(FORMS)}; left out, as the analysis has written it.',
    ),
    example='csv',
)


class JobEnded(HeldForDecision):
    """A job that was dismissed already."""


@JOBS.route('/jobs')
def jobs() -> Response:
    """A page of the jobs that the asker may list, newest first."""
    parameters.refuse_unknown(PARAMETERS)
    form, conditions = wanted_format(), job_filter()
    if not _sees_runs_of_others():
        conditions = replace(conditions, started_by='me')
    limit, offset = page_of_jobs()
    with open_desk(service().audience, current_editor()) as db:
        job_rows = list_jobs(db, conditions, limit, offset)
        listed = [status_info(job, db, listed=True) for job in job_rows.jobs]
    document = {
        'jobs': listed,
        'links': page_links('/jobs', FILTERS, job_rows.matched, limit, offset),
        'numberMatched': job_rows.matched,
        'numberReturned': len(job_rows.jobs),
    }
    if form == 'html':
        titles = {name: process.title for name, process in offered_processes(service().audience).items()}
        return _never_cached(as_page('jobs/index.html', document | {'statuses': STATUSES, 'titles': titles}))
    return _never_cached(as_json(document))


@JOBS.route('/jobs/<job_id>')
def job(job_id: str) -> Response:
    """The state of one job; raises UnknownJob."""
    parameters.refuse_unknown(COMMON)
    form = wanted_format()
    with open_desk(service().audience, current_editor()) as db:
        job_state = _seen_state(db, job_id)
        members = status_info(job_state, db)
    if form == 'html':
        return _never_cached(as_page('jobs/job.html', members | _page_members(job_state)))
    outputs = [each | {'title': say(each['title'])} for each in outputs_of(job_state)]
    return _never_cached(as_json(members | ({'dothi:outputs': outputs} if outputs else {})))


def _seen_state(db: Connection, job_id: str) -> dict[str, Any]:
    """The state of a job that whoever asks may know of; raises UnknownJob."""
    job_state = state(db, job_id)
    if job_state['asker'] != current_asker() and not _sees_runs_of_others():
        raise unknown_job(job_id)
    return job_state


def _sees_runs_of_others() -> bool:
    """Whether inputs and messages of others' runs are for whoever asks: a key that shows no layer follows its own."""
    return current_identity() is None or may(Action.SEE)


@JOBS.route('/jobs/<job_id>', methods=['DELETE'])
def end(job_id: str) -> Response:
    """Ends a job, or removes the result of one that has ended.

    Raises JobEnded for one that was dismissed before, NotAllowedTo for somebody else's.
    """
    parameters.refuse_unknown(COMMON)
    require_where_signed_in(Action.RUN)
    with open_desk(service().audience, current_editor()) as db:
        _seen_state(db, job_id)
        ended, job_state = dismiss_job(db, job_id), state(db, job_id)
        members = status_info(job_state, db)
    if not ended and job_state['status'] != 'dismissed':
        raise NotAllowedTo(
            vi='Tác vụ này của người khác. Chỉ người đã chạy hoặc quản trị viên được hủy.',
            en="This job is somebody else's. Only who ran it, or an administrator, may end it.",
        )
    if not ended:
        raise JobEnded(vi='Tác vụ đã bị hủy trước đó.', en='The job was dismissed before.')
    return _never_cached(as_json(members))


@JOBS.route('/jobs/<job_id>/rerun', methods=['POST'])
def rerun(job_id: str) -> Response:
    """A new job with the inputs of this one, on the data that there is now."""
    parameters.refuse_unknown(COMMON)
    require_where_signed_in(Action.RUN)
    again = manager.rerun_job(job_id, service().audience, current_asker(), current_editor(), require_process)
    if wanted := kept_wishes(job_id):
        keep_wishes(again, wanted, current_editor())
    return created_response(again)


@JOBS.route('/jobs/<job_id>/results')
def results(job_id: str) -> Response:
    """The results of a job as its execute request wanted them, in a document where it did not say.

    Raises what made the job fail, and NoResult while it has none.
    """
    parameters.refuse_unknown(COMMON)
    outcome = manager.outcome_of(job_id, service().audience, current_editor(), require_results)
    wishes = kept_wishes(job_id) or ResultWishes(dict.fromkeys(outcome.results))
    # a form is made by a worker, which is waited for
    with place_to_wait() if wishes.forms else nullcontext():
        return results_response(outcome, replace(wishes, form=wishes.form or 'document'))


@JOBS.route('/jobs/<job_id>/results/<name>')
def result(job_id: str, name: str) -> Response:
    """One output of a job by itself, in its own form, or in the one that `f` names."""
    parameters.refuse_unknown(COMMON)
    form = OUTPUT_FORM.read() or 'json'
    outcome = manager.outcome_of(job_id, service().audience, current_editor(), require_results)
    if form != 'json':
        with place_to_wait():
            outcome = in_form(outcome, name, form)
    return with_releases(value_response(find_output(outcome, name)), outcome)


def _page_members(job_state: dict[str, Any]) -> dict[str, Any]:
    """What the page of a job shows beside its state."""
    chosen = all_processes().get(job_state['process_id'])
    return {
        'process': chosen.title if chosen else None,
        'outputs': outputs_of(job_state),
        'changed': note_on_changes(job_state['inputs_changed']),
        'rerunnable': is_rerunnable(job_state),
        'gone': job_state['status'] == 'successful' and job_state['gone'],
    }


def outputs_of(job_state: dict[str, Any]) -> list[dict[str, Any]]:
    """Name, title and forms of each output that there is, none of which is fetched for it."""
    chosen = all_processes().get(job_state['process_id'])
    if chosen is None or not has_result(job_state):
        return []
    with open_desk(service().audience, current_editor()) as db:
        kinds = media_types(db, str(job_state['id']))
    return [
        {'name': name, 'title': chosen.outputs[name].title, 'forms': forms_for(kind)}
        for name, kind in kinds.items()
        if name in chosen.outputs
    ]


def _never_cached(response: Response) -> Response:
    """Forbid caching, because the state of a job changes at any time."""
    response.headers['Cache-Control'] = 'no-store'
    return response
