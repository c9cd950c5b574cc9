"""The form of an analysis: one field for each input, of the kind that its schema asks for."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from dothi.api.access.layers import layers_open_to
from dothi.api.http.language import language, say
from dothi.api.http.service import service
from dothi.api.http.snapshot import snapshot
from dothi.api.http.words import in_language
from dothi.core.access.policy import CHANGING
from dothi.core.layer import Audience
from dothi.core.locality import Locality
from processes.base import Process
from processes.ground.criteria import CRITERION_MEMBERS
from processes.inputs import LayerRef, field_metadata, part_models
from processes.scenario.reference import ScenarioRef
from processes.ways.service_plan import PART_KINDS

type Kind = Literal[
    'layer', 'layers', 'choice', 'choices', 'yes-no', 'whole', 'number', 'numbers', 'date', 'text', 'file', 'lines',
    'scores', 'parts', 'scenario', 'json',
]  # fmt: skip
# What a field says in a process description: OGC 18-062r2 has `additionalParameters` for what a client may need beside
# title, description and schema, here to draw a form.
FORM_ROLE = 'dothi:form'
WORD = re.compile(r'\w+')
DESCRIBED = ('name', 'title', 'description')


# Of inputs that name something.
NAMED_KINDS: dict[Any, Kind] = {LayerRef: 'layer', LayerRef | None: 'layer', ScenarioRef | None: 'scenario'}


@dataclass(frozen=True)
class Field:
    """One input. value: what stands there at first, as the example has it, else its default.

    filters, column_of: the input whose layer it narrows, or names columns of. geometry: kinds that a layer may have.
    choices: value and label of what can be chosen. least, most: of a number; above: whether it
    has to be more than least. in_parts: the input that names the file once the form has sent it in parts.
    parts: of a list of parts of several kinds, the fields of each kind. numeric: whether choices are numbers.
    instead_of: inputs that are left out where this one is chosen. hint: what people read in place of the description.
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
    geometry: tuple[str, ...] = ()
    parts: tuple['Part', ...] = ()
    numeric: bool = False
    instead_of: tuple[str, ...] = ()
    hint: str | None = None


@dataclass(frozen=True)
class Part:
    """A kind of part that a list may hold, with the fields of its members beside its kind."""

    kind: str
    title: str
    fields: tuple[Field, ...]


def example_of(locality: Locality, audience: Audience, process_id: str, chosen: Process[Any]) -> dict[str, Any]:
    """Inputs that can be sent as they are: the locality's, or those of the analysis itself.

    One of the locality's that names what its reader does not see is not for them, and could not be sent by them.
    """
    own = locality.place.examples.get(process_id)
    return chosen.example if own is None or _names_hidden(own, locality, audience) else own


def _names_hidden(example: dict[str, Any], locality: Locality, audience: Audience) -> bool:
    """Whether a layer that the audience does not see stands in it, or such a column of a layer that it does see."""
    words = {*WORD.findall(json.dumps(example, ensure_ascii=False))}
    shown, whole = {**locality.layers_for(audience), **locality.coverages_for(audience)}, locality.whole
    columns = {
        name
        for layer in locality.layers_for(audience).values()
        if layer.id in words
        for name in layer.columns.keys() - layer.columns_for(audience).keys()
    }
    return bool(words & (({*whole.layers, *whole.coverages} - shown.keys()) | columns))


def form_parameters(process_id: str, chosen: Process[Any]) -> dict[str, dict[str, Any]]:
    """The `additionalParameters` of each input, by its name."""
    return {
        form_field.name: {'role': FORM_ROLE, 'parameters': _parameters(form_field)}
        for form_field in form_fields_of(process_id, chosen)
    }


def _parameters(form_field: Field) -> list[dict[str, Any]]:
    members = {name: value for name, value in _members(form_field).items() if name not in DESCRIBED}
    return [{'name': name, 'value': value if isinstance(value, list) else [value]} for name, value in members.items()]


def _members(form_field: Field) -> dict[str, Any]:
    """What is to be said of a field, in JSON."""
    nothing = (None, False, ())
    members = {name: value for name, value in vars(form_field).items() if not any(value is empty for empty in nothing)}
    for name in ('geometry', 'instead_of'):
        if listed := getattr(form_field, name):
            members[name] = [*listed]
    if form_field.choices:
        members['choices'] = [{'value': value, 'title': title} for value, title in form_field.choices]
    if form_field.parts:
        members['parts'] = [
            {'kind': part.kind, 'title': part.title, 'fields': [_members(member) for member in part.fields]}
            for part in form_field.parts
        ]
    return members


def form_fields_of(process_id: str, chosen: Process[Any]) -> list[Field]:
    """The fields of the form, in the order of the inputs; what must be filled in comes first."""
    example = example_of(service().locality, service().audience, process_id, chosen)
    described = in_language(chosen.describe_for(service().audience)['inputs'], language())
    form_fields = [
        _form_field(name, description, chosen, example)
        for name, description in described.items()
        if name not in chosen.left_out_of_form
    ]
    return sorted(form_fields, key=lambda form_field: not form_field.required)


def _form_field(name: str, described: dict[str, Any], chosen: Process[Any], example: dict[str, Any]) -> Field:
    schema, field = described['schema'], chosen.inputs.model_fields[name]
    required = described['minOccurs'] > 0 or _is_sent_in_parts(name, chosen)
    kind: Kind = 'file' if name in {chosen.upload, chosen.attachment} else _field_kind(schema, field)
    choices = _field_choices(kind, schema, field_metadata(field))
    if _is_changed_layer(name, chosen):
        kind, choices = 'choice', _changeable_layers(chosen)
    return Field(
        name=name,
        title=described['title'],
        description=described['description'],
        kind=kind,
        required=required,
        value=example.get(name, schema.get('default')),
        choices=choices,
        in_parts=chosen.in_parts if _is_sent_in_parts(name, chosen) else None,
        parts=_parts_of(field, schema) if kind == 'parts' else (),
        instead_of=_alternatives(name, chosen),
        **_limits(schema, field),
    )


def _limits(schema: dict[str, Any], field: FieldInfo) -> dict[str, Any]:
    metadata = field_metadata(field)
    # of numbers by name they are those of the numbers
    limits = schema['additionalProperties'] if isinstance(schema.get('additionalProperties'), dict) else schema
    return {
        'unit': metadata.get('unit'),
        'least': limits.get('minimum'),
        'most': limits.get('maximum'),
        'above': schema.get('exclusiveMinimum') is True,
        'longest': schema.get('maxLength'),
        'filters': metadata.get('filters'),
        'column_of': metadata.get('column_of'),
        'geometry': tuple(metadata.get('geometry') or ()),
        'numeric': schema.get('type') in ('integer', 'number'),
        'hint': in_language(metadata['hint'], language()) if metadata.get('hint') else None,
    }


def _alternatives(name: str, chosen: Process[Any]) -> tuple[str, ...]:
    """The inputs of the process whose place this one takes; fields that several processes share name more."""
    metadata = field_metadata(chosen.inputs.model_fields[name])
    return tuple(each for each in metadata.get('instead_of', ()) if each in chosen.inputs.model_fields)


def _parts_of(field: FieldInfo, schema: dict[str, Any]) -> tuple[Part, ...]:
    """The kinds of part that a list may hold, each with its fields. schema: of the list, in the reader's language."""
    options = schema['items'].get('oneOf', [schema['items']])
    schemas = {option['properties']['kind']['enum'][0]: option['properties'] for option in options}
    words = {**(CRITERION_MEMBERS['kind'].codes or {}), **PART_KINDS}
    return tuple(
        Part(kind, say(words[kind]), tuple(_part_fields(model, schemas[kind])))
        for kind, model in part_models(field).items()
    )


def _part_fields(model: type[BaseModel], schemas: dict[str, Any]) -> list[Field]:
    return [_part_field(name, model.model_fields[name], schemas[name]) for name in model.model_fields if name != 'kind']


def _part_field(name: str, field: FieldInfo, schema: dict[str, Any]) -> Field:
    metadata, kind = field_metadata(field), _field_kind(schema, field)
    value = field.default.reference if isinstance(field.default, LayerRef) else schema.get('default')
    return Field(
        name=name,
        title=in_language(metadata['title'], language()),
        description=in_language(metadata['description'], language()),
        kind=kind,
        required=field.is_required(),
        value=value,
        choices=_field_choices(kind, schema, metadata),
        **_limits(schema, field),
    )


def _is_sent_in_parts(name: str, chosen: Process[Any]) -> bool:
    return chosen.in_parts is not None and name == chosen.upload


def _field_kind(schema: dict[str, Any], field: FieldInfo) -> Kind:
    metadata = field_metadata(field)
    if named := NAMED_KINDS.get(field.annotation):
        return named
    if 'enum' in schema or metadata['levels'] or metadata['coverage']:
        return 'choice'
    if schema.get('type') == 'string' and schema.get('format') in ('date', 'date-time'):
        return 'date'
    if schema.get('type') == 'array':
        return _list_kind(schema, field)
    if schema.get('type') == 'object' and 'additionalProperties' in schema:
        return 'scores'
    plain: dict[str, Kind] = {'boolean': 'yes-no', 'integer': 'whole', 'number': 'number', 'string': 'text'}
    return plain.get(schema.get('type', ''), 'json')


def _list_kind(schema: dict[str, Any], field: FieldInfo) -> Kind:
    items = schema.get('items', {})
    if field.annotation == list[LayerRef]:
        return 'layers'
    if part_models(field):
        return 'parts'
    if 'enum' in items:
        return 'choices'
    kinds: dict[str, Kind] = {'string': 'lines', 'number': 'numbers', 'integer': 'numbers'}
    return kinds.get(items.get('type', ''), 'json')


def _field_choices(kind: Kind, schema: dict[str, Any], metadata: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """The words of an enumeration, or the released layers that have a geometry which the input takes."""
    if metadata['levels']:
        return _levels(whole=metadata['levels'] == 'whole')
    if metadata['coverage']:
        return _released(service().coverages)
    if kind in ('choice', 'choices'):
        words = in_language(metadata['choices'], language())
        codes = schema['enum'] if kind == 'choice' else schema['items']['enum']
        return tuple((str(code), words.get(str(code), str(code))) for code in codes)
    if kind not in ('layer', 'layers'):
        return ()
    geometries = metadata['geometry']
    layers = service().layers.items()
    return _released({name: layer for name, layer in layers if not geometries or layer.geometry in geometries})


def _released(data: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Id and title of those that have a release."""
    with snapshot() as db:
        released = db.releases()
    return tuple((name, say(described.title)) for name, described in data.items() if name in released)


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
