"""What a report says: the question in words, the figures of the whole, the most telling rows, norms and caveats."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from dothi.core.layer import Column
from dothi.core.locality import Locality
from dothi.core.text import LANGUAGES, Lang, Text
from processes.forms.filter_words import filter_in_words
from processes.forms.numbers import NOTHING, value_text
from processes.forms.stored import StoredResult
from processes.forms.tables import Feature, properties_of
from processes.forms.words import MemberWords, cite_norm
from processes.inputs import field_metadata
from processes.outputs import Member, name_levels

MOST_ROWS, MOST_COLUMNS, MOST_LISTED = 60, 8, 20
# Members of a summary that have a place of their own in the report.
CAVEATS = ('caveats', 'caveat', 'note', 'notes')
ELSEWHERE = (
    'sentences', 'releases', 'demo', 'results', 'norms', 'norms_version', 'norm', 'clause', 'indicators', *CAVEATS,
)  # fmt: skip
# Columns that say the same as the list of norms.
OF_NORMS = ('clause', 'norm', 'verified', 'condition')
# A list of thousands of places is no question that anybody reads.
LONGEST = 400


@dataclass(frozen=True)
class Table:
    """Headings, rows and the line of the whole, which is empty where the summary has none of these figures.

    columns: names of the members. numeric: by column. places: of each row among the features. more: how many rows are
    left out.
    """

    columns: list[str]
    places: list[int]
    headings: list[str]
    numeric: list[bool]
    rows: list[list[str]]
    total: list[str]
    more: int


def key_figures(summary: Mapping[str, Any], inputs: Mapping[str, Any], words: MemberWords) -> list[tuple[str, str]]:
    """Title and value of the summary's members that are neither inputs nor told elsewhere."""
    return [
        (words.title(name), _shorten(name, value, words))
        for name, value in summary.items()
        if name not in ELSEWHERE
        and not _is_list_of_parts(value)
        and not (name in inputs and _is_repeated(value, inputs[name]))
    ]


def detail_tables(summary: Mapping[str, Any], words: MemberWords) -> list[tuple[str, Table]]:
    """The summary's lists of parts, such as figures by norm or by kind, each with its title as a table."""
    # `members` says of a comparison which columns its table has, and what they are called
    left_out = (*ELSEWHERE, 'members')
    lists = {name: value for name, value in summary.items() if name not in left_out and _is_list_of_parts(value)}
    return [
        (
            words.title(name),
            table_of_rows([{'properties': _in_own_unit(part, words)} for part in value], None, {}, words),
        )
        for name, value in lists.items()
    ]


def _in_own_unit(part: dict[str, Any], words: MemberWords) -> dict[str, Any]:
    """The part; one that is a figure with a name and a unit has its numbers in that unit, and its name alone."""
    if not {'code', 'name', 'unit'} <= part.keys():
        return part
    unit = part['unit']
    return {
        name: value_text(value, words.lang, unit) if _is_number(value) else value
        for name, value in part.items()
        if name not in ('code', 'unit')
    }


def _is_list_of_parts(value: Any) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(part, dict) for part in value)
        and not all(part.keys() == set(LANGUAGES) for part in value)
    )


def _is_repeated(value: Any, input_value: Any) -> bool:
    return value == input_value or (isinstance(input_value, dict) and value == input_value.get('collection'))


def _shorten(name: str, value: Any, words: MemberWords) -> str:
    """A value; of a long list only its beginning."""
    if isinstance(value, list) and len(value) > MOST_LISTED:
        return f'{value_text(value[:MOST_LISTED], words.lang, words.unit(name))} … ({len(value)})'
    return words.value(name, value)


def sums_of(summary: Mapping[str, Any], inputs: type[BaseModel]) -> dict[str, Any]:
    """What of the summary may stand below a column as its total: not a number that was asked for, such as a limit."""
    numbers = (int, float, int | None, float | None)
    numeric_inputs = {name for name, field in inputs.model_fields.items() if field.annotation in numbers}
    return {name: value for name, value in summary.items() if name not in numeric_inputs}


def table_of_rows(
    features: Sequence[Feature],
    figure: str | None,
    summary: Mapping[str, Any],
    words: MemberWords,
    leave_out: Collection[str] = (),
    most: int = MOST_ROWS,
) -> Table:
    """At most `most` rows, by the figure: the highest first, the lowest where that is what a planner looks for, and of
    differences the greatest, whichever way.

    Rows without a value come last. Columns are the properties in their order, those without any value left out, and
    those that are told elsewhere (`leave_out`).
    """
    rows = properties_of(features)
    columns = _chosen_columns(rows, words.members, leave_out)
    low_first = figure is not None and figure in words.members and words.members[figure].low_first
    of_change = figure is not None and figure.endswith('_difference')
    order = sorted(
        range(len(rows)),
        key=lambda place: _sort_rank(rows[place].get(figure or ''), low_first=low_first, of_change=of_change),
    )
    lines = [[_shorten(name, rows[place].get(name), words) for name in columns] for place in order[:most]]
    totals = [name in summary and isinstance(summary[name], int | float) for name in columns]
    return Table(
        columns=columns,
        places=order[:most],
        headings=[words.heading(name) for name in columns],
        numeric=[any(_is_number(row.get(name)) for row in rows) for name in columns],
        rows=lines,
        total=[
            value_text(summary[name], words.lang, words.unit(name)) if has else ''
            for name, has in zip(columns, totals, strict=True)
        ]
        if any(totals)
        else [],
        more=max(0, len(rows) - most),
    )


def _sort_rank(value: Any, *, low_first: bool, of_change: bool) -> tuple[bool, float]:
    if not _is_number(value):
        return (True, 0)
    if of_change:
        return (False, -abs(float(value)))
    return (False, float(value) if low_first else -float(value))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _chosen_columns(rows: Sequence[dict[str, Any]], telling: Iterable[str], leave_out: Collection[str]) -> list[str]:
    """The columns that fit on a page: where there are more, the first two and then the most telling ones."""
    filled_names = dict.fromkeys(name for row in rows for name, value in row.items() if value is not None)
    filled = [name for name in filled_names if name not in leave_out]
    if len(filled) <= MOST_COLUMNS:
        return filled
    first = filled[:2]
    in_order = [*first, *(name for name in telling if name in filled and name not in first)]
    in_order += [name for name in filled if name not in in_order]
    return [name for name in filled if name in in_order[:MOST_COLUMNS]]


def norms_of(summary: Mapping[str, Any], features: Sequence[Feature], lang: Lang) -> list[str]:
    """The norms that the result cites anywhere in its summary, and the clauses of its features, each once."""
    whole = [cite_norm(norm, lang) for norm in _with_clause(summary)]
    clauses = [str(row['clause']) for row in properties_of(features) if row.get('clause')]
    return list(dict.fromkeys([*whole, *(clause for clause in clauses if not any(clause in norm for norm in whole))]))


def _with_clause(value: Any) -> Iterator[dict[str, Any]]:
    """What names a clause, however deep it lies."""
    if isinstance(value, dict):
        if value.get('clause'):
            yield value
        else:
            yield from (cited_part for part in value.values() for cited_part in _with_clause(part))
    elif isinstance(value, list):
        yield from (cited_part for part in value for cited_part in _with_clause(part))


def caveats_of(summary: Mapping[str, Any], lang: Lang) -> list[str]:
    """What the result says that one has to bear in mind."""
    caveats: list[Any] = []
    for name in CAVEATS:
        value = summary.get(name)
        caveats += value if isinstance(value, list) else [] if value is None else [value]
    return [value_text(caveat, lang) for caveat in caveats]


def sentences_of(summary: Mapping[str, Any], lang: Lang) -> list[str]:
    """What the result says in sentences, the most telling one first."""
    return [value_text(sentence, lang) for sentence in summary.get('sentences') or []]


@dataclass(frozen=True)
class InputInWords:
    """An input: its name as it is sent, what it is called, and its value in words."""

    name: str
    title: str
    value: str


def list_inputs(
    stored: StoredResult, locality: Locality, lang: Lang, runs: Mapping[str, str] = MappingProxyType({})
) -> list[InputInWords]:
    """The inputs in the order of the process, without those that were left empty.

    runs: titles of earlier runs by id, which stand where an input names one of them.
    """
    fields = stored.model.model_fields.items()
    inputs = {name: Member.of_input(field_metadata(field)) for name, field in fields}
    words = MemberWords({**stored.members, **name_levels(inputs, locality.place.levels)}, lang)
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
        if isinstance(value, str) and isinstance(narrowed, dict):
            texts[name] = _filter_text(value, narrowed.get('collection'), locality, words.lang)
        elif isinstance(value, str) and (column := _column_of(field, value, inputs, locality)):
            texts[name] = column.title.pick(words.lang)
        else:
            texts[name] = input_text(name, value, words, locality)
    return {name: text for name, text in texts.items() if text != NOTHING}


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
    more = [_filter_text(value['filter'], collection, locality, lang)] if value.get('filter') else []
    more += [value_text(value['datetime'], lang)] if value.get('datetime') else []
    return f'{text} ({"; ".join(more)})' if more else text


def _column_of(field: FieldInfo, name: str, inputs: Mapping[str, Any], locality: Locality) -> Column | None:
    """The column that an input names, of the layer that another input names; None for any other input."""
    layer_ref = inputs.get(field_metadata(field).get('column_of') or '')
    layer = locality.layers.get(layer_ref.get('collection') or '') if isinstance(layer_ref, dict) else None
    return layer.columns.get(name) if layer else None


def _filter_text(text: str, collection: str | None, locality: Locality, lang: Lang) -> str:
    """The filter in the words of the layer that it narrows; of any other source as it is."""
    layer = locality.layers.get(collection or '')
    return filter_in_words(text, layer.columns, lang) if layer is not None else text
