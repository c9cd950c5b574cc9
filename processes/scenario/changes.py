"""What a scenario may change, kind by kind, and the canonical form of which a version has a digest.

What each kind means for layers, rasters and norms: docs/decisions/0119-scenarios.md.
"""

import json
from collections.abc import Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PlainValidator,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError

from dothi.core.invalid_values import REASONS, explain_error
from dothi.core.numbers import number_vi
from dothi.core.text import Text
from etl.editing.checks import Fault, Unfit

MOST_CHANGES = 2_000
# Of a version as canonical JSON: the boundary of a commune with all its vertices has some 100 kB.
MOST_BYTES = 8 * 2**20
LOWEST_M, HIGHEST_M = -100.0, 1_000.0

type Id = Annotated[str, StringConstraints(min_length=1, max_length=100)]
type Scalar = str | int | float | bool | None
type KeyValue = str | int | dict[str, Scalar]
type Metres = Annotated[float, Field(ge=LOWEST_M, le=HIGHEST_M)]
type Geometry = dict[str, Any]


def _is_key(value: Any) -> Any:
    members = value.values() if isinstance(value, dict) else [value]
    if not members or any(isinstance(member, bool) or not isinstance(member, str | int) for member in members):
        raise PydanticCustomError('key', 'a text, a whole number, or an object of them')
    return value


type Key = Annotated[KeyValue, PlainValidator(_is_key)]


class Part(BaseModel):
    """A member of a change; unknown members are errors."""

    model_config = ConfigDict(extra='forbid', frozen=True, strict=True, allow_inf_nan=False)


class AddFeature(Part):
    """A feature that there is not yet. Its key may be left out: it gets one for the time of a run."""

    kind: Literal['add']
    layer: Id
    properties: dict[Id, Scalar] = {}
    geometry: Geometry


class ChangeFeature(Part):
    """A feature with other values, in another place, or both. Values that are not named stay."""

    kind: Literal['change']
    layer: Id
    key: Key
    properties: dict[Id, Scalar] = {}
    geometry: Geometry | None = None

    @model_validator(mode='after')
    def _changes_something(self) -> Self:
        if not self.properties and self.geometry is None:
            raise PydanticCustomError('no_change', 'properties or geometry')
        return self


class CloseFeature(Part):
    """A feature that is not there any more: a school that closes, a bridge that nobody may pass."""

    kind: Literal['close']
    layer: Id
    key: Key


class NormValue(Part):
    """Another value for one row of a norm. of_class: the class as results cite it, where the norm has classes."""

    model_config = ConfigDict(extra='forbid', frozen=True, strict=True, allow_inf_nan=False, populate_by_name=True)

    kind: Literal['norm']
    norm: Id
    subject: Id = 'any'
    condition: Id = 'any'
    of_class: Annotated[str, StringConstraints(max_length=100)] | None = Field(None, alias='class')
    value: Annotated[float, Field(ge=-1e9, le=1e9)]


class Dike(Part):
    """A barrier: cells of the coverage that the line touches are raised to the crest, where they are lower."""

    kind: Literal['dike']
    coverage: Id
    geometry: Geometry
    crest_m: Metres


class Ground(Part):
    """Ground that is brought to a level: cells of the coverage whose centre lies in the area."""

    kind: Literal['ground']
    coverage: Id
    geometry: Geometry
    level_m: Metres


type FeatureChange = AddFeature | ChangeFeature | CloseFeature
type RasterChange = Dike | Ground
type Change = Annotated[
    AddFeature | ChangeFeature | CloseFeature | NormValue | Dike | Ground, Field(discriminator='kind')
]
OF_FEATURES = (AddFeature, ChangeFeature, CloseFeature)
KINDS = ('add', 'change', 'close', 'norm', 'dike', 'ground')

_CHANGES: TypeAdapter[list[Change]] = TypeAdapter(list[Change])
_REASONS = REASONS | {
    'no_change': Text(vi='cần properties hoặc geometry', en='needs properties or geometry'),
    'key': Text(
        vi='phải là mã, hoặc đối tượng gồm các cột khóa', en='must be a key, or an object with the columns of the key'
    ),
    'extra_forbidden': Text(vi='là tên lạ, hãy bỏ đi', en='is no member of such a change, leave it out'),
    'model_attributes_type': Text(vi='phải là đối tượng JSON', en='must be a JSON object'),
}


def read_changes(documents: object) -> list[Change]:
    """The changes that a body lists; raises Unfit that names each one by its number, counted from 1."""
    if not isinstance(documents, list) or not documents:
        says = Text(vi='phải là danh sách có ít nhất một thay đổi.', en='must be a list of one change or more.')
        raise Unfit([Fault('/changes', 'changes', says)])
    if len(documents) > MOST_CHANGES:
        raise Unfit([Fault('/changes', 'changes', _too_many(len(documents)))])
    try:
        return _CHANGES.validate_python(documents)
    except ValidationError as invalid:
        raise Unfit([_fault(error) for error in invalid.errors(include_url=False)]) from None


def documents_of(changes: Sequence[Change]) -> list[dict[str, Any]]:
    """The changes as plain data, without what is not named."""
    return [change.model_dump(mode='json', by_alias=True, exclude_defaults=True) | {'kind': change.kind}
            for change in changes]  # fmt: skip


def canonical(documents: Sequence[dict[str, Any]]) -> str:
    """The changes as JSON of one form: members sorted, no spaces; raises Unfit where that is too long."""
    text = json.dumps(documents, sort_keys=True, separators=(',', ':'), ensure_ascii=False, allow_nan=False)
    if (size := len(text.encode())) > MOST_BYTES:
        says = Text(
            vi=f'có {number_vi(size)} byte, nhiều nhất {number_vi(MOST_BYTES)}. '
            'Khái quát hóa hình học, hoặc chia phương án.',
            en=f'take {size:,} bytes, of {MOST_BYTES:,} at most. Simplify the geometries, or split the scenario.',
        )
        raise Unfit([Fault('/changes', 'changes', says)])
    return text


def fault_of_change(number: int, place: str, code: str, says: Text) -> Fault:
    """What is wrong with the change `number`, counted from 1; place: where in it, such as /geometry."""
    text = Text(vi='Thay đổi {number}: {says}', en='Change {number}: {says}').format(number=number, says=says)
    return Fault(f'/changes/{number - 1}{place}', code, text)


def _fault(error: Any) -> Fault:
    number, *inner = error['loc']
    # the discriminator stands in the place of what it chose
    names = [str(part) for part in inner if part not in KINDS]
    reason = explain_error(error, _REASONS)
    where = '.'.join(names)
    says = Text(vi='{where}{reason}.', en='{where}{reason}.').format(
        where=f'"{where}" ' if where else '', reason=reason
    )
    return fault_of_change(int(number) + 1, ''.join(f'/{name}' for name in names), str(error['type']), says)


def _too_many(count: int) -> Text:
    return Text(
        vi=f'có {number_vi(count)} thay đổi, nhiều nhất {number_vi(MOST_CHANGES)}. Chia thành nhiều phương án.',
        en=f'are {count:,} changes, of {MOST_CHANGES:,} at most. Split the scenario.',
    )
