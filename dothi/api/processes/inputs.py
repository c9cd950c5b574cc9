"""Inputs as an analysis wants them: without what the standard lets a client put around a value, references resolved."""

from typing import Any

from dothi.api.http.language import language
from dothi.api.processes.references import resolve_reference
from processes.base import Process
from processes.inputs import field_metadata

QUALIFIED = frozenset(('value', 'mediaType', 'encoding', 'schema', 'format'))


def plain_inputs(inputs: Any, chosen: Process[Any]) -> Any:
    """The inputs by name, each as its schema describes it; raises BadReference.

    What a process wants qualified (`Process.qualified`) stays so, in the spelling of the standard.
    """
    if not isinstance(inputs, dict):
        return inputs
    return _request_language(chosen) | {name: _plain_input(name, value, chosen) for name, value in inputs.items()}


def _request_language(chosen: Process[Any]) -> dict[str, Any]:
    """The language of the request for a process that leaves it to that, which its run does not know any more."""
    field = chosen.inputs.model_fields.get('lang')
    return {'lang': language()} if field is not None and field.default is None else {}


def _plain_input(name: str, value: Any, chosen: Process[Any]) -> Any:
    read_value = _qualified_value if name in chosen.qualified else _plain_value
    field = chosen.inputs.model_fields.get(name)
    if field is not None and field_metadata(field)['occurs'] > 1 and isinstance(value, list):
        return [read_value(name, part, chosen) for part in value[: field_metadata(field)['occurs'] + 1]]
    return read_value(name, value, chosen)


def _plain_value(name: str, value: Any, chosen: Process[Any]) -> Any:
    if isinstance(value, dict) and 'href' in value:
        return resolve_reference(name, value['href'], file=name in {chosen.upload, chosen.attachment})
    return value['value'] if _is_qualified(value) else value


def _qualified_value(_name: str, value: Any, _chosen: Process[Any]) -> dict[str, Any]:
    """`{"value", "mediaType", "encoding"}` or `{"href", "type"}`; drafts of the standard had both under `format`."""
    declared_format = _format_member(value)
    if isinstance(value, dict) and isinstance(value.get('href'), str):
        kind = value.get('type', declared_format.get('mediaType'))
        return {'href': value['href'], **({'type': kind} if isinstance(kind, str) else {})}
    if not _is_qualified(value):
        return {'value': value}
    qualifiers = {name: value.get(name, declared_format.get(name)) for name in ('mediaType', 'encoding')}
    return {'value': value['value'], **{name: text for name, text in qualifiers.items() if isinstance(text, str)}}


def _format_member(value: Any) -> dict[str, Any]:
    format_member = value.get('format') if isinstance(value, dict) else None
    return format_member if isinstance(format_member, dict) else {}


def _is_qualified(value: Any) -> bool:
    return isinstance(value, dict) and 'value' in value and value.keys() <= QUALIFIED
