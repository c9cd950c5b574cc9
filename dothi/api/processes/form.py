"""The form of an analysis: one field for each input, of the kind that its schema asks for."""

from dataclasses import dataclass
from typing import Any, Literal

from dothi.api.access.layers import layers_open_to
from dothi.api.http.language import language, say
from dothi.api.http.service import service
from dothi.api.http.snapshot import snapshot
from dothi.api.http.words import in_language
from dothi.core.access.policy import CHANGING
from dothi.core.locality import Locality
from processes.base import Process
from processes.inputs import LayerRef, field_metadata

type Kind = Literal['layer', 'choice', 'yes-no', 'whole', 'number', 'date', 'text', 'file', 'lines', 'json']


@dataclass(frozen=True)
class Field:
    """One input. value: what stands there at first, as the example has it, else its default.

    filters, column_of: the input whose layer it narrows, or names columns of.
    choices: value and label of what can be chosen. least, most: of a number; above: whether it
    has to be more than least. in_parts: the input that names the file once the form has sent it in parts.
    """

    name: str
    title: str
    description: str
    kind: Kind
    required: bool
    value: Any = None
    choices: tuple[tuple[str, str], ...] = ()
    unit: str | None = None
    least: float | None = None
    most: float | None = None
    above: bool = False
    longest: int | None = None
    filters: str | None = None
    column_of: str | None = None
    in_parts: str | None = None


def example_of(locality: Locality, process_id: str, chosen: Process[Any]) -> dict[str, Any]:
    """Inputs that can be sent as they are: the locality's, or those of the analysis itself."""
    return locality.place.examples.get(process_id, chosen.example)


def form_fields_of(process_id: str, chosen: Process[Any]) -> list[Field]:
    """The fields of the form, in the order of the inputs; what must be filled in comes first."""
    example = example_of(service().locality, process_id, chosen)
    described = in_language(chosen.metadata_for_pygeoapi()['inputs'], language())
    form_fields = [
        _form_field(name, description, chosen, example)
        for name, description in described.items()
        if name not in chosen.left_out_of_form
    ]
    return sorted(form_fields, key=lambda form_field: not form_field.required)


def _form_field(name: str, described: dict[str, Any], chosen: Process[Any], example: dict[str, Any]) -> Field:
    schema, field = described['schema'], chosen.inputs.model_fields[name]
    metadata = field_metadata(field)
    kind = _field_kind(name, schema, is_layer=field.annotation in (LayerRef, LayerRef | None), chosen=chosen)
    choices = _field_choices(kind, schema, metadata)
    if _is_changed_layer(name, chosen):
        kind, choices = 'choice', _changeable_layers(chosen)
    return Field(
        name=name,
        title=described['title'],
        description=described['description'],
        kind=kind,
        required=described['minOccurs'] > 0 or _is_sent_in_parts(name, chosen),
        value=example.get(name, schema.get('default')),
        choices=choices,
        unit=metadata['unit'],
        least=schema.get('minimum'),
        most=schema.get('maximum'),
        above=schema.get('exclusiveMinimum') is True,
        longest=schema.get('maxLength'),
        filters=metadata.get('filters'),
        column_of=metadata.get('column_of'),
        in_parts=chosen.in_parts if _is_sent_in_parts(name, chosen) else None,
    )


def _is_sent_in_parts(name: str, chosen: Process[Any]) -> bool:
    return chosen.in_parts is not None and name == chosen.upload


def _field_kind(name: str, schema: dict[str, Any], *, is_layer: bool, chosen: Process[Any]) -> Kind:
    if is_layer:
        return 'layer'
    if name in {chosen.upload, chosen.attachment}:
        return 'file'
    if 'enum' in schema or field_metadata(chosen.inputs.model_fields[name])['levels']:
        return 'choice'
    if schema.get('type') == 'string' and schema.get('format') in ('date', 'date-time'):
        return 'date'
    if schema.get('type') == 'array' and schema.get('items') == {'type': 'string'}:
        return 'lines'
    plain: dict[str, Kind] = {'boolean': 'yes-no', 'integer': 'whole', 'number': 'number', 'string': 'text'}
    return plain.get(schema.get('type', ''), 'json')


def _field_choices(kind: Kind, schema: dict[str, Any], metadata: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """The words of an enumeration, or the released layers that have a geometry which the input takes."""
    if metadata['levels']:
        return _levels(whole=metadata['levels'] == 'whole')
    if kind == 'choice':
        words = in_language(metadata['choices'], language())
        return tuple((str(choice), words.get(str(choice), str(choice))) for choice in schema['enum'])
    if kind != 'layer':
        return ()
    with snapshot() as db:
        released = db.releases()
    return tuple(
        (name, say(layer.title))
        for name, layer in service().layers.items()
        if name in released and (not metadata['geometry'] or layer.geometry in metadata['geometry'])
    )


def _is_changed_layer(name: str, chosen: Process[Any]) -> bool:
    """Whether the input names the layer that a run changes."""
    return name == 'layer' and chosen.action in CHANGING


def _changeable_layers(chosen: Process[Any]) -> tuple[tuple[str, str], ...]:
    """The layers that whoever asks may change like this, by their titles; what a process makes nobody delivers."""
    layers = [data for data in layers_open_to(chosen.action) if getattr(data, 'made_by', None) is None]
    return tuple(sorted(((data.id, f'{say(data.title)} ({data.id})') for data in layers), key=lambda choice: choice[1]))


def _levels(*, whole: bool) -> tuple[tuple[str, str], ...]:
    """The levels of the locality's units, from the largest; whole: also that of the locality itself."""
    levels = service().locality.place.levels.items()
    return tuple((name, say(level.title)) for name, level in levels if whole or level.layer)
