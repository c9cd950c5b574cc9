"""What was asked, in words: each input with its title, and its value as a planner would say it."""

from dataclasses import dataclass
from typing import Any

from dothi.core.locality import Locality
from dothi.core.text import Lang, Text
from processes.forms.numbers import NOTHING
from processes.forms.stored import StoredResult
from processes.forms.words import MemberWords
from processes.inputs import field_metadata
from processes.members import Member

# A list of thousands of places is no question that anybody reads.
LONGEST = 400


@dataclass(frozen=True)
class InputInWords:
    """An input: its name as it is sent, what it is called, and its value in words."""

    name: str
    title: str
    value: str


def list_inputs(stored: StoredResult, locality: Locality, lang: Lang) -> list[InputInWords]:
    """The inputs in the order of the process, without those that were left empty."""
    fields = stored.model.model_fields.items()
    inputs = {name: Member.of_input(field_metadata(field)) for name, field in fields}
    words = MemberWords({**stored.members, **inputs}, lang)
    texts = {name: input_text(name, stored.inputs.get(name), words, locality) for name, _ in fields}
    return [InputInWords(name, words.title(name), text) for name, text in texts.items() if text != NOTHING]


def input_text(name: str, value: Any, words: MemberWords, locality: Locality) -> str:
    """The value of an input in words: layers and rasters by their titles."""
    if isinstance(value, dict) and {'collection', 'job', 'features'} & value.keys():
        return _layer_title(value, locality, words.lang)
    if isinstance(value, list) and value and all(isinstance(part, dict) for part in value):
        return '; '.join(input_text(name, part, words, locality) for part in value)
    if isinstance(value, str) and value in locality.coverages:
        return locality.described(value).title.pick(words.lang)
    text = words.value(name, value)
    return text if len(text) <= LONGEST else f'{text[:LONGEST]} …'


def _layer_title(value: dict[str, Any], locality: Locality, lang: Lang) -> str:
    """The title of a collection; its filter and day behind it."""
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
    more = [str(value[name]) for name in ('filter', 'datetime') if value.get(name)]
    return f'{text} ({"; ".join(more)})' if more else text
