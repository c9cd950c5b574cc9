"""Outputs as answers: one by itself, several in one answer of many parts, or all in a document."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from flask import Response

from dothi.api.access.identity import current_editor
from dothi.api.http.address import api_url, client_address
from dothi.api.http.language import JSON, language
from dothi.api.http.service import service
from dothi.api.http.stored_file import stored_file
from dothi.api.processes.body import ResultWishes
from dothi.api.processes.multipart import MessagePart, multipart_response
from dothi.core.errors import NotFound, WrongUse
from processes.forms.form import form_of
from processes.queue.callbacks import in_document
from processes.queue.manager import Outcome, present_result
from processes.queue.records import Result

# A file within a JSON document is a third larger, and whoever reads it holds all of it.
MOST_INLINE_BYTES = 10 * 2**20


class TooLargeInline(WrongUse):
    """A file that is too large to be a value within a document."""


class UnknownOutput(NotFound):
    """The job has no output of this name."""


def results_response(outcome: Outcome, wishes: ResultWishes) -> Response:
    """The outputs that are wanted, in the form that is wanted.

    Who names neither outputs nor a form gets the only one that there is by itself, and several in a document. One that
    the run left out, as an echo of nothing, is left out.
    """
    if not wishes.named:
        available = {name: mode for name, mode in wishes.outputs.items() if name in outcome.results}
        wishes = replace(wishes, outputs=available, form=wishes.form or ('document' if len(available) > 1 else None))
    for name, form in wishes.forms.items():
        outcome = in_form(outcome, name, form)
    response = results_document(outcome, wishes) if wishes.form == 'document' else _raw_response(outcome, wishes)
    return with_releases(response, outcome)


def find_output(outcome: Outcome, name: str) -> Result:
    """One output of a job; raises UnknownOutput."""
    if name not in outcome.results:
        raise UnknownOutput.with_suggestion(
            name,
            outcome.results,
            vi=f'Tác vụ không có kết quả "{name[:60]}".',
            en=f'The job has no output "{name[:60]}".',
        )
    return outcome.results[name]


def in_form(outcome: Outcome, name: str, form: str) -> Outcome:
    """The job's outputs, this one in another form; raises UnknownOutput, NotInThisForm."""
    own = form_of(find_output(outcome, name).media_type)
    if own is not None and own.name == form:
        return outcome
    asker = current_editor() or client_address()
    made = present_result(outcome.job_id, name, form, language(), service().audience, current_editor(), asker)
    return replace(outcome, results={**outcome.results, name: made.result})


def value_response(result: Result) -> Response:
    """The output itself, as of its own media type."""
    if result.file is None:
        return Response(result.body, mimetype=result.media_type)
    return stored_file(result.file, result.media_type, result.name or result.file.name)


def results_document(outcome: Outcome, wishes: ResultWishes) -> Response:
    """`{"<output>": ...}` (results.yaml): plain values, qualified values, and links."""
    members = {
        name: _result_reference(outcome, name)
        if _by_reference(outcome.results[name], mode)
        else _in_document(name, outcome)
        for name, mode in wishes.outputs.items()
        if name in outcome.results
    }
    return Response(json.dumps(members, ensure_ascii=False), mimetype=JSON)


def with_releases(response: Response, outcome: Outcome) -> Response:
    """Names the releases that the outputs were computed from. They are kept here, so clients need not keep them."""
    if outcome.releases:
        response.headers['Dothi-Release'] = ', '.join(str(number) for number in outcome.releases.values())
    response.headers['Cache-Control'] = 'no-store'
    return response


def result_address(job_id: str, name: str) -> str:
    """The address of one output of a job."""
    return f'{api_url()}/jobs/{job_id}/results/{name}'


def _raw_response(outcome: Outcome, wishes: ResultWishes) -> Response:
    """One output by itself, or a link to it; several as parts of one answer, whatever else the client accepts."""
    if len(wishes.outputs) > 1:
        return multipart_response(
            [_result_part(outcome, name, mode) for name, mode in wishes.outputs.items() if name in outcome.results]
        )
    name, mode = next(iter(wishes.outputs.items()), ('', None))
    if name not in outcome.results:
        return Response(status=204)
    if mode != 'reference':
        return value_response(outcome.results[name])
    kind = outcome.results[name].media_type.replace('"', '')
    return Response(
        status=204, headers={'Link': f'<{result_address(outcome.job_id, name)}>; rel="result"; type="{kind}"'}
    )


def _result_part(outcome: Outcome, name: str, mode: str | None) -> MessagePart:
    result = outcome.results[name]
    if mode == 'reference':
        return MessagePart(name, result.media_type, b'', result_address(outcome.job_id, name))
    if result.file:
        _small_enough(name, result.file)
    return MessagePart(name, result.media_type, result.content())


def _by_reference(result: Result, mode: str | None) -> bool:
    """Whether a document has a link to the output: as the client wants it; where it leaves that open, to a file."""
    return mode == 'reference' or (mode is None and result.file is not None)


def _result_reference(outcome: Outcome, name: str) -> dict[str, Any]:
    result = outcome.results[name]
    return {
        'href': result_address(outcome.job_id, name),
        'rel': 'result',
        'type': result.media_type,
        'title': result.name or name,
    }


def _in_document(name: str, outcome: Outcome) -> Any:
    result = outcome.results[name]
    if result.file:
        _small_enough(name, result.file)
    return in_document(result.media_type, result.content())


def _small_enough(name: str, file: Path) -> None:
    if file.stat().st_size > MOST_INLINE_BYTES:
        most = MOST_INLINE_BYTES // 2**20
        raise TooLargeInline(
            vi=f'"{name}" lớn hơn {most} MB. Dùng "transmissionMode": "reference", hoặc lấy riêng kết quả này.',
            en=f'"{name}" exceeds {most} MB. Use "transmissionMode": "reference", or ask for this output alone.',
        )
