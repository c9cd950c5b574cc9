"""The question that a run answers: its inputs in words."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from dothi.core.layer import Column
from dothi.core.locality import Locality
from dothi.core.text import Lang, Text
from processes.forms.filter_words import filter_in_words
from processes.forms.numbers import NOTHING, value_text
from processes.forms.stored import StoredResult
from processes.forms.unit_words import UnitNaming, without_names
from processes.forms.words import MemberWords
from processes.inputs import field_metadata, part_models
from processes.outputs import Member, find_member, name_levels

# A list of thousands of places is no question that anybody reads.
LONGEST = 400


@dataclass(frozen=True)
class InputInWords:
    """An input: its name as it is sent, what it is called, and its value in words."""

    name: str
    title: str
    value: str


def list_inputs(
    stored: StoredResult,
    locality: Locality,
    lang: Lang,
    runs: Mapping[str, str] = MappingProxyType({}),
    unit_name: UnitNaming = without_names,
) -> list[InputInWords]:
    """The inputs in the order of the process, without those that were left empty.

    runs: titles of earlier runs by id, which stand where an input names one of them.
    """
    fields = stored.model.model_fields.items()
    inputs = {name: Member.of_input(field_metadata(field)) for name, field in fields}
    words = MemberWords({**stored.members, **name_levels(inputs, locality.place.levels)}, lang, unit_name=unit_name)
    texts = input_texts(stored.model, stored.inputs, words, locality)
    return [InputInWords(name, words.title(name), runs.get(text, text)) for name, text in texts.items()]


def input_texts(
    model: type[BaseModel], inputs: Mapping[str, Any], words: MemberWords, locality: Locality
) -> dict[str, str]:
    """The inputs in words by name, in the order of the model, without those that were left empty."""
    texts = {}
    for name, field in model.model_fields.items():
        narrowed = inputs.get(field_metadata(field).get('filters') or '')
        value = inputs.get(name)
        if value and (models := part_models(field)):
            texts[name] = '; '.join(_part_text(models[part['kind']], part, words, locality) for part in value)
        elif isinstance(value, str) and isinstance(narrowed, dict):
            texts[name] = _filter_text(value, narrowed.get('collection'), locality, words)
        elif isinstance(value, str) and (column := _column_of(field, value, inputs, locality)):
            texts[name] = column.title.pick(words.lang)
        else:
            texts[name] = input_text(name, value, words, locality)
    return {name: text for name, text in texts.items() if text != NOTHING and not _is_replaced(name, model, inputs)}


def _part_text(model: type[BaseModel], part: Mapping[str, Any], words: MemberWords, locality: Locality) -> str:
    """A part of a list in words: its kind, where there are several, and its inputs; layers come without a title."""
    own = {name: Member.of_input(field_metadata(field)) for name, field in model.model_fields.items() if name != 'kind'}
    part_words = replace(words, members={**own, **words.members})
    texts = input_texts(model, part, part_words, locality)
    kind = find_member('kind', words.members)
    is_telling = kind is not None and part['kind'] in (kind.codes or {})
    return ', '.join(
        text if isinstance(part[name], dict) or name == 'kind' else f'{part_words.title(name)}: {text}'
        for name, text in texts.items()
        if name != 'kind' or is_telling
    )


def _is_replaced(name: str, model: type[BaseModel], inputs: Mapping[str, Any]) -> bool:
    """Whether the input only has its default, and another was chosen in its place, such as a distance for a norm."""
    field = model.model_fields[name]
    others = field_metadata(field).get('instead_of') or ()
    return inputs.get(name) == field.default and any(inputs.get(other) not in (None, []) for other in others)


def input_text(name: str, value: Any, words: MemberWords, locality: Locality) -> str:
    """The value of an input in words: layers and rasters by their titles."""
    if isinstance(value, dict) and {'collection', 'job', 'features'} & value.keys():
        return _layer_title(value, locality, words)
    if isinstance(value, list) and value and all(isinstance(part, dict) for part in value):
        return '; '.join(input_text(name, part, words, locality) for part in value)
    if isinstance(value, str) and value in locality.coverages:
        return locality.described(value).title.pick(words.lang)
    text = words.value(name, value)
    return text if len(text) <= LONGEST else f'{text[:LONGEST]} …'


def _layer_title(value: dict[str, Any], locality: Locality, words: MemberWords) -> str:
    """The title of a collection; its filter and day behind it."""
    lang = words.lang
    collection, job, features = (value.get(name) for name in ('collection', 'job', 'features'))
    output = f'/{value["output"]}' if value.get('output') else ''
    if collection:
        is_known = collection in locality.layers or collection in locality.coverages
        text = locality.described(collection).title.pick(lang) if is_known else str(collection)
    elif job:
        text = Text(vi=f'kết quả của tác vụ {job}{output}', en=f'the result of job {job}{output}').pick(lang)
    else:
        count = len((features or {}).get('features', []))
        text = Text(vi=f'{count} đối tượng gửi kèm', en=f'{count} features that were sent along').pick(lang)
    more = [_filter_text(value['filter'], collection, locality, words)] if value.get('filter') else []
    more += [value_text(value['datetime'], lang)] if value.get('datetime') else []
    return f'{text} ({"; ".join(more)})' if more else text


def _column_of(field: FieldInfo, name: str, inputs: Mapping[str, Any], locality: Locality) -> Column | None:
    """The column that an input names, of the layer that another input names; None for any other input."""
    layer_ref = inputs.get(field_metadata(field).get('column_of') or '')
    layer = locality.layers.get(layer_ref.get('collection') or '') if isinstance(layer_ref, dict) else None
    return layer.columns.get(name) if layer else None


def _filter_text(text: str, collection: str | None, locality: Locality, words: MemberWords) -> str:
    """The filter in the words of the layer that it narrows; of any other source as it is."""
    layer = locality.layers.get(collection or '')
    return filter_in_words(text, layer.columns, words.lang, words.unit_name) if layer is not None else text
