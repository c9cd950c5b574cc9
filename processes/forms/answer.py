"""What a report says of the answer: the figures of the whole, the most telling rows, norms and caveats."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from dothi.core.text import LANGUAGES, Lang
from processes.forms.numbers import value_text
from processes.forms.tables import Feature, properties_of
from processes.forms.words import MemberWords, cite_norm
from processes.norm_words import clause_words

LAST_FEW = 1.5
MOST_ROWS, MOST_COLUMNS, MOST_LISTED = 60, 8, 20
# Members of a summary that have a place of their own in the report.
CAVEATS = ('caveats', 'caveat', 'note', 'notes')
ELSEWHERE = (
    'sentences', 'releases', 'demo', 'results', 'norms', 'norms_version', 'norm', 'clause', 'indicators',
    'inputs_differing', *CAVEATS,
)  # fmt: skip
# A code that says nothing beside the title which a part of a summary has as well.
NAMING = (('code', 'name'), ('id', 'title'))
# Columns that say the same as the list of norms, or as columns beside them.
SAID_ELSEWHERE = ('clause', 'norm', 'verified', 'condition', 'depth_class')
# Whether a feature is in both results that were compared; said where any is not.
STATE, IN_BOTH = 'state', 'both'


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
        and not _is_empty(value)
        and not _is_list_of_parts(value)
        and not (name in inputs and _is_repeated(value, inputs[name]))
    ]


def detail_tables(summary: Mapping[str, Any], words: MemberWords) -> list[tuple[str, Table]]:
    """The summary's lists of parts, such as figures by norm or by kind, each with its title as a table.

    Of differences those that are none are left out.
    """
    # `members` says of a comparison which columns its table has, and what they are called
    left_out = (*ELSEWHERE, 'members')
    lists = {
        name: [part for part in value if part.get('difference', 1) not in (0, None)]
        for name, value in summary.items()
        if name not in left_out and _is_list_of_parts(value)
    }
    return [
        (
            words.title(name),
            table_of_rows([{'properties': _in_own_unit(part, words)} for part in value], None, {}, words),
        )
        for name, value in lists.items()
        if value
    ]


def _in_own_unit(part: dict[str, Any], words: MemberWords) -> dict[str, Any]:
    """The part; one that has a title beside its code has no code, one with a unit its numbers in that unit."""
    naming = next(({code} for code, title in NAMING if {code, title} <= part.keys()), set())
    if not naming:
        return part
    unit = part.get('unit')
    return {
        name: value_text(value, words.lang, unit) if _is_number(value) else value
        for name, value in part.items()
        if name not in {*naming, 'unit'}
    }


def _is_list_of_parts(value: Any) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(part, dict) for part in value)
        and not all(part.keys() == set(LANGUAGES) for part in value)
    )


def _is_empty(value: Any) -> bool:
    """Whether there is nothing to say: no value, no parts, or parts that all say nothing."""
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else [value]
    return all(part is None or part in ('', [], {}) for part in parts)


def _is_repeated(value: Any, input_value: Any) -> bool:
    """Whether it is but what was asked for; of features that were sent or computed a result has a name for programs."""
    if not isinstance(input_value, dict):
        return bool(value == input_value)
    is_reference = isinstance(value, str) and value.startswith(('features:', 'job:'))
    return is_reference or value == input_value.get('collection')


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
    # nobody is served by a table that leaves out its last few rows
    most = len(rows) if len(rows) <= most * LAST_FEW else most
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
    plain = {STATE} if all(row.get(STATE) == IN_BOTH for row in rows) else set()
    filled = [name for name in filled_names if name not in {*leave_out, *plain}]
    if len(filled) <= MOST_COLUMNS:
        return filled
    first = filled[:2]
    in_order = [*first, *(name for name in telling if name in filled and name not in first)]
    in_order += [name for name in filled if name not in in_order]
    return [name for name in filled if name in in_order[:MOST_COLUMNS]]


def norms_of(summary: Mapping[str, Any], features: Sequence[Feature], lang: Lang) -> list[str]:
    """The norms that the result cites anywhere in its summary, and the clauses of its features, each once."""
    whole = [cite_norm(norm, lang) for norm in _with_clause(summary)]
    clauses = [clause_words(str(row['clause'])).pick(lang) for row in properties_of(features) if row.get('clause')]
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
