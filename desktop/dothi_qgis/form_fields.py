"""The form of an analysis as its description says it (`dothi:form`), and the inputs that its answers make."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

FORM_ROLE = 'dothi:form'
GEOJSON = 'application/geo+json'
# Kinds of field whose value is written as JSON.
JSON_KINDS = ('json', 'scores', 'parts')


class BadValue(ValueError):
    """A value that cannot be read. title: of its field."""

    def __init__(self, title: str) -> None:
        super().__init__(title)
        self.title = title


@dataclass(frozen=True)
class FormField:
    """An input of an analysis. choices: titles and the values that they stand for. several: whether a list is meant."""

    name: str
    title: str
    description: str
    kind: str
    required: bool
    value: Any = None
    choices: Mapping[str, Any] = field(default_factory=dict)
    unit: str = ''
    least: float | None = None
    most: float | None = None

    @property
    def several(self) -> bool:
        return self.kind in ('choices', 'layers')

    @property
    def label(self) -> str:
        """The title with the unit of measure."""
        return f'{self.title} ({self.unit})' if self.unit else self.title


@dataclass(frozen=True)
class Result:
    """An output of an analysis. media_type: '' where it is one of several."""

    name: str
    title: str
    media_type: str
    is_first: bool

    @property
    def parameter(self) -> str:
        """The parameter of Processing that says where it goes; an input may have its name."""
        return 'OUTPUT' if self.is_first else f'OUTPUT_{self.name}'

    @property
    def is_layer(self) -> bool:
        return self.media_type == GEOJSON

    @property
    def is_raster(self) -> bool:
        return self.media_type.startswith('image/tiff')


def form_fields(description: Mapping[str, Any]) -> list[FormField]:
    """The fields of an analysis, required ones first; an input that no form shows has none."""
    fields = [
        _field(name, described)
        for name, described in description['inputs'].items()
        if described.get('additionalParameters', {}).get('role') == FORM_ROLE
    ]
    return sorted(fields, key=lambda one: not one.required)


def can_be_filled_in(fields: Sequence[FormField]) -> bool:
    """Whether QGIS has an input for every field that must be filled in: files are sent at the desk."""
    return all(one.kind != 'file' or not one.required for one in fields)


def results_of(description: Mapping[str, Any]) -> list[Result]:
    """The outputs of an analysis, in their order; only the first is always there."""
    return [
        Result(name, output['title'], str(output['schema'].get('contentMediaType', '')), number == 0)
        for number, (name, output) in enumerate(description['outputs'].items())
    ]


def inputs_of(fields: Sequence[FormField], values: Mapping[str, Any]) -> dict[str, Any]:
    """What is sent to the service; raises BadValue. values: by field, None where nothing was filled in."""
    sent = {one.name: _sent(one, values.get(one.name)) for one in fields}
    return {name: value for name, value in sent.items() if value not in (None, '', [])}


def _field(name: str, described: Mapping[str, Any]) -> FormField:
    members = {one['name']: one['value'] for one in described['additionalParameters']['parameters']}

    def single(member: str) -> Any:
        values = members.get(member) or [None]
        return values[0]

    kind = single('kind')
    is_list = kind in ('choices', 'layers', 'numbers', 'lines', 'parts')
    return FormField(
        name=name,
        title=described['title'],
        description=described.get('description', ''),
        kind=kind,
        required=bool(single('required')),
        value=_first_value(described, members.get('value') if is_list else single('value'), bool(single('required'))),
        choices=_choices(members.get('choices', [])),
        unit=single('unit') or '',
        least=single('least'),
        most=single('most'),
    )


def _first_value(described: Mapping[str, Any], example: Any, is_required: bool) -> Any:
    """What stands in the field: an example where something must be filled in, else what counts when it is left out.

    A model that leaves an input out must not be given the filter of an example.
    """
    return example if is_required else described['schema'].get('default')


def _choices(choices: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Titles to values; two of one title are told apart by their values."""
    titles = [choice['title'] for choice in choices]
    return {
        choice['title'] if titles.count(choice['title']) == 1 else f'{choice["title"]} ({choice["value"]})': choice[
            'value'
        ]
        for choice in choices
    }


def _sent(one: FormField, value: Any) -> Any:
    """A value as the service takes it."""
    if value is None or value == '':
        return None
    if one.choices:
        titles = value if isinstance(value, list) else [value]
        chosen = [one.choices.get(title, title) for title in titles]
        return chosen if one.several else chosen[0]
    try:
        return _parsed(one.kind, value)
    except ValueError:
        raise BadValue(one.title) from None


def _parsed(kind: str, value: Any) -> Any:
    if kind == 'json' and not str(value).lstrip().startswith(('{', '[', '"')):
        return value
    if kind in JSON_KINDS:
        return json.loads(value)
    if kind == 'numbers':
        return [float(part) for part in str(value).replace(';', ',').split(',') if part.strip()]
    if kind in ('lines', 'layers'):
        return [line.strip() for line in str(value).splitlines() if line.strip()]
    if kind == 'whole':
        return int(value)
    return value
