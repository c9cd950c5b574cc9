"""`/studies`: questions with the runs that answer them, private until they are shared."""

from typing import Any, get_args

from flask import Blueprint, Response

from dothi.api.access.forms import private_json
from dothi.api.access.identity import current_editor
from dothi.api.http import parameters
from dothi.api.http.caching import tagged
from dothi.api.http.documents import link
from dothi.api.http.json_body import NoSuchBody, choice_member, name_member, read_body, text_member
from dothi.api.http.language import JSON, language, wanted_format
from dothi.api.http.parameters import COMMON, Parameter
from dothi.api.http.parsers import one_of
from dothi.api.http.service import service
from dothi.api.processes.execution import current_asker, place_to_wait
from dothi.api.processes.results import value_response, with_releases
from dothi.api.processes.rights import require_results
from dothi.api.studies.documents import (
    PATH,
    must_match,
    run_members,
    study_address,
    study_desk,
    study_member,
    version_tag,
)
from dothi.core.text import Text
from processes.queue.manager import outcome_of, run_process
from processes.scenario.store import Sharing
from processes.study.store import (
    LONGEST_CONCLUSION,
    LONGEST_NAME,
    LONGEST_NOTE,
    LONGEST_QUESTION,
    MOST_MEMBERS,
    describe_study,
    list_runs,
    list_studies,
    make_study,
    put_run,
    read_study,
    remove_study,
    set_members,
    take_run,
)

STUDIES = Blueprint('studies', __name__, url_prefix='/api')
SHARING: tuple[Sharing, ...] = get_args(Sharing.__value__)
REPORT_FORMS = ('pdf', 'html')
REPORT_FORM = Parameter(
    'f',
    one_of(*REPORT_FORMS),
    {'type': 'string', 'enum': [*REPORT_FORMS]},
    Text(vi='PDF, hoặc một trang HTML.', en='PDF, or an HTML page.'),
    example='html',
)


@STUDIES.route(PATH)
def studies() -> Response:
    """The studies of whoever asks, and those on which they work or that are shared, those changed last first."""
    parameters.refuse_unknown(COMMON)
    wanted_format(('json',))
    with study_desk() as db:
        members = [study_member(study) for study in list_studies(db)]
    links = [link('self', JSON, Text(vi='Các nghiên cứu', en='Studies'), PATH)]
    return tagged(private_json({'studies': members, 'links': links}))


@STUDIES.route(PATH, methods=['POST'])
def make() -> Response:
    """201 with a new study, which has no runs yet. Raises NoSuchBody, TooManyInStudy."""
    parameters.refuse_unknown(COMMON)
    with study_desk() as db:
        body = read_body('name', 'question', 'sharing')
        name = name_member(body, LONGEST_NAME)
        if name is None:
            raise NoSuchBody(vi='Thiếu "name": tên của nghiên cứu.', en='"name" is missing: what the study is called.')
        question = text_member(body, 'question', LONGEST_QUESTION) or ''
        study_id = make_study(db, name, question, choice_member(body, 'sharing', SHARING) or 'private')
        response = _study_response(db, study_id, 201)
    response.headers['Location'] = study_address(study_id)
    return response


@STUDIES.route(f'{PATH}/<study_id>')
def study(study_id: str) -> Response:
    """One study with its runs. Raises UnknownStudy."""
    parameters.refuse_unknown(COMMON)
    wanted_format(('json',))
    with study_desk() as db:
        return _study_response(db, study_id)


@STUDIES.route(f'{PATH}/<study_id>', methods=['PATCH'])
def describe(study_id: str) -> Response:
    """The study with other words, members or sharing. Raises NotItsMember, UnknownMembers, StaleStudy."""
    parameters.refuse_unknown(COMMON)
    with study_desk() as db:
        must_match(read_study(db, study_id))
        body = read_body('name', 'question', 'conclusion', 'sharing', 'members')
        words = {
            'name': name_member(body, LONGEST_NAME),
            'question': text_member(body, 'question', LONGEST_QUESTION),
            'conclusion': text_member(body, 'conclusion', LONGEST_CONCLUSION),
        }
        names = _member_names(body)
        sharing = choice_member(body, 'sharing', SHARING)
        if names is not None:
            set_members(db, study_id, names)
        if sharing is not None or any(value is not None for value in words.values()):
            describe_study(db, study_id, **words, sharing=sharing)
        return _study_response(db, study_id)


@STUDIES.route(f'{PATH}/<study_id>', methods=['DELETE'])
def remove(study_id: str) -> Response:
    """204; its runs stay for as long as others do. Raises NotItsMember, StaleStudy."""
    parameters.refuse_unknown(COMMON)
    with study_desk() as db:
        must_match(read_study(db, study_id))
        remove_study(db, study_id)
    return Response(status=204)


@STUDIES.route(f'{PATH}/<study_id>/runs', methods=['POST'])
def add_run(study_id: str) -> Response:
    """201 with the study, which has this run now. Raises NotItsMember, UnknownJob, TooManyInStudy."""
    parameters.refuse_unknown(COMMON)
    with study_desk() as db:
        read_study(db, study_id)
        body = read_body('job', 'title', 'note', 'replaces')
        job_id = text_member(body, 'job', LONGEST_NAME)
        if not job_id:
            raise NoSuchBody(vi='Thiếu "job": mã của tác vụ.', en='"job" is missing: the id of the job.')
        _put(study_id, job_id, body, db)
        return _study_response(db, study_id, 201)


@STUDIES.route(f'{PATH}/<study_id>/runs/<job_id>', methods=['PATCH'])
def change_run(study_id: str, job_id: str) -> Response:
    """The study with another title or note of a run. Raises NotItsMember, UnknownJob."""
    parameters.refuse_unknown(COMMON)
    with study_desk() as db:
        read_study(db, study_id)
        _put(study_id, job_id, read_body('title', 'note', 'replaces'), db)
        return _study_response(db, study_id)


@STUDIES.route(f'{PATH}/<study_id>/runs/<job_id>', methods=['DELETE'])
def remove_run(study_id: str, job_id: str) -> Response:
    """The study without this run. Raises NotItsMember, UnknownRun."""
    parameters.refuse_unknown(COMMON)
    with study_desk() as db:
        read_study(db, study_id)
        take_run(db, study_id, job_id)
        return _study_response(db, study_id)


@STUDIES.route(f'{PATH}/<study_id>/report')
def report(study_id: str) -> Response:
    """One report over all runs of the study that whoever asks may see. Raises UnknownStudy, NothingToReport."""
    parameters.refuse_unknown((*COMMON, REPORT_FORM))
    form = REPORT_FORM.read() or 'pdf'
    with study_desk() as db:
        read_study(db, study_id)
    inputs = {'study': study_id, 'format': form, 'lang': language()}
    with place_to_wait():
        run = run_process('report-study', inputs, service().audience, current_editor(), asker=current_asker())
        # the run says whether rows are in it that a key may not download
        outcome = outcome_of(run.job_id, service().audience, current_editor(), require_results)
    return with_releases(value_response(outcome.result), outcome)


def _study_response(db: Any, study_id: str, status: int = 200) -> Response:
    current = read_study(db, study_id)
    runs, hidden = list_runs(db, study_id)
    members = study_member(current) | {'study_runs': run_members(runs), 'hidden': hidden}
    response = private_json(members, status)
    # not for asking again: its runs go on, and their state is no part of it
    response.set_etag(version_tag(current))
    return response


def _put(study_id: str, job_id: str, body: dict[str, Any], db: Any) -> None:
    put_run(
        db, study_id, job_id,
        title=text_member(body, 'title', LONGEST_NAME),
        note=text_member(body, 'note', LONGEST_NOTE),
        replaces=text_member(body, 'replaces', LONGEST_NAME),
    )  # fmt: skip


def _member_names(body: dict[str, Any]) -> list[str] | None:
    """The names of accounts; None where they are not there. Raises NoSuchBody."""
    names = body.get('members')
    if names is None:
        return None
    if not isinstance(names, list) or len(names) > MOST_MEMBERS or not all(isinstance(name, str) for name in names):
        raise NoSuchBody(
            vi=f'"members" phải là danh sách tên đăng nhập, nhiều nhất {MOST_MEMBERS}.',
            en=f'"members" must be a list of {MOST_MEMBERS} names for signing in, or fewer.',
        )
    return [name.strip() for name in names if name.strip()]
