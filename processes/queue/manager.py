"""pygeoapi's process manager on our queue: no analysis runs in a web process."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg2.extensions import connection as Connection
from pygeoapi.process.base import JobNotFoundError, JobResultNotFoundError, ProcessorExecuteError
from pygeoapi.process.manager.base import BaseManager
from pygeoapi.util import DATETIME_FORMAT, JobStatus

from dothi.core.access.claims import claimed_class
from dothi.core.access.classes import locality_of, without_broken_layers
from dothi.core.access.person import Action
from dothi.core.errors import DothiError, NotSignedIn, WrongUse, describe, http_status
from dothi.core.job_settings import JobSettings
from dothi.core.layer import Audience
from dothi.core.locality import Locality
from dothi.core.settings import PathSettings
from dothi.core.text import Lang
from etl.desk.uploads import upload_delivered
from processes.base import Process
from processes.data import Data
from processes.inputs import ProcessInputs
from processes.queue import records, requests
from processes.queue.callbacks import check_subscription
from processes.queue.child import cached_locality
from processes.queue.identity import request_hash
from processes.queue.records import JobFilter, Result, list_jobs
from processes.queue.requests import JobRequest
from processes.queue.scenarios import open_scenario
from processes.queue.uploads import detach_upload
from processes.reading.request_layers import store_request_layers
from processes.reading.validation import check_layers, validate_inputs
from processes.registry import find_process
from processes.scenario.overlay import Overlay

Permit = Callable[[Process[Any], ProcessInputs], object]
# takes a job as `records.state` gives it
ResultPermit = Callable[[dict[str, Any]], object]


class EditorsOnly(NotSignedIn):
    """A process that changes data was asked for without a token."""


class NoRerun(WrongUse):
    """A job cannot be run again: it needs what is not kept."""


@dataclass(frozen=True)
class Outcome:
    """A finished execution: its outputs, the main one first, and the releases that they were computed from."""

    job_id: str
    results: dict[str, Result]
    releases: dict[str, int]

    @property
    def result(self) -> Result:
        """The main output."""
        return next(iter(self.results.values()))


def run_process(
    process_id: str,
    inputs: object,
    audience: Audience,
    editor: str | None = None,
    *,
    asker: str = '',
    subscriber: object = None,
    wait_s: float | None = None,
) -> Outcome:
    """As `execute`, with all that is known of the result.

    editor: whose token came with the request, if any did. asker: whose jobs are counted together. subscriber: whom to
    tell. wait_s: how long the client would wait, where that is less than a request may.
    """
    request = _checked_request(process_id, inputs, audience, editor, asker, subscriber)
    longest_s = min(JobSettings().sync_wait_s, wait_s or JobSettings().sync_wait_s)
    with records.open_desk(audience, editor, _reader(audience, asker)) as db:
        job_id = requests.submit_job(db, request)
        job = requests.wait_for(db, job_id, longest_s)
        outputs = records.job_results(db, job_id)
    if not outputs:
        raise JobResultNotFoundError(job_id)
    return Outcome(job_id, outputs, job['releases'])


def start_job(
    process_id: str,
    inputs: object,
    audience: Audience,
    asker: str,
    editor: str | None = None,
    subscriber: object = None,
) -> str:
    """Id of a new job for which nobody waits, its inputs found good; arguments and errors as of `run_process`.

    It may have ended already: the same request on the same releases is answered from the result that is there, and a
    file in parts is delivered once. A decision that is asked for again while it waits or runs is that one.
    """
    earlier = _earlier_delivery(process_id, inputs, audience, editor)
    if earlier is not None:
        return earlier
    request = _checked_request(process_id, inputs, audience, editor, asker, subscriber)
    with records.open_desk(audience, editor, _reader(audience, asker)) as db:
        same = _open_decision(db, request, audience)
        return same or requests.submit_job(db, request)


def _open_decision(db: Connection, request: JobRequest, audience: Audience) -> str | None:
    """Id of the job that decides just this for whoever asks; None for what decides nothing, or is new.

    A service may end before it says that a decision was taken; the same, asked for again, would fail beside it.
    """
    if find_process(request.process_id, audience).action is not Action.DECIDE or request.upload is not None:
        return None
    return records.open_run(db, request.process_id, request.inputs)


def rerun_job(
    job_id: str, audience: Audience, asker: str, editor: str | None = None, permit: Permit | None = None
) -> str:
    """Id of a new job with the inputs of an earlier one, on the data that there is now; raises UnknownJob, NoRerun.

    permit: raises where whoever asks may not run this, whatever they were allowed when the job was new.
    """
    with records.open_desk(audience, editor, _reader(audience, asker)) as db:
        job = records.state(db, job_id)
    if job['status'] == 'dismissed':
        raise NoRerun(
            vi='Tác vụ đã bị hủy, đầu vào của nó không còn. Hãy gửi yêu cầu mới.',
            en='The job was dismissed, and its inputs are gone. Send a new request.',
        )
    process = find_process(job['process_id'], audience)
    if process.upload:
        raise NoRerun(
            vi='Tệp đã gửi không còn được giữ. Hãy gửi lại tệp.',
            en='The file that was sent is not kept. Send it again.',
        )
    # as at the first run: what needs no token is everybody's, and must not be hidden from an editor's colleagues
    inputs = validate_inputs(process.inputs, job['inputs'])
    if permit is not None:
        permit(process, inputs)
    changes = process.for_editors(inputs)
    return start_job(job['process_id'], job['inputs'], audience, asker, editor if changes else None)


def _earlier_delivery(process_id: str, inputs: object, audience: Audience, editor: str | None) -> str | None:
    """Id of the job by which whoever asks has the same file in parts delivered already; None for what is new.

    Raises UploadDelivered where it was delivered otherwise.
    """
    process = find_process(process_id, audience)
    if editor is None or process.in_parts is None:
        return None
    model = validate_inputs(process.inputs, inputs)
    upload_id = getattr(model, process.in_parts)
    if upload_id is None:
        return None
    with records.open_desk(audience, editor) as db:
        run = records.run_of_upload(db, upload_id)
    rest, _ = detach_upload(process, model.model_dump(mode='json'))
    if run is not None and _without_language(run['inputs']) == _without_language(rest):
        return str(run['id'])
    if run is not None and run['status'] == 'successful':
        raise upload_delivered(upload_id, run['inputs']['layer'], run['id'])
    return None


def _without_language(inputs: dict[str, Any]) -> dict[str, Any]:
    """The inputs but for the language of the receipt: whoever reads it in another one delivers nothing else."""
    return {name: value for name, value in inputs.items() if name != 'lang'}


def _checked_request(
    process_id: str, inputs: object, audience: Audience, editor: str | None, asker: str, subscriber: object
) -> JobRequest:
    """The request, checked: whatever is wrong with it is said before there is a job."""
    process = find_process(process_id, audience)
    if process.editors_only:
        _must_be_allowed(editor)
    model = validate_inputs(process.inputs, inputs)
    if process.for_editors(model):
        _must_be_allowed(editor)
    place = cached_locality(PathSettings().locality)
    place = locality_of(place, claimed_class()) if audience == 'internal' else without_broken_layers(place)
    check_layers(model, place, audience)
    reader = _reader(audience, asker or editor)
    model, overlay = open_scenario(process, model, place, audience, reader)
    process.check(model, place, lambda: _open_data(model, place, audience, editor, reader, overlay))
    rest, upload = detach_upload(process, model.model_dump(mode='json'))
    reusable = process.reusable and upload is None and JobSettings().result_store == 'on'
    return JobRequest(
        process_id=process_id,
        inputs=rest,
        asker=asker or editor or '',
        editor=editor,
        upload=upload,
        cost_s=min(process.cost_s(model), JobSettings().job_time_limit_s),
        request=request_hash(process_id, rest, audience, editor) if reusable else None,
        norms_version=place.norms_version,
        subscriber=check_subscription(subscriber),
    )


@contextmanager
def _open_data(
    inputs: ProcessInputs,
    place: Locality,
    audience: Audience,
    editor: str | None,
    reader: str | None,
    overlay: Overlay | None,
) -> Iterator[Data]:
    """What a run with these inputs would read, on a session of its own, as what is sent along lies in its tables."""
    with records.open_desk(audience, editor, reader) as db:
        request_layers = store_request_layers(db, inputs, place)
        if overlay is not None:
            overlay.stage(db)
        yield Data(db, place, audience, editor=editor, request_layers=request_layers).through(overlay)


def _reader(audience: Audience, asker: str | None) -> str | None:
    """Who has signed in, by whom jobs are counted then; strangers have shown nobody's name."""
    return asker or None if audience == 'internal' else None


def _must_be_allowed(editor: str | None) -> None:
    if editor is None:
        raise EditorsOnly(
            vi='Yêu cầu này thay đổi dữ liệu nên cần đăng nhập hoặc khóa: gửi "Authorization: Bearer KHÓA".',
            en='This request changes data and wants a sign-in or a key: send "Authorization: Bearer KEY".',
        )


def outcome_of(
    job_id: str, audience: Audience, editor: str | None = None, permit: ResultPermit | None = None
) -> Outcome:
    """What a job of `audience`, or of `editor`, came to; raises UnknownJob, NoResult, and what made the job fail.

    permit: raises where whoever asks may not have what the job gave, or why it gave nothing.
    """
    with records.open_desk(audience, editor) as db:
        job = records.state(db, job_id)
        # what made a run fail tells of the data, too
        if permit is not None and job['status'] in ('successful', 'failed') and not job['gone']:
            permit(job)
        outputs = records.job_results(db, job_id)
    if job['status'] == 'failed':
        raise records.error_of(job)
    if job['status'] == 'successful' and job['gone']:
        raise records.result_gone()
    if not outputs:
        raise records.no_result(job)
    return Outcome(job_id, outputs, job['releases'])


class ExecutionError(ProcessorExecuteError):  # type: ignore[misc]  # pygeoapi has no types
    """An error of ours in the shape that pygeoapi answers with."""

    def __init__(self, error: DothiError) -> None:
        super().__init__(str(error), user_msg=str(error))
        self.http_status_code = http_status(error)
        self.ogc_exception_code = describe(error)['code']


class QueueManager(BaseManager):  # type: ignore[misc]  # pygeoapi has no types
    """Configured as `server.manager: {name: processes.queue.manager.QueueManager, audience: public | internal}`.

    Only what is offered to the audience is listed. asking: the editor whose token came with the request; pygeoapi does
    not hand it on. Its own execution waits for the result; `start` is there for who comes back for it.
    """

    def __init__(self, definition: dict[str, Any]) -> None:
        super().__init__(definition)
        self.audience: Audience = definition.get('audience', 'public')
        self.asking: Callable[[], str | None] = lambda: None
        for name in [*self.processes]:
            if not self.get_processor(name).offered_to(self.audience):
                del self.processes[name]

    def execute_process(
        self, process_id: str, data_dict: dict[str, Any], *_options: Any, **_more: Any
    ) -> tuple[str, str, Any, JobStatus, dict[str, str]]:
        """Job id, media type, result, status and headers."""
        try:
            outcome = run_process(process_id, data_dict, self.audience)
        except DothiError as error:
            raise ExecutionError(error) from error
        applied = {'Preference-Applied': 'wait'}
        return outcome.job_id, outcome.result.media_type, outcome.result.content(), JobStatus.successful, applied

    def get_jobs(
        self, status: JobStatus | None = None, limit: int | None = 10, offset: int | None = 0
    ) -> dict[str, Any]:
        """Jobs of the internal service, newest first; none for the public one."""
        job_filter = JobFilter(statuses=(status.value,) if status else None)
        with self._open_desk() as db:
            job_rows = list_jobs(db, job_filter, limit, offset or 0)
        return {'jobs': [_for_pygeoapi(job) for job in job_rows.jobs], 'numberMatched': job_rows.matched}

    def get_job(self, job_id: str) -> dict[str, Any]:
        """One job of this audience, and of this editor if it is an editor's; raises JobNotFoundError."""
        try:
            with self._open_desk() as db:
                job = records.state(db, job_id)
        except records.UnknownJob:
            raise JobNotFoundError from None
        return _for_pygeoapi(job)

    def get_job_result(self, job_id: str) -> tuple[str, bytes]:
        """Media type and content; raises JobResultNotFoundError."""
        self.get_job(job_id)
        with self._open_desk() as db:
            outputs = records.job_results(db, job_id)
        if not outputs:
            raise JobResultNotFoundError
        main = next(iter(outputs.values()))
        return main.media_type, main.content()

    def delete_job(self, job_id: str) -> bool:
        """Whether there was something to dismiss; the job stays known as dismissed."""
        self.get_job(job_id)
        with self._open_desk() as db:
            return requests.dismiss_job(db, job_id)

    def _open_desk(self) -> AbstractContextManager[Connection]:
        return records.open_desk(self.audience, self.asking())


def _for_pygeoapi(job: dict[str, Any]) -> dict[str, Any]:
    """The job with the names of members that pygeoapi expects."""
    times = {name: _iso_moment(job[f'{name}_at']) for name in ('created', 'started', 'finished', 'updated')}
    # pygeoapi sorts by it, and None does not compare
    times['started'] = times['started'] or times['created']
    return {
        'identifier': str(job['id']),
        'process_id': job['process_id'],
        'status': job['status'],
        'progress': job['progress'],
        # in both languages: dothi.api.http.links and the page choose
        'message': {'vi': job['message_vi'], 'en': job['message_en']},
        'parameters': job.get('inputs'),
        'mimetype': job['media_type'] or 'application/json',
        **times,
    }


def _iso_moment(at: datetime | None) -> str | None:
    return at.strftime(DATETIME_FORMAT) if at else None


def present_result(
    job_id: str,
    output: str | None,
    form: str,
    lang: Lang,
    audience: Audience,
    editor: str | None = None,
    asker: str = '',
) -> Outcome:
    """The file that an output of a job is in this form; `output` None is the main one.

    form: a name of `processes.forms.form.FORMS`. editor: whose token came with the request, if any did.
    asker: whose jobs are counted together.
    Raises UnknownJob, NoResult, ResultGone, NoSuchOutput (404), NotInThisForm (400).
    """
    inputs = {'job': job_id, 'output': output, 'format': form, 'lang': lang}
    return run_process('present-result', inputs, audience, editor, asker=asker)
