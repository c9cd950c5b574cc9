"""What the inputs of a process are, and the inputs that several analyses share."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, Self, get_args, get_origin
from unicodedata import category

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.config import JsonDict
from pydantic.dataclasses import dataclass
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError, PydanticUndefined

from dothi.core.layer import GeometryType
from dothi.core.text import Text
from processes.geojson import FeatureCollection

POINTS: set[GeometryType] = {'Point', 'MultiPoint'}
LINES: set[GeometryType] = {'LineString', 'MultiLineString'}
AREAS: set[GeometryType] = {'Polygon', 'MultiPolygon'}
# Unicode's categories of control characters and separators of lines, and the marks that turn text round (UAX 9).
STEERING, TURNING = (
    frozenset({'Cc', 'Cs', 'Zl', 'Zp'}),
    frozenset('\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069'),
)
DAY = r'^\d{4}-\d{2}-\d{2}$'


@dataclass(frozen=True, config=ConfigDict(extra='forbid'))
class LayerRef:
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
        """The words for these features in a sentence: the layer, the result of a job, or what was sent along."""
        if self.collection is not None:
            return Text(vi=f'lớp "{self.collection}"', en=f'the layer "{self.collection}"')
        if self.job is not None:
            return Text(vi=f'kết quả của tác vụ {self.job}', en=f'the result of job {self.job}')
        return Text(vi='các đối tượng gửi kèm', en='the features that were sent along')


def plain_line(text: str | None) -> str | None:
    """The text without spaces around it, None for nothing; raises for signs that steer a device or turn text round.

    With U+202E a name on a sheet can be written to read as another one's.
    """
    if any(category(letter) in STEERING or letter in TURNING for letter in text or ''):
        raise PydanticCustomError('plain_line', 'no control characters')
    return (text or '').strip() or None


class ProcessInputs(BaseModel):
    """The inputs of a process; one that is not declared is an error, and so is a text in place of a number."""

    model_config = ConfigDict(extra='forbid', frozen=True, strict=True, allow_inf_nan=False)


def layers_in(value: Any) -> Iterator[LayerRef]:
    """Every LayerRef among the inputs, in lists and parts of them too."""
    if isinstance(value, LayerRef):
        yield value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from layers_in(getattr(value, name))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from layers_in(item)


# Levels that a layer of units shows, or these and that of the whole locality.
Levels = Literal['units', 'whole']


def input_field(  # noqa: PLR0913 (keywords of a declaration; all but two may be left out)
    title: Text,
    description: Text,
    *,
    default: Any = PydanticUndefined,
    unit: str | None = None,
    geometry: set[GeometryType] | None = None,
    filters: str | None = None,
    column_of: str | None = None,
    choices: Mapping[str, Text] | None = None,
    levels: Levels | None = None,
    coverage: bool = False,
    occurs: int = 1,
    instead_of: tuple[str, ...] = (),
    hint: Text | None = None,
    **limits: Any,
) -> Any:
    """A field of `ProcessInputs`, documented in both languages.

    unit: of a number. geometry: kinds of geometry that a LayerRef may have. filters: the LayerRef that this CQL2
    text narrows. column_of: the LayerRef of which it names one column, or several. choices: words for the codes that
    may be chosen. levels: it is a level of the locality's units, `whole` where that of the whole will do as well.
    coverage: it names a coverage. occurs: how many values it may have at most; several come as an array, and its
    schema is of one. instead_of: inputs whose place it takes: one of them is chosen. hint: the description in a form,
    where names of columns and codes say nothing. limits: as of pydantic's Field (gt, ge, lt, le, max_length).
    """
    metadata: JsonDict = {
        'title': title.model_dump(),
        'description': description.model_dump(),
        'unit': unit,
        'geometry': [*sorted(geometry or ())],
        'filters': filters,
        'column_of': column_of,
        'choices': {code: words.model_dump() for code, words in (choices or {}).items()},
        'levels': levels,
        'coverage': coverage,
        'occurs': occurs,
        'instead_of': [*instead_of],
        'hint': hint.model_dump() if hint else None,
    }
    return Field(default, json_schema_extra=metadata, **limits)


def field_metadata(field: FieldInfo) -> dict[str, Any]:
    """The metadata that `input_field` stores with a field: title, description, unit and the like."""
    return dict(field.json_schema_extra) if isinstance(field.json_schema_extra, dict) else {}


def part_models(field: FieldInfo) -> dict[str, type[BaseModel]]:
    """The models of the parts of a list by what their member `kind` says; none of any other input."""
    annotations = (field.annotation, *get_args(field.annotation))
    item = next((get_args(annotation)[0] for annotation in annotations if get_origin(annotation) is list), None)
    item = getattr(item, '__value__', item)
    union = get_args(item)[0] if get_origin(item) is Annotated else item
    models = [
        model for model in get_args(union) or (union,) if isinstance(model, type) and issubclass(model, BaseModel)
    ]
    kinds = [(model, model.model_fields['kind']) for model in models if 'kind' in model.model_fields]
    return {str(get_args(kind.annotation)[0]): model for model, kind in kinds}


def filter_field(layer: str, example: str) -> Any:
    """The input that narrows the input `layer` by a CQL2 expression, such as `example`."""
    return input_field(
        Text(vi='Bộ lọc', en='Filter'),
        Text(
            vi=f'Biểu thức CQL2 cho {layer}, ví dụ {example}.', en=f'A CQL2 expression for {layer}, such as {example}.'
        ),
        default=None,
        filters=layer,
        max_length=20_000,
    )


ZONES = input_field(
    Text(vi='Vùng báo cáo', en='Zones'),
    Text(
        vi='Lớp vùng để cộng số liệu, hoặc FeatureCollection.',
        en='Layer of areas by which figures are added up, or a FeatureCollection.',
    ),
    hint=Text(vi='Các vùng mà số liệu được cộng theo.', en='The areas by which figures are added up.'),
    default=LayerRef('communes'),
    geometry=AREAS,
)
LEVEL = input_field(
    Text(vi='Cấp đơn vị', en='Level of the units'),
    Text(
        vi='Một cấp đơn vị hành chính của địa phương, như commune.',
        en='A level of the administrative units of the locality, such as commune.',
    ),
    default='commune',
    max_length=40,
    levels='units',
)
SENSITIVITY = input_field(
    Text(vi='Thử độ nhạy ±', en='Try the sensitivity by ±'),
    Text(
        vi='Đổi lần lượt từng trọng số và ngưỡng lên xuống bấy nhiêu phần trăm, và cho biết vị trí nào còn được chọn.',
        en='Changes each weight and limit in turn by so many per cent, up and down, and says which sites stay.',
    ),
    default=None,
    unit='%',
    ge=1,
    le=50,
)
JOB = input_field(
    Text(vi='Tác vụ', en='Job'),
    Text(vi='Mã của tác vụ đã chạy xong.', en='Id of a job that has ended well.'),
    pattern=r'^[0-9a-fA-F-]{36}$',
)
OUTPUT = input_field(
    Text(vi='Kết quả', en='Output'),
    Text(vi='Tên kết quả; bỏ trống là kết quả chính.', en='Its name; the main one when left out.'),
    default=None,
    max_length=60,
)
LANG = input_field(
    Text(vi='Ngôn ngữ', en='Language'), Text(vi='Của các tên gọi và chữ.', en='Of titles and text.'), default='vi'
)
RECEIPT_LANG = input_field(
    Text(vi='Ngôn ngữ của phiếu nhận', en='Language of the receipt'),
    Text(
        vi='Ngôn ngữ hiện trước; bỏ trống là ngôn ngữ của yêu cầu.',
        en='Which it shows first; that of the request when left out.',
    ),
    default=None,
)

# not a `type`, which would be a reference in the inputs' schema
Travel = Literal['walking', 'cycling', 'driving']
LONGEST_M, LONGEST_MINUTES = 50_000.0, 600.0


class FacilityInputs(ProcessInputs):
    """Where a service is given."""

    facilities: LayerRef = input_field(
        Text(vi='Cơ sở phục vụ', en='Facilities'),
        Text(
            vi='Lớp nơi dịch vụ được cung cấp; vùng (công viên) được vào từ mọi phía.',
            en='Layer of where the service is given; areas (parks) are entered from any side.',
        ),
        geometry=POINTS | AREAS,
    )
    filter: str | None = filter_field('facilities', "kind = 'station'")


class LimitInputs(ProcessInputs):
    """How far the nearest facility may be: metres, or minutes."""

    distance_m: float | None = input_field(
        Text(vi='Quãng đường tối đa', en='Longest acceptable way'),
        Text(
            vi='Tính bằng mét từ nhà đến cơ sở gần nhất, gồm cả đoạn ra đường.',
            en='In metres from the home to the nearest facility, the way to the road included.',
        ),
        default=None,
        unit='m',
        instead_of=('minutes', 'norm'),
        gt=0,
        le=LONGEST_M,
    )
    minutes: float | None = input_field(
        Text(vi='Thời gian tối đa', en='Longest acceptable time'),
        Text(vi='Thay cho quãng đường, theo tốc độ.', en='In place of a distance; the speed makes metres of it.'),
        default=None,
        unit='min',
        instead_of=('distance_m', 'norm'),
        gt=0,
        le=LONGEST_MINUTES,
    )

    @model_validator(mode='after')
    def _one_limit(self) -> Self:
        if self.distance_m is not None and self.minutes is not None:
            raise PydanticCustomError('two_limits', 'distance_m or minutes, not both')
        return self


class TravelInputs(ProcessInputs):
    """How people travel."""

    travel: Travel = input_field(
        Text(vi='Cách đi', en='Travel'),
        Text(
            vi='Đi bộ 5 km/h, xe đạp 15 km/h, xe máy hoặc ô tô 30 km/h, nếu không cho tốc độ.',
            en='Walking 5 km/h, cycling 15 km/h, driving 30 km/h, unless a speed is given.',
        ),
        default='walking',
        choices={
            'walking': Text(vi='đi bộ', en='walking'),
            'cycling': Text(vi='xe đạp', en='cycling'),
            'driving': Text(vi='lái xe', en='driving'),
        },
    )
    speed_kmh: float | None = input_field(
        Text(vi='Tốc độ', en='Speed'),
        Text(vi='Tốc độ trên cả quãng đường.', en='The speed on the whole way.'),
        default=None,
        unit='km/h',
        gt=0,
        le=150,
    )
    barriers: LayerRef | None = input_field(
        Text(vi='Vật cản', en='Barriers'),
        Text(
            vi='Lớp sông, kênh: đường cắt qua mà không có cầu ở gần thì không đi được.',
            en='Layer of rivers or the like: a road that crosses one with no bridge near it is cut there.',
        ),
        default=None,
        geometry=LINES | AREAS,
    )
    bridges: LayerRef = input_field(
        Text(vi='Cầu', en='Bridges'),
        Text(vi='Lớp cầu qua các vật cản.', en='Layer of bridges over the barriers.'),
        default=LayerRef('bridges'),
        geometry=POINTS | LINES | AREAS,
    )


class LimitedTravelInputs(TravelInputs, LimitInputs):
    """How people travel, and how far."""
