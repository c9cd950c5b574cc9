"""What an analysis is: a title, a model of its inputs that is also its documentation, and `run`."""

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import cache
from pathlib import Path
from types import get_original_bases
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.config import JsonDict
from pydantic.dataclasses import dataclass
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError, PydanticUndefined
from pygeoapi.process.base import BaseProcessor

from dothi.core.layer import Audience, GeometryType
from dothi.core.text import Text

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from dothi.core.locality import Locality
    from processes.data import Data

type FeatureCollection = dict[str, Any]
GEOJSON, JSON = 'application/geo+json', 'application/json'
FEATURES_SCHEMA = {
    'type': 'object',
    'required': ['type', 'features'],
    'properties': {
        'type': {'type': 'string', 'enum': ['FeatureCollection']},
        'features': {'type': 'array', 'items': {'type': 'object'}},
    },
}


@dataclass(frozen=True)
class ResultFile:
    """A result that is a file: where the run wrote it, what it is called when handed over, and how much it holds."""

    path: Path
    media_type: str
    name: str
    rows: int


@dataclass(frozen=True)
class Output:
    """One of the results that a process has. media_types: of its value, the usual one first; of several, a file.

    schema: JSON schema of a value that is neither GeoJSON nor a file.
    """

    title: Text
    media_types: tuple[str, ...] = (GEOJSON,)
    schema: dict[str, Any] | None = None


@dataclass(frozen=True)
class Figure:
    """A member of a result as people read it: in a map's legend, in tables, in a report.

    unit: as in layer files; `share` is 0 to 1 and read in per cent. low_first: low values tell a planner more.
    """

    title: Text
    unit: str | None = None
    low_first: bool = False


class ProgressCallback(Protocol):
    """Told how much of the work is done (0 to 1), and what is being done now."""

    def __call__(self, share: float, doing: Text) -> None: ...


class ReadData(Protocol):
    """Opens the layers of a request, for as long as the context lasts."""

    def __call__(self) -> 'AbstractContextManager[Data]': ...


@dataclass(frozen=True, config=ConfigDict(extra='forbid'))
class Layer:
    """Features as an input: of a collection, of a GeoJSON document sent along, or the result of an earlier job.

    filter: CQL2 that lets some of them through. datetime: of the collection, as at /items; its present state when
    left out. output: of the job, where it has several; the first one with features when left out.
    """

    collection: str | None = None
    filter: str | None = None
    datetime: str | None = None
    features: FeatureCollection | None = None
    job: str | None = None
    output: str | None = None

    @model_validator(mode='before')
    @classmethod
    def _id_or_features_alone(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {'collection': value}
        if isinstance(value, dict) and value.get('type') == 'FeatureCollection':
            return {'features': value}
        return value

    @model_validator(mode='after')
    def _from_one_place(self) -> Self:
        if sum(source is not None for source in (self.collection, self.features, self.job)) != 1:
            raise PydanticCustomError('layer_place', 'one of collection, features, job')
        if self.datetime is not None and self.collection is None:
            raise PydanticCustomError('layer_datetime', 'datetime is of collections')
        if self.output is not None and self.job is None:
            raise PydanticCustomError('layer_output', 'output is of jobs')
        return self

    @property
    def reference(self) -> str:
        """What a result says of it: the collection, `job:<id>` with its output, or `features:<a hash of them>`."""
        if self.collection is not None:
            return self.collection
        if self.job is not None:
            return f'job:{self.job}' + (f'/{self.output}' if self.output is not None else '')
        return f'features:{hashlib.sha256(json.dumps(self.features, sort_keys=True).encode()).hexdigest()[:12]}'

    @property
    def phrase(self) -> Text:
        """What a sentence calls it."""
        if self.collection is not None:
            return Text(vi=f'lớp "{self.collection}"', en=f'the layer "{self.collection}"')
        if self.job is not None:
            return Text(vi=f'kết quả của tác vụ {self.job}', en=f'the result of job {self.job}')
        return Text(vi='các đối tượng gửi kèm', en='the features that were sent along')


def layers_in(value: Any) -> Iterator[Layer]:
    """Every Layer among the inputs, in lists and parts of them too."""
    if isinstance(value, Layer):
        yield value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from layers_in(getattr(value, name))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from layers_in(item)


class ProcessInputs(BaseModel):
    """The inputs of a process; one that is not declared is an error, and so is a text in place of a number."""

    model_config = ConfigDict(extra='forbid', frozen=True, strict=True, allow_inf_nan=False)


def input_field(
    title: Text,
    description: Text,
    *,
    default: Any = PydanticUndefined,
    unit: str | None = None,
    geometry: set[GeometryType] | None = None,
    filters: str | None = None,
    occurs: int = 1,
    **limits: Any,
) -> Any:
    """A field of `ProcessInputs`, documented in both languages.

    unit: of a number. geometry: kinds of geometry that a Layer may have. filters: the Layer that this CQL2
    text narrows. occurs: how many values it may have at most; several come as an array, and its schema is of one.
    limits: as of pydantic's Field (gt, ge, lt, le, max_length).
    """
    metadata: JsonDict = {
        'title': title.model_dump(),
        'description': description.model_dump(),
        'unit': unit,
        'geometry': [*sorted(geometry or ())],
        'filters': filters,
        'occurs': occurs,
    }
    return Field(default, json_schema_extra=metadata, **limits)


def field_metadata(field: FieldInfo) -> dict[str, Any]:
    """The metadata that `input_field` stores with a field: title, description, unit and the like."""
    return dict(field.json_schema_extra) if isinstance(field.json_schema_extra, dict) else {}


class Process[I: ProcessInputs](BaseProcessor, ABC):  # type: ignore[misc]  # pygeoapi has no types
    """An analysis. A subclass gives title, description, who may ask for it, and `run`; pygeoapi gets the rest."""

    title: ClassVar[Text]
    description: ClassVar[Text]
    audience: ClassVar[Audience] = 'public'
    # inputs that a reader of the description can send as they are
    example: ClassVar[dict[str, Any]] = {}
    # whether it wants an editing token, and the input that is a file in base64
    editors_only: ClassVar[bool] = False
    upload: ClassVar[str | None] = None
    # whether the same request on the same releases may have the answer that is there; not what changes something
    reusable: ClassVar[bool] = True
    # the members of its results by name, the most telling number first: that is what a map shows
    figures: ClassVar[dict[str, Figure]] = {}
    # how it computes, in a few sentences for a report; docs/explanation/<id>.md says the rest
    method: ClassVar[Text | None] = None
    # a page of processes/forms/pages that tells, from the summary, what a table of figures cannot
    page: ClassVar[str | None] = None
    # what it answers with; a process that names none has the one output `result`, GeoJSON
    outputs: ClassVar[dict[str, Output]] = {}
    # inputs that are wanted with what may stand around a value: {"value", "mediaType", "encoding"} or {"href", "type"}
    qualified: ClassVar[frozenset[str]] = frozenset()
    # whether an answer that was waited for names its job
    monitored: ClassVar[bool] = True
    inputs: ClassVar[type[ProcessInputs]]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        (cls.inputs,) = get_original_bases(cls)[0].__args__
        cls.outputs = cls.outputs or {'result': Output(cls.title)}

    def __init__(self, definition: Mapping[str, Any]) -> None:
        super().__init__(definition, self.metadata_for_pygeoapi())

    @abstractmethod
    def run(self, inputs: I, data: 'Data', progress: ProgressCallback) -> Any:
        """The answer, from `data` alone: the same inputs on the same releases give the same result.

        The value of the only output, or the value of each by its name. A value is a ResultFile, or plain data.
        """

    def check(self, inputs: I, locality: 'Locality', read: ReadData) -> None:
        """Raises what makes a run with these inputs impossible; called before there is a job.

        read: opens what the run would read, for checks that need to look at the data.
        """
        del inputs, locality, read

    def for_editors(self, inputs: I) -> bool:
        """Whether a run with these inputs changes what is served, and therefore wants an editing token."""
        del inputs
        return self.editors_only

    @classmethod
    def knows_editors(cls) -> bool:
        """Whether any run of it wants an editing token."""
        return cls.editors_only or cls.for_editors is not Process.for_editors

    def cost_s(self, inputs: I) -> float:
        """About how many seconds a run with these inputs takes; a client that leaves it open waits for short ones."""
        del inputs
        return 1.0

    @classmethod
    def offered_to(cls, audience: Audience) -> bool:
        """Whether `audience` may ask for this analysis at all; the internal one may ask for every one."""
        return audience in (cls.audience, 'internal')

    @classmethod
    def metadata_for_pygeoapi(cls) -> dict[str, Any]:
        """The process description; pygeoapi picks the language of every {vi, en}."""
        return {
            'version': '1.0.0',
            'title': cls.title.model_dump(),
            'description': cls.description.model_dump(),
            'jobControlOptions': ['sync-execute', 'async-execute', 'dismiss'],
            'outputTransmission': ['value', 'reference'],
            'keywords': [],
            'inputs': {name: _describe_input(field) for name, field in _input_fields(cls.inputs)},
            'outputs': {name: _describe_output(output) for name, output in cls.outputs.items()},
            'example': {'inputs': cls.example},
        }


def _input_fields(inputs: type[ProcessInputs]) -> list[tuple[str, tuple[FieldInfo, dict[str, Any]]]]:
    """Name, field and JSON schema of every input."""
    schemas = deepcopy(_input_schemas(inputs))
    return [(name, (field, schemas[name])) for name, field in inputs.model_fields.items()]


@cache
def _input_schemas(inputs: type[ProcessInputs]) -> Any:
    """JSON schemas of the inputs, by name: pydantic takes its time, and a service asks three times at its start."""
    whole = inputs.model_json_schema()
    return _inline_refs(whole['properties'], whole.get('$defs', {}))


def _inline_refs(schema: Any, parts: dict[str, Any]) -> Any:
    """`schema` with the parts that it refers to in their places, in the dialect of the descriptions (`_plain_schema`).

    A description stands alone, so nothing can be referred to. A default of None says that a part may be left out.
    """
    if isinstance(schema, list):
        return [_inline_refs(part, parts) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if '$ref' in schema:
        name = schema['$ref'].rpartition('/')[2]
        return _one_layer() if name == Layer.__name__ else _nested_schema(_inline_refs(parts[name], parts))
    return {name: _inline_refs(value, parts) for name, value in schema.items() if name != 'discriminator'}


def _nested_schema(schema: dict[str, Any]) -> dict[str, Any]:
    """A part of an input: its fields in the dialect too."""
    fields = {name: _plain_schema(part, {}) for name, part in schema.get('properties', {}).items()}
    return {**schema, 'properties': fields} if fields else schema


def _describe_input(documented: tuple[FieldInfo, dict[str, Any]]) -> dict[str, Any]:
    field, schema = documented
    metadata = field_metadata(field)
    return {
        'title': metadata['title'],
        'description': metadata['description'],
        'schema': _schema_of(field, schema, metadata),
        'minOccurs': 1 if field.is_required() else 0,
        'maxOccurs': metadata['occurs'],
        # beside the schema, in which the standard's schema.yaml allows no extension
        **({'x-ogc-unit': metadata['unit']} if metadata.get('unit') else {}),
    }


def _schema_of(field: FieldInfo, schema: dict[str, Any], metadata: dict[str, Any]) -> dict[str, Any]:
    return _layer_schema(field) if field.annotation in (Layer, Layer | None) else _plain_schema(schema, metadata)


def _layer_schema(field: FieldInfo) -> dict[str, Any]:
    either = _one_layer()
    return either if field.is_required() or field.default is None else {**either, 'default': field.default.collection}


def _one_layer() -> dict[str, Any]:
    """A collection id; an object with id, filter and datetime; a FeatureCollection; or an earlier job."""
    narrowed = {'filter': {'type': 'string'}, 'datetime': {'type': 'string'}}
    collection = {'collection': {'type': 'string'}, **narrowed}
    job = {name: {'type': 'string'} for name in ('output', 'filter')}
    job = {'job': {'type': 'string', 'format': 'uuid'}, **job}
    return {
        'oneOf': [
            {'type': 'string'},
            {'type': 'object', 'required': ['collection'], 'properties': collection, 'additionalProperties': False},
            {'type': 'object', 'required': ['job'], 'properties': job, 'additionalProperties': False},
            FEATURES_SCHEMA,
        ]
    }


def _plain_schema(schema: dict[str, Any], metadata: dict[str, Any]) -> dict[str, Any]:
    """pydantic's schema in the dialect of the standard's descriptions (OpenAPI 3.0): no null, limits in two keys."""
    keep = {name: value for name, value in schema.items() if name not in metadata and value is not None}
    options = [option for option in keep.pop('anyOf', []) if option != {'type': 'null'}]
    if 'const' in keep:
        keep['enum'] = [keep.pop('const')]
    plain = {**keep, **(options[0] if len(options) == 1 else {'oneOf': options} if options else {})}
    for exclusive, limit in (('exclusiveMinimum', 'minimum'), ('exclusiveMaximum', 'maximum')):
        if plain.get(exclusive, True) is not True:
            plain |= {limit: plain[exclusive], exclusive: True}
    # what a list holds has limits of its own
    if isinstance(plain.get('items'), dict):
        plain['items'] = _plain_schema(plain['items'], {})
    return plain


def _describe_output(output: Output) -> dict[str, Any]:
    schemas = [output.schema or _value_schema(media_type) for media_type in output.media_types]
    return {'title': output.title.model_dump(), 'schema': schemas[0] if len(schemas) == 1 else {'oneOf': schemas}}


def _value_schema(media_type: str) -> dict[str, Any]:
    if media_type in (GEOJSON, JSON):
        return {'type': 'object', 'contentMediaType': media_type}
    return {'type': 'string', 'contentEncoding': 'binary', 'contentMediaType': media_type}
