"""Inputs as an analysis wants them: without what the standard lets a client put around a value, references resolved."""

from typing import Any

from dothi.api.processes.references import resolve_reference
from processes.base import Process, field_metadata

QUALIFIED = frozenset(('value', 'mediaType', 'encoding', 'schema', 'format'))


def plain_inputs(inputs: Any, chosen: Process[Any]) -> Any:
    """The inputs by name, each as its schema describes it; raises BadReference.

    What a process wants qualified (`Process.qualified`) stays so, in the spelling of the standard.
    """
    if not isinstance(inputs, dict):
        return inputs
    return {name: _plain_input(name, value, chosen) for name, value in inputs.items()}


def _plain_input(name: str, given: Any, chosen: Process[Any]) -> Any:
    read_value = _qualified_value if name in chosen.qualified else _plain_value
    field = chosen.inputs.model_fields.get(name)
    if field is not None and field_metadata(field)['occurs'] > 1 and isinstance(given, list):
        return [read_value(name, part, chosen) for part in given[: field_metadata(field)['occurs'] + 1]]
    return read_value(name, given, chosen)


def _plain_value(name: str, given: Any, chosen: Process[Any]) -> Any:
    if isinstance(given, dict) and 'href' in given:
        return resolve_reference(name, given['href'], file=name == chosen.upload)
    return given['value'] if _is_qualified(given) else given


def _qualified_value(_name: str, given: Any, _chosen: Process[Any]) -> dict[str, Any]:
    """`{"value", "mediaType", "encoding"}` or `{"href", "type"}`; drafts of the standard had both under `format`."""
    declared_format = _format_member(given)
    if isinstance(given, dict) and isinstance(given.get('href'), str):
        kind = given.get('type', declared_format.get('mediaType'))
        return {'href': given['href'], **({'type': kind} if isinstance(kind, str) else {})}
    if not _is_qualified(given):
        return {'value': given}
    qualifiers = {name: given.get(name, declared_format.get(name)) for name in ('mediaType', 'encoding')}
    return {'value': given['value'], **{name: text for name, text in qualifiers.items() if isinstance(text, str)}}


def _format_member(given: Any) -> dict[str, Any]:
    format_member = given.get('format') if isinstance(given, dict) else None
    return format_member if isinstance(format_member, dict) else {}


def _is_qualified(given: Any) -> bool:
    return isinstance(given, dict) and 'value' in given and given.keys() <= QUALIFIED
