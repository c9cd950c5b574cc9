"""What a report says of a result: the figures of the whole, the table's most telling rows, norms and caveats."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dothi.core.text import Lang
from processes.base import Figure
from processes.forms.columns import Feature, properties_of
from processes.forms.names import heading, title_of, unit_for
from processes.forms.numbers import value_text

MOST_ROWS, MOST_COLUMNS, MOST_LISTED = 60, 8, 20
# Members of a summary that have a place of their own in the report.
ELSEWHERE = ('releases', 'demo', 'results', 'norms', 'norm', 'clause', 'caveats', 'note', 'notes', 'indicators')
NORMS, CAVEATS = ('norms', 'norm', 'clause'), ('caveats', 'caveat', 'note', 'notes')


@dataclass(frozen=True)
class Table:
    """Headings, rows and the line of the whole, which is empty where the summary has none of these figures.

    numeric: by column. more: how many rows are left out.
    """

    headings: list[str]
    numeric: list[bool]
    rows: list[list[str]]
    total: list[str]
    more: int


def key_figures(
    summary: Mapping[str, Any], inputs: Mapping[str, Any], figures: Mapping[str, Figure], lang: Lang
) -> list[tuple[str, str]]:
    """Title and value of the summary's members that are neither inputs nor told elsewhere."""
    return [
        (title_of(name, figures, lang), _in_a_line(value, lang, unit_for(name, figures)))
        for name, value in summary.items()
        if name not in ELSEWHERE and not (name in inputs and _is_repeated(value, inputs[name]))
    ]


def _is_repeated(value: Any, given: Any) -> bool:
    return value == given or (isinstance(given, dict) and value == given.get('collection'))


def _in_a_line(value: Any, lang: Lang, unit: str | None) -> str:
    """A value; of a long list only its beginning."""
    if isinstance(value, list) and len(value) > MOST_LISTED:
        return f'{value_text(value[:MOST_LISTED], lang, unit)} … ({len(value)})'
    return value_text(value, lang, unit)


def table(
    features: Sequence[Feature],
    figure: str | None,
    figures: Mapping[str, Figure],
    summary: Mapping[str, Any],
    lang: Lang,
) -> Table:
    """At most MOST_ROWS rows, by the figure: the highest first, or the lowest where that is what a planner looks for.

    Rows without a value come last. Columns are the properties in their order, those without any value left out.
    """
    rows = properties_of(features)
    columns = _columns(rows, figures)
    low_first = figure is not None and figure in figures and figures[figure].low_first
    ordered = sorted(rows, key=lambda row: _rank(row.get(figure or ''), low_first=low_first))
    shown = [[value_text(row.get(name), lang, unit_for(name, figures)) for name in columns] for row in ordered]
    totals = [name in summary and isinstance(summary[name], int | float) for name in columns]
    return Table(
        headings=[heading(name, figures, lang) for name in columns],
        numeric=[any(_is_number(row.get(name)) for row in rows) for name in columns],
        rows=shown[:MOST_ROWS],
        total=[
            value_text(summary[name], lang, unit_for(name, figures)) if has else ''
            for name, has in zip(columns, totals, strict=True)
        ]
        if any(totals)
        else [],
        more=max(0, len(rows) - MOST_ROWS),
    )


def _rank(value: Any, *, low_first: bool) -> tuple[bool, float]:
    if not _is_number(value):
        return (True, 0)
    return (False, float(value) if low_first else -float(value))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _columns(rows: Sequence[dict[str, Any]], figures: Mapping[str, Figure]) -> list[str]:
    """As many as fit on a page; the process's figures are kept when there are more."""
    filled = list(dict.fromkeys(name for row in rows for name, value in row.items() if value is not None))
    if len(filled) <= MOST_COLUMNS:
        return filled
    first = filled[:2]
    wanted = [*first, *(name for name in figures if name in filled and name not in first)]
    wanted += [name for name in filled if name not in wanted]
    kept = set(wanted[:MOST_COLUMNS])
    return [name for name in filled if name in kept]


def norms_of(summary: Mapping[str, Any], features: Sequence[Feature], lang: Lang) -> list[str]:
    """The norms and clauses that the result names, in the summary and with its features, each once."""
    found: list[Any] = []
    for name in NORMS:
        value = summary.get(name)
        found += value if isinstance(value, list) else [] if value is None else [value]
    for properties in properties_of(features):
        found += [properties[name] for name in ('norm', 'clause') if properties.get(name)]
    return list(dict.fromkeys(value_text(one, lang) for one in found))


def caveats_of(summary: Mapping[str, Any], lang: Lang) -> list[str]:
    """What the result says that one has to bear in mind."""
    found: list[Any] = []
    for name in CAVEATS:
        value = summary.get(name)
        found += value if isinstance(value, list) else [] if value is None else [value]
    return [value_text(one, lang) for one in found]
