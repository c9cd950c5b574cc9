"""What an analysis is: a title, a model of its inputs that is also its documentation, and `run`."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from types import get_original_bases
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.config import JsonDict
from pydantic.dataclasses import dataclass
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from pygeoapi.process.base import BaseProcessor

from dothi.core.layer import Audience, GeometryType
from dothi.core.text import Text

if TYPE_CHECKING:
    from processes.data import Data

type FeatureCollection = dict[str, Any]
GEOJSON, JSON = 'application/geo+json', 'application/json'


@dataclass(frozen=True)
class ResultFile:
    """A result that is a file: where the run wrote it, what it is called when handed over, and how much it holds."""

    path: Path
    media_type: str
    name: str
    rows: int


class Report(Protocol):
    """Told how much of the work is done (0 to 1), and what is being done now."""

    def __call__(self, share: float, doing: Text) -> None: ...


@dataclass(frozen=True, config=ConfigDict(extra='forbid'))
class Layer:
    """A collection as an input, whole or only the features that a CQL2 filter lets through."""

    collection: str
    filter: str | None = None

    @model_validator(mode='before')
    @classmethod
    def _id_alone(cls, value: Any) -> Any:
        return {'collection': value} if isinstance(value, str) else value


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
    **limits: Any,
) -> Any:
    """A field of `ProcessInputs`, documented in both languages.

    unit: of a number. geometry: kinds of geometry that a Layer may have. filters: the Layer that this CQL2
    text narrows. limits: as of pydantic's Field (gt, ge, lt, le, max_length).
    """
    told: JsonDict = {
        'title': title.model_dump(),
        'description': description.model_dump(),
        'unit': unit,
        'geometry': [*sorted(geometry or ())],
        'filters': filters,
    }
    return Field(default, json_schema_extra=told, **limits)


def about(field: FieldInfo) -> dict[str, Any]:
    """What `input_field` was told about a field."""
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
    # what the result may be; anything but GeoJSON and JSON is a file
    media_types: ClassVar[tuple[str, ...]] = (GEOJSON,)
    inputs: ClassVar[type[ProcessInputs]]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        (cls.inputs,) = get_original_bases(cls)[0].__args__

    def __init__(self, definition: Mapping[str, Any]) -> None:
        super().__init__(definition, self.metadata_for_pygeoapi())

    @abstractmethod
    def run(self, inputs: I, data: 'Data', progress: Report) -> FeatureCollection | ResultFile:
        """The answer, from `data` alone: the same inputs on the same releases give the same result."""

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
            'jobControlOptions': ['sync-execute'],
            'outputTransmission': ['value'] if cls.media_types in ((GEOJSON,), (JSON,)) else ['value', 'reference'],
            'keywords': [],
            'inputs': {name: _input(field) for name, field in _fields(cls.inputs)},
            'outputs': cls.outputs_for_pygeoapi(),
            'example': {'inputs': cls.example},
        }

    @classmethod
    def outputs_for_pygeoapi(cls) -> dict[str, Any]:
        """One output, `result`; a process with others has them in its document by name, each as a qualified value."""
        return {'result': _output(cls.title, cls.media_types)}


def _fields(inputs: type[ProcessInputs]) -> list[tuple[str, tuple[FieldInfo, dict[str, Any]]]]:
    """Name, field and JSON schema of every input."""
    schemas = inputs.model_json_schema()['properties']
    return [(name, (field, schemas[name])) for name, field in inputs.model_fields.items()]


def _input(documented: tuple[FieldInfo, dict[str, Any]]) -> dict[str, Any]:
    field, schema = documented
    told = about(field)
    return {
        'title': told['title'],
        'description': told['description'],
        'schema': _layer_schema(field) if field.annotation is Layer else _plain_schema(schema, told),
        'minOccurs': 1 if field.is_required() else 0,
        'maxOccurs': 1,
    }


def _layer_schema(field: FieldInfo) -> dict[str, Any]:
    """A collection id, or an object with id and filter."""
    parts = {'collection': {'type': 'string'}, 'filter': {'type': 'string'}}
    either = {'oneOf': [{'type': 'string'}, {'type': 'object', 'required': ['collection'], 'properties': parts}]}
    return either if field.is_required() else {**either, 'default': field.default.collection}


def _plain_schema(schema: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
    """pydantic's schema in the dialect of the standard's descriptions (OpenAPI 3.0): no null, limits in two keys."""
    keep = {name: value for name, value in schema.items() if name not in told and value is not None}
    options = [option for option in keep.pop('anyOf', []) if option != {'type': 'null'}]
    plain = {**keep, **(options[0] if len(options) == 1 else {'oneOf': options} if options else {})}
    for exclusive, limit in (('exclusiveMinimum', 'minimum'), ('exclusiveMaximum', 'maximum')):
        if exclusive in plain:
            plain |= {limit: plain[exclusive], exclusive: True}
    return plain | ({'x-ogc-unit': told['unit']} if told.get('unit') else {})


def _output(title: Text, media_types: tuple[str, ...]) -> dict[str, Any]:
    if media_types == (GEOJSON,):
        return {'title': title.model_dump(), 'schema': {'type': 'object', 'contentMediaType': GEOJSON}}
    files = [
        {'type': 'string', 'contentEncoding': 'binary', 'contentMediaType': media_type} for media_type in media_types
    ]
    return {'title': title.model_dump(), 'schema': {'oneOf': files}}
