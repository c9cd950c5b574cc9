"""The kinds of facilities that a request is about, and their norms: how far away, and how many to a unit."""

from typing import Any, Literal

import numpy as np

from dothi.core.arrays import Bools, Floats, Ints
from dothi.core.errors import WrongUse
from dothi.core.norms import Norm, norm_for
from dothi.core.text import Text
from processes.data import Data
from processes.inputs import AREAS, POINTS, FacilityInputs, LayerRef, input_field
from processes.norm_words import SUBJECTS
from processes.reading.layers import column_identifier
from processes.ways.covered import ServedKind
from processes.ways.facilities import Facilities, join_facilities, read_facilities
from processes.zones.membership import Membership, zone_of

NORM = 'service_distance'
URBAN, RURAL = 'urban', 'rural'
UNIT_NORM = 'facilities_per_unit'


NO_SUBJECT = Text(vi='–', en='–')


class NoDistanceNorm(WrongUse):
    """No norm says how far a facility of this kind may be."""


def limit_by_norm(norms: list[Norm], kind: str, urban: Bools | None, count: int) -> tuple[Floats, tuple[Norm, ...]]:
    """Metres that a facility of this kind may be away from each place, nan where no norm says so, and the norms used.

    urban: whether each place is, shape (count,); None where the locality does not say. Raises NoDistanceNorm.
    """
    conditions = (None, None) if urban is None else (RURAL, URBAN)
    matches = [norm_for(norms, kind, condition=condition) for condition in conditions]
    values = np.asarray([norm.value if norm else np.nan for norm in matches])
    used = tuple(dict.fromkeys(norm for norm in matches if norm))
    if not used:
        raise _no_norm(kind, norms, [], [])
    return values[np.zeros(count, dtype=int) if urban is None else urban.astype(int)], used


def must_have_distance(norms: list[Norm], kind: str, columns: list[str], per_unit: list[Norm]) -> None:
    """Raises NoDistanceNorm where no norm says how far a kind may be, in town or in the country.

    columns: of the layer, which tell kinds that have a norm. per_unit: norms that say how many a unit has to have.
    """
    if not any(norm_for(norms, kind, condition=condition) for condition in (None, RURAL, URBAN)):
        raise _no_norm(kind, norms, columns, per_unit)


def in_urban_units(places: Floats, data: Data) -> Bools | None:
    """Whether each place lies in an urban unit; None where the locality does not say which units are urban."""
    place = data.locality.place
    if place.urban_units is None or not place.unit_layers:
        return None
    units = data.zones(LayerRef(place.unit_layers[-1], filter=place.urban_units))
    return zone_of(places, units.shapes) >= 0


def _no_norm(kind: str, norms: list[Norm], columns: list[str], per_unit: list[Norm]) -> NoDistanceNorm:
    subjects = _listed_subjects(norms)
    chosen = ' / '.join(columns)
    vi = f'kind_column = {chosen}' if chosen else 'kind_column'
    en = f'the kind_column {chosen}' if chosen else 'a kind_column'
    if any(norm.subject == kind for norm in per_unit):
        vi = en = 'norm = facilities_per_unit'
    return NoDistanceNorm(
        vi=f'Quy chuẩn không nêu khoảng cách đến "{_subject(kind).vi}"; có cho: {subjects.vi}. Cho distance_m hoặc '
        f'minutes, hoặc {vi}.',
        en=f'No norm says how far "{_subject(kind).en}" may be; there is one for: {subjects.en}. Give distance_m or '
        f'minutes, or {en}.',
    )


def _listed_subjects(norms: list[Norm]) -> Text:
    return Text.join(', ', [_subject(subject) for subject in sorted({norm.subject for norm in norms})] or [NO_SUBJECT])


def _subject(code: str) -> Text:
    """What a norm is for, in words; a kind of a locality's own as its data write it."""
    return SUBJECTS.get(code, Text(vi=code, en=code))


class NoUnitNorm(WrongUse):
    """No norm says how many facilities of this kind a unit has to have."""


def norm_per_unit(norms: list[Norm], kind: str) -> Norm:
    """How many facilities of a kind each unit has to have; raises NoUnitNorm with the kinds that have a norm."""
    match = norm_for(norms, kind)
    if match is None:
        listed = _listed_subjects(norms)
        raise NoUnitNorm(
            vi=f'Quy chuẩn không nêu số "{_subject(kind).vi}" của mỗi đơn vị. Có quy chuẩn cho: {listed.vi}. Chọn '
            'kind_column và chỉ lấy các loại đó của facilities, hoặc cho distance_m.',
            en=f'No norm says how many "{_subject(kind).en}" each unit has to have. There is one for: {listed.en}. '
            'Choose kind_column and only these of the facilities, or give distance_m.',
        )
    return match


def level_of_norm(norm: Norm) -> str:
    """The level of the units that a norm counts by: `commune` of `per commune`."""
    return norm.unit.removeprefix('per ')


def facilities_by_unit(facilities: Facilities, kind: str, inside: Membership) -> Ints:
    """How many facilities of a kind each unit has, shape (units,). inside: the units of the facilities' entrances.

    One with an area counts in every unit in which it has an entrance.
    """
    ours = np.asarray([own_kind == kind for own_kind in facilities.kinds], dtype=bool)
    pairs = np.unique(np.column_stack([facilities.owner[inside.place], inside.zone]), axis=0)
    return np.bincount(pairs[ours[pairs[:, 0]], 1], minlength=inside.zones)


def served_by_unit(kind: str, facilities: int, counts: Ints, norm: Norm, homes: Membership) -> ServedKind:
    """Whose unit has as many facilities of a kind as the norm asks for; whoever is in no unit is not assessed.

    facilities: of the kind, those in no unit included. counts: by unit.
    Nothing is measured: the way is 0 for whoever has them, and 1 beside a limit of 0 for whoever has not.
    """
    enough = counts >= norm.value
    lacking, limit = np.ones(homes.places), np.full(homes.places, np.nan)
    lacking[homes.place[enough[homes.zone]]] = 0
    limit[homes.place] = 0
    return ServedKind(kind, facilities, lacking, limit, (norm,))


def unit_figures(kinds: list[ServedKind], counts: list[Ints], unit: int) -> dict[str, Any]:
    """Facilities of each kind in a unit, and whether they are as many as the norms ask for."""
    met: Bools = np.asarray([count[unit] >= kind.norms[0].value for kind, count in zip(kinds, counts, strict=True)])
    facilities = {f'facilities_{kind.kind}': int(count[unit]) for kind, count in zip(kinds, counts, strict=True)}
    return {**facilities, 'norm_met': bool(met.all())}


class KindInputs(FacilityInputs):
    """Facilities of one kind or several, and the norm that people are to be served by."""

    more_facilities: list[LayerRef] = input_field(
        Text(vi='Các loại cơ sở khác', en='Further facilities'),
        Text(
            vi='Mỗi lớp một bộ số liệu; người dân được phục vụ khi có đủ các loại.',
            en='Each layer has figures of its own; people are covered when they have every kind.',
        ),
        default=[],
        geometry=POINTS | AREAS,
        max_length=10,
    )
    kind_column: str | None = input_field(
        Text(vi='Cột loại cơ sở', en='Column of the kind'),
        Text(
            vi='Tách mỗi lớp theo giá trị của cột này (level của trường học), mỗi loại một bộ số liệu.',
            en='Splits each layer that has this column by its values (level of schools), with figures for each.',
        ),
        default=None,
        column_of='facilities',
        max_length=63,
    )
    norm: Literal['service_distance', 'facilities_per_unit'] = input_field(
        Text(vi='Quy chuẩn', en='Norm'),
        Text(
            vi='Khi không cho distance_m và minutes: service_distance là quãng đường theo loại; facilities_per_unit là '
            'số cơ sở của mỗi đơn vị, ví dụ mỗi xã một trạm y tế (zones là lớp đơn vị đó).',
            en='Where neither distance_m nor minutes are given: service_distance is a way, by the kind; '
            'facilities_per_unit how many each unit has to have, such as a health station in each commune (zones are '
            'these units).',
        ),
        default='service_distance',
        instead_of=('distance_m', 'minutes'),
        hint=Text(
            vi='Thay cho quãng đường và thời gian: quãng đường mà quy chuẩn nêu cho từng loại, hoặc số cơ sở mà mỗi '
            'đơn vị phải có, ví dụ mỗi xã một trạm y tế.',
            en='In place of a distance and a time: the way that a norm has for each kind, or how many facilities '
            'each unit has to have, such as a health station in each commune.',
        ),
        choices={
            'service_distance': Text(vi='quãng đường theo loại', en='distance by kind'),
            'facilities_per_unit': Text(vi='số cơ sở mỗi đơn vị', en='facilities of each unit'),
        },
    )


def kinds_of(inputs: KindInputs, data: Data) -> tuple[Facilities, list[str]]:
    """All facilities, and their kinds: values of the kind column, or the layer's name where it has no such column."""
    chosen = [(inputs.facilities, inputs.filter), *((layer, None) for layer in inputs.more_facilities)]
    columns = [_kind_column(layer, inputs, data) for layer, _ in chosen]
    if inputs.kind_column is not None and not any(columns):
        # none has it: the error names the nearest column of the first
        column_identifier(data.source(inputs.facilities)[0], inputs.kind_column, data.audience)
    facilities: list[Facilities] = []
    kinds: list[str] = []
    for (layer, narrowed_by), kind_column in zip(chosen, columns, strict=True):
        name = _distinct_name(layer.collection or layer.reference.partition(':')[0], kinds)
        facilities.append(read_facilities(layer, data, narrowed_by, kind_column, name))
        # a layer without facilities is a kind that nobody has; one whose kinds are all known adds none
        kinds += sorted({*facilities[-1].kinds} - {*kinds}) if facilities[-1].count else [name]
    return join_facilities(facilities), kinds


def _kind_column(layer: LayerRef, inputs: KindInputs, data: Data) -> str | None:
    has_it = inputs.kind_column in data.source(layer)[0].columns_for(data.audience)
    return inputs.kind_column if has_it else None


def _distinct_name(name: str, used_names: list[str]) -> str:
    """`name`, with a number where it is used_names: the same layer twice, each time with another filter."""
    candidates = (name, *(f'{name}_{number}' for number in range(2, len(used_names) + 3)))
    return next(candidate for candidate in candidates if candidate not in used_names)


def must_have_norms(kinds: list[str], inputs: KindInputs, data: Data) -> None:
    """Raises NoDistanceNorm or NoUnitNorm, with what to choose, where a kind has no norm."""
    norms = data.norms(inputs.norm)
    for kind in kinds:
        if inputs.norm == UNIT_NORM:
            norm_per_unit(norms, kind)
        else:
            must_have_distance(norms, kind, kind_columns(inputs, norms, data), data.norms(UNIT_NORM))


def kind_columns(inputs: KindInputs, norms: list[Norm], data: Data) -> list[str]:
    """Columns of the first layer whose values are kinds that have a norm."""
    layer, _ = data.source(inputs.facilities)
    subjects = {norm.subject for norm in norms}
    visible = layer.columns_for(data.audience)
    return [name for name in visible if name in layer.columns and {*(layer.columns[name].domain or ())} & subjects]
