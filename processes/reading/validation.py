"""Inputs of a request, checked before any work: every error names the input, what is wrong and what would be right."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from dothi.core.errors import DothiError, WrongUse, did_you_mean
from dothi.core.invalid_values import REASONS, explain_error
from dothi.core.layer import Audience, Layer
from dothi.core.layer_source import parse_times
from dothi.core.locality import Locality
from dothi.core.text import Text
from processes.inputs import LayerRef, ProcessInputs, field_metadata, layers_in
from processes.reading.geojson_layers import layer_of_features
from processes.reading.layers import Filter, filter_condition, visible_layer
from processes.scenario.reference import NAME as SCENARIO


class InvalidInput(WrongUse):
    """An input is missing, unknown, of the wrong type or out of range."""


class WrongGeometry(WrongUse):
    """A layer has points where areas are needed, or the like."""


# What is wrong with inputs in particular, by the type of pydantic's error or of our own.
INPUT_REASONS = REASONS | {
    'dataclass_type': Text(vi='phải là mã lớp dữ liệu', en='must be the id of a collection'),
    'model_type': Text(vi='phải là đối tượng JSON', en='must be a JSON object'),
    'scenario_type': Text(
        vi='phải là mã phương án, hoặc {{"id", "version"}}', en='must be the id of a scenario, or {{"id", "version"}}'
    ),
    'layer_place': Text(
        vi='phải có đúng một trong collection, features, job', en='must have one of collection, features and job'
    ),
    'layer_datetime': Text(vi='chỉ lớp mới có datetime', en='has a datetime, which only collections have'),
    'layer_output': Text(vi='chỉ tác vụ mới có output', en='has an output, which only jobs have'),
    'plain_line': Text(
        vi='có ký tự điều khiển, xuống dòng hoặc đổi hướng chữ; hãy bỏ chúng đi',
        en='has control characters, line breaks or marks that turn text round; take them out',
    ),
    'no_limit': Text(
        vi='cần một giới hạn: cho distance_m hoặc minutes', en='needs a limit: give distance_m or minutes'
    ),
    'exact_places': Text(
        vi='có places, mà method exact không tính số chỗ: chọn auto hoặc greedy',
        en='has places, which the method exact does not know: choose auto or greedy',
    ),
    'same_service': Text(
        vi='hai dịch vụ cùng tên "{name}": cho mỗi dịch vụ một service khác nhau',
        en='has two services of the name "{name}": give each a service of its own',
    ),
    'two_limits': Text(vi='chỉ được có distance_m hoặc minutes', en='must have distance_m or minutes, not both'),
    'breaks': Text(
        vi='cần distances_m hoặc minutes, và chỉ một trong hai', en='needs distances_m or minutes, and not both'
    ),
    'schema': Text(vi='không đúng schema đã khai báo: {reason}', en='does not fit its schema: {reason}'),
}
SCENARIO_FIELDS = ('id', 'version')
LAYER_FIELDS = ('collection', 'filter', 'datetime', 'features', 'job', 'output')
UNKNOWN = ('extra_forbidden', 'unexpected_keyword_argument')
QUOTED_LENGTH = 60


def validate_inputs[I: ProcessInputs](model: type[I], inputs: object) -> I:
    """`inputs` as the process's model; raises InvalidInput that names every input that is wrong."""
    try:
        return model.model_validate(inputs)
    except ValidationError as invalid:
        problems = Text.join(' ', (_explain_error(error, model) for error in invalid.errors(include_url=False)))
        raise InvalidInput(vi=problems.vi, en=problems.en) from None


@contextmanager
def _naming_input(name: str) -> Iterator[None]:
    """Raises InvalidInput that names the input for what is wrong with it."""
    try:
        yield
    except DothiError as error:
        raise InvalidInput(vi=f'Đầu vào "{name}": {error.text.vi}', en=f'Input "{name}": {error.text.en}') from error


def check_layers(inputs: ProcessInputs, locality: Locality, audience: Audience) -> None:
    """Raises InvalidInput unless every layer exists for `audience`, has a usable geometry and suits its filter.

    What an earlier job holds is seen when the run begins.
    """
    for name, field in type(inputs).model_fields.items():
        value, metadata = getattr(inputs, name), field_metadata(field)
        with _naming_input(name):
            for layer in layers_in(value):
                _check_layer(layer, metadata['geometry'], locality, audience)
            narrowed_layer = getattr(inputs, metadata['filters']) if metadata.get('filters') else None
            if value is not None and narrowed_layer is not None:
                _check_filter(narrowed_layer, value, locality, audience)


def _check_layer(value: LayerRef, kinds: list[str], locality: Locality, audience: Audience) -> None:
    layer = _find_layer(value, locality, audience)
    if layer is None:
        return
    check_geometry(layer, kinds)
    if value.filter is not None:
        filter_condition(layer, value.filter, locality, audience)
    if value.datetime is not None:
        parse_times(value.datetime)


def _check_filter(narrowed_layer: LayerRef, text: Filter, locality: Locality, audience: Audience) -> None:
    layer = _find_layer(narrowed_layer, locality, audience)
    if layer is not None:
        filter_condition(layer, text, locality, audience)


def _find_layer(value: LayerRef, locality: Locality, audience: Audience) -> Layer | None:
    """The layer; None for the result of a job, which the request does not look into."""
    if value.features is not None:
        return layer_of_features('features', value.reference, value.features).layer
    return None if value.collection is None else visible_layer(value.collection, locality, audience)


def check_geometry(layer: Layer, kinds: list[str]) -> None:
    """Raises WrongGeometry unless the layer has one of these kinds; none allows all."""
    if kinds and layer.geometry not in kinds:
        allowed_kinds = ', '.join(sorted(kinds))
        raise WrongGeometry(
            vi=f'lớp "{layer.id}" có hình học {layer.geometry}, cần {allowed_kinds}.',
            en=f'the layer "{layer.id}" has the geometry {layer.geometry}, which has to be {allowed_kinds}.',
        )


def check_request_layers(inputs: ProcessInputs, layers: Mapping[str, Layer]) -> None:
    """Raises InvalidInput where what is no collection has another kind of geometry than its input may have."""
    for name, field in type(inputs).model_fields.items():
        for layer in layers_in(getattr(inputs, name)):
            if layer.reference in layers:
                with _naming_input(name):
                    check_geometry(layers[layer.reference], field_metadata(field).get('geometry') or [])


def _explain_error(error: ErrorDetails, model: type[ProcessInputs]) -> Text:
    where = '.'.join(str(part) for part in error['loc']) or 'inputs'
    if error['type'] in UNKNOWN:
        hint = did_you_mean(str(error['loc'][-1]), _names_at(error, model))
        return Text(vi='Không có đầu vào "{where}". {hint}', en='There is no input "{where}". {hint}').format(
            where=where, hint=hint
        )
    reason = explain_error(error, INPUT_REASONS)
    return Text(vi='Đầu vào "{where}"{input} {reason}.', en='Input "{where}"{input} {reason}.').format(
        where=where, input=_quote_input(error), reason=reason
    )


def _names_at(error: ErrorDetails, model: type[ProcessInputs]) -> Iterable[str]:
    """The names that would be right at the place of one that is unknown."""
    place = error['loc']
    if error['type'] == 'unexpected_keyword_argument':
        return SCENARIO_FIELDS if place[0] == SCENARIO else LAYER_FIELDS
    if len(place) == 1:
        return model.model_fields
    parts = [*_models_in(model.model_fields[str(place[0])].annotation)]
    # of several kinds the one that the place names
    chosen_parts = (
        [part for part in parts if {*get_args(part.model_fields['kind'].annotation)} & {*place}]
        if len(parts) > 1
        else []
    )
    return {name for part in chosen_parts or parts for name in part.model_fields}


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models of the parts of an input."""
    annotation = getattr(annotation, '__value__', annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models_in(part)


def _quote_input(error: ErrorDetails) -> str:
    """What was sent, cut short; nothing where it is missing or has parts of its own."""
    if error['type'] == 'missing' or not isinstance(error['input'], str | int | float):
        return ''
    excerpt = json.dumps(error['input'], ensure_ascii=False)
    return f' ({excerpt[:QUOTED_LENGTH]}...)' if len(excerpt) > QUOTED_LENGTH else f' ({excerpt})'
