"""Running an analysis: waited for, or left to a job that the client comes back to."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request

from dothi.api.access.identity import current_editor
from dothi.api.http import parameters
from dothi.api.http.address import api_url, client_address
from dothi.api.http.language import JSON
from dothi.api.http.parameters import COMMON
from dothi.api.http.problems import NotAllowed, problem_response
from dothi.api.http.service import service
from dothi.api.processes.body import ExecuteRequest, execute_request
from dothi.api.processes.inputs import plain_inputs
from dothi.api.processes.kept_wishes import keep_wishes
from dothi.api.processes.results import results_response
from dothi.api.processes.rights import require_kind, require_process, require_results
from dothi.api.processes.status import status_info
from dothi.core.errors import Busy
from dothi.core.job_settings import InputSettings, JobSettings
from processes.base import Process
from processes.queue import manager
from processes.queue.preference import Preference, mode_of, parse_preference
from processes.queue.records import open_desk
from processes.queue.requests import watch_job
from processes.queue.uploads import most_bytes
from processes.reading.validation import validate_inputs
from processes.registry import find_process

EXECUTION = Blueprint('process_execution', __name__)
CONFORMANCE_CLASSES = tuple(
    f'http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/{name}' for name in ('core', 'json', 'callback')
)


class TooManyAtOnce(Busy):
    """As many analyses are waited for as this process has places."""


@dataclass(frozen=True)
class Waiting:
    """How long a client waits for an analysis, 0 for not at all, and how its wish is answered."""

    wait_s: float
    applied: str | None


@EXECUTION.route('/processes/<process_id>/execution', methods=['POST'])
def execute(process_id: str) -> Response:
    """The outputs; or 201 and the state of the job, if the client comes back for them."""
    parameters.refuse_unknown(COMMON)
    chosen = find_process(process_id, service().audience)
    require_kind(chosen)
    if service().audience == 'internal':
        request.max_content_length = most_bytes() if chosen.upload else InputSettings().input_max_mb * 2**20
    execute_body = execute_request(chosen)
    inputs = plain_inputs(execute_body.inputs, chosen)
    waiting = _waiting_wish(chosen, inputs)
    sender = require_process(chosen, validate_inputs(chosen.inputs, inputs))
    if not waiting.wait_s:
        return _started_response(_start_job(process_id, inputs, execute_body, sender), waiting)
    with place_to_wait():
        return _waited_for(chosen, _start_job(process_id, inputs, execute_body, sender), execute_body, waiting)


@EXECUTION.route('/processes/<process_id>/execution', methods=['GET', 'HEAD'])
def how_to_execute(process_id: str) -> Response:
    """Says that an analysis is run by POST, to whoever follows its link in a browser."""
    find_process(process_id, service().audience)
    refused = NotAllowed(
        vi=f'Chạy phân tích bằng POST, nội dung là JSON. Ví dụ: {api_url()}/processes/{process_id}?f=html.',
        en=f'An analysis is run by POST with a body in JSON. Example: {api_url()}/processes/{process_id}?f=html.',
    )
    response = problem_response(refused, 405)
    response.headers['Allow'] = 'POST, OPTIONS'
    return response


@contextmanager
def place_to_wait() -> Iterator[None]:
    """One of the threads that may wait for a worker, so that some are left for maps and items; raises TooManyAtOnce."""
    places = service().places
    if not places.acquire(blocking=False):
        raise TooManyAtOnce(
            vi='Đang có quá nhiều phân tích chạy cùng lúc. Hãy thử lại sau ít phút, hoặc gửi "Prefer: respond-async".',
            en='Too many analyses are waited for at once. Try again in a moment, or send "Prefer: respond-async".',
        )
    try:
        yield
    finally:
        places.release()


def current_asker() -> str:
    """The key by which jobs are counted: the editor, else the client address."""
    return current_editor() or client_address()


def created_response(job_id: str) -> Response:
    """201, with the state of the new job and its address."""
    with open_desk(service().audience, current_editor()) as db:
        members = status_info(watch_job(db, job_id, 0), db)
    response = Response(json.dumps(members, ensure_ascii=False), 201, mimetype=JSON)
    response.headers['Location'] = f'{api_url()}/jobs/{job_id}'
    response.headers['Cache-Control'] = 'no-store'
    return response


def _waiting_wish(chosen: Process[Any], inputs: Any) -> Waiting:
    """By what the client prefers (RFC 7240) and, if it leaves it open, by what the run costs; raises InvalidInput."""
    wish = parse_preference(', '.join(request.headers.getlist('Prefer')))
    cost_s = chosen.cost_s(validate_inputs(chosen.inputs, inputs))
    limits = JobSettings()
    wait_s = limits.sync_wait_s if wish.wait_s is None else min(wish.wait_s, limits.sync_wait_s)
    if wish.mode == 'async':
        return Waiting(0.0 if wish.wait_s is None else wait_s, _applied_preferences('respond-async', wish))
    if mode_of(None if wish.mode is None else 'wait', cost_s, limits.sync_cost_s) == 'async':
        return Waiting(0.0, None)
    return Waiting(wait_s, None if wish.mode is None else _applied_preferences(None, wish))


def _applied_preferences(first: str | None, wish: Preference) -> str:
    wait = None if wish.wait_s is None else f'wait={wish.wait_s:g}'
    return ', '.join(part for part in (first, wait) if part) or 'wait'


def _start_job(process_id: str, inputs: Any, body: ExecuteRequest, sender: str | None) -> str:
    subscriber = body.subscriber
    if isinstance(subscriber, dict):
        subscriber = {**subscriber, 'api': api_url()}
    job_id = manager.start_job(process_id, inputs, service().audience, current_asker(), sender, subscriber)
    keep_wishes(job_id, body.wishes, sender)
    return job_id


def _started_response(job_id: str, waiting: Waiting) -> Response:
    response = created_response(job_id)
    if waiting.applied:
        response.headers['Preference-Applied'] = waiting.applied
    return response


def _waited_for(chosen: Process[Any], job_id: str, body: ExecuteRequest, waiting: Waiting) -> Response:
    """The outputs if they are there in time; else the job goes on, and the client comes back for them."""
    with open_desk(service().audience, current_editor()) as db:
        ended = watch_job(db, job_id, waiting.wait_s)['finished_at'] is not None
    if not ended:
        return _started_response(job_id, waiting)
    # a study says first when it is read whether its report holds rows
    outcome = manager.outcome_of(job_id, service().audience, current_editor(), require_results)
    response = results_response(outcome, body.wishes)
    if waiting.applied:
        response.headers['Preference-Applied'] = waiting.applied
    if chosen.monitored or waiting.applied:
        response.headers.add('Link', f'<{api_url()}/jobs/{job_id}>; rel="monitor"')
    return response
