"""The body of an execute request, read and checked: what is not offered is refused rather than left out in silence."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from flask import request

from dothi.api.http.sound_json import sound_json
from dothi.core.errors import WrongUse
from processes.base import Process
from processes.forms.form import FORMS, form_of

type Transmission = Literal['value', 'reference'] | None
type Form = Literal['raw', 'document']

FIELDS = ('inputs', 'outputs', 'response', 'subscriber')
OF_AN_OUTPUT = ('format', 'transmissionMode')


class BadRequest(WrongUse):
    """The body of the request is no execute request."""


@dataclass(frozen=True)
class ResultWishes:
    """Which outputs, each as a value or by reference, alone or in a document; None leaves it to us.

    named: whether the client named the outputs; else it gets those that there are.
    forms: of outputs that are wanted in another form than their own (`processes.forms.form.FORMS`).
    """

    outputs: dict[str, Transmission]
    form: Form | None = None
    named: bool = False
    forms: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ExecuteRequest:
    """What a client asks for. inputs: as they came, with what may stand around a value."""

    inputs: Any
    wishes: ResultWishes
    subscriber: Any = None


def execute_request(chosen: Process[Any]) -> ExecuteRequest:
    """The body of the current request; raises BadRequest."""
    body = _read_body()
    members = ', '.join(FIELDS)
    for name in body.keys() - set(FIELDS):
        raise BadRequest(
            vi=f'Không hiểu "{name}". Yêu cầu gồm {members}; đầu vào của phân tích nằm trong "inputs".',
            en=f'"{name}" is not understood. A request has {members}; inputs of the analysis go into "inputs".',
        )
    if body.get('response', 'raw') not in ('raw', 'document'):
        raise BadRequest(vi='"response" phải là raw hoặc document.', en='"response" must be raw or document.')
    outputs = body.get('outputs')
    modes, forms = _requested_outputs(outputs, chosen), _requested_forms(outputs or {}, chosen)
    wishes = ResultWishes(modes, body.get('response'), bool(outputs), forms)
    return ExecuteRequest(body.get('inputs', {}), wishes, body.get('subscriber'))


def _read_body() -> dict[str, Any]:
    try:
        body = sound_json(request.get_data() or b'null')
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise BadRequest(
            vi='Nội dung yêu cầu phải là JSON dạng {"inputs": {...}}.',
            en='The body of the request must be JSON like {"inputs": {...}}.',
        )
    return body


def _requested_outputs(outputs: Any, chosen: Process[Any]) -> dict[str, Transmission]:
    """The outputs by name; all of them where none is named."""
    if outputs is None or outputs == {}:
        return {name: _usual_transmission(name, chosen) for name in chosen.outputs}
    if not isinstance(outputs, dict):
        raise BadRequest(
            vi='"outputs" phải là đối tượng JSON dạng {"result": {"transmissionMode": "value"}}.',
            en='"outputs" must be a JSON object like {"result": {"transmissionMode": "value"}}.',
        )
    _refuse_unknown_members('outputs', outputs, chosen.outputs)
    return {name: _transmission_of(name, output, chosen) for name, output in outputs.items()}


def _transmission_of(name: str, output: Any, chosen: Process[Any]) -> Transmission:
    where = f'outputs.{name}'
    if not isinstance(output, dict):
        raise BadRequest(vi=f'"{where}" phải là đối tượng JSON.', en=f'"{where}" must be a JSON object.')
    _refuse_unknown_members(where, output, OF_AN_OUTPUT)
    mode: Transmission = output.get('transmissionMode', _usual_transmission(name, chosen))
    if mode not in ('value', 'reference', None):
        raise BadRequest(
            vi=f'"{where}.transmissionMode" phải là value hoặc reference.',
            en=f'"{where}.transmissionMode" must be value or reference.',
        )
    return mode


def _usual_transmission(name: str, chosen: Process[Any]) -> Transmission:
    """A value, where the process says what it looks like; else it is left to us, and a file is linked to."""
    return 'value' if chosen.outputs[name].schema else None


def _requested_forms(outputs: dict[str, Any], chosen: Process[Any]) -> dict[str, str]:
    """The other form of each output that is wanted in one; raises BadRequest for a format that there is not."""
    media_types = {}
    for name, output in outputs.items():
        format_member = output.get('format', {})
        media_type = format_member.get('mediaType') if isinstance(format_member, dict) else format_member
        if media_type is None or media_type in chosen.outputs[name].media_types:
            continue
        form = form_of(media_type) if isinstance(media_type, str) else None
        if form is None:
            offered = ', '.join([*chosen.outputs[name].media_types, *(other.media_type for other in FORMS.values())])
            raise BadRequest(
                vi=f'"outputs.{name}.format": không có định dạng này. Có: {offered}.',
                en=f'"outputs.{name}.format": there is no such format. There are: {offered}.',
            )
        media_types[name] = form.name
    return media_types


def _refuse_unknown_members(where: str, members: dict[str, Any], offered: Iterable[str]) -> None:
    for name in members.keys() - set(offered):
        raise BadRequest.with_suggestion(
            name, offered, vi=f'"{where}" không có "{name[:60]}".', en=f'"{where}" has no "{name[:60]}".'
        )
