"""The number of a result that its map shows, its classes with borders that people can read, and the legend."""

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dothi.core.numbers import SPACE
from dothi.core.text import Lang, Text
from processes.forms.map_page import Entry, Kind
from processes.forms.numbers import format_number, unit_text
from processes.forms.tables import Feature, columns_of, properties_of
from processes.forms.words import MemberWords

# ColorBrewer's YlGnBu and its shorter variants: they stay apart for the colour-blind and in grey print.
COLOURS: dict[int, tuple[str, ...]] = {
    0: (),
    1: ('#2c7fb8',),
    2: ('#a1dab4', '#2c7fb8'),
    3: ('#edf8b1', '#7fcdbb', '#2c7fb8'),
    4: ('#ffffcc', '#a1dab4', '#41b6c4', '#225ea8'),
    5: ('#ffffcc', '#a1dab4', '#41b6c4', '#2c7fb8', '#253494'),
}
MOST = max(COLOURS)
# ColorBrewer's PuOr: what is below nought in orange, what is above in purple, from nought outwards.
BELOW, ABOVE = (
    ('#fee0b6', '#f1a340', '#b35806', '#7f3b08', '#4a2300'),
    ('#d8daeb', '#998ec3', '#542788', '#2d004b', '#1a002e'),
)
NOUGHT = '#f7f7f7'
# What a comparison calls the values of a member on both sides, and their difference.
BEFORE, AFTER, DIFFERENCE = '_before', '_after', '_difference'
# Without a value, and where there is no figure to be shown.
NO_VALUE, PLAIN = '#bdbdbd', '#d95f0e'
NONE = -1
WITHOUT = Text(vi='không có số liệu', en='no value')


@dataclass(frozen=True)
class Class:
    """Values from `low` on and below `high`; the last class of all holds its `high` too."""

    low: float
    high: float
    colour: str

    def label(self, lang: Lang, unit: str | None = None) -> str:
        """`12,5 – 30 %`, or the value where there is but one."""
        if self.low == self.high:
            return format_number(self.low, lang, unit)
        low = (
            format_number(self.low, lang, unit).rpartition(SPACE)[0]
            if unit_text(unit, lang)
            else format_number(self.low, lang)
        )
        return f'{low} – {format_number(self.high, lang, unit)}'


def classes_of(values: Sequence[float | None]) -> list[Class]:
    """At most five classes of about the same number of values each; none where there is no value.

    Few distinct values get a class each. Borders are rounded to as few digits as still tell them apart; the first
    class begins at the lowest value, the last ends at the highest.
    """
    numbers = np.array([value for value in values if value is not None], dtype=np.float64)
    spans = _class_spans(numbers[np.isfinite(numbers)], MOST)
    return [Class(*span, colour) for span, colour in zip(spans, _class_colours(spans), strict=True)]


def _class_colours(spans: Sequence[tuple[float, float]]) -> list[str]:
    """A colour for each class; differences, of which some are below nought, in two hues that part at nought."""
    if not spans or spans[0][0] >= 0:
        return [*COLOURS[len(spans)]]
    middles = [(low + high) / 2 for low, high in spans]
    below = BELOW[: sum(middle < 0 for middle in middles)][::-1]
    above = ABOVE[: sum(middle > 0 for middle in middles)]
    return [*below, *[NOUGHT] * middles.count(0), *above]


def _class_spans(values: NDArray[np.float64], most: int) -> list[tuple[float, float]]:
    distinct = [float(value) for value in np.unique(values)]
    if len(distinct) <= most:
        return [(value, value) for value in distinct]
    low, high = distinct[0], distinct[-1]
    # a value as frequent as a whole class, such as the nought of most communes, is one by itself
    if np.mean(values == low) > 1 / most:
        return [(low, low), *_class_spans(values[values > low], most - 1)]
    inner = np.unique(_rounded_borders(np.quantile(values, np.arange(1, most) / most), high - low))
    borders = [low, *(float(border) for border in inner if low < border < high), high]
    return list(itertools.pairwise(borders))


def _rounded_borders(borders: NDArray[np.float64], span: float) -> NDArray[np.float64]:
    """To a hundredth of the span, so that no border carries digits that mean nothing."""
    return np.round(borders, 2 - math.ceil(math.log10(span)))


def class_of(values: Sequence[float | None], classes: Sequence[Class]) -> NDArray[np.int64]:
    """Number of each value's class, shape (n,); NONE for what has no value."""
    numbers = np.array([math.nan if value is None else value for value in values], dtype=np.float64)
    class_numbers = np.full(len(numbers), NONE)
    for number_of, value_class in enumerate(classes):
        last = number_of == len(classes) - 1 or value_class.low == value_class.high
        class_numbers[
            (numbers >= value_class.low) & ((numbers <= value_class.high) if last else (numbers < value_class.high))
        ] = number_of
    return class_numbers


@dataclass(frozen=True)
class MapFigure:
    """The figure of a map: its property, or None where features are only shown; value and class of each feature."""

    name: str | None
    values: list[float | None]
    classes: list[Class]
    numbers: Any

    @property
    def colours(self) -> dict[int, str]:
        """The colour of each class, by its number."""
        return {NONE: NO_VALUE if self.name else PLAIN} | {
            i: value_class.colour for i, value_class in enumerate(self.classes)
        }

    def entries(self, words: MemberWords, kind: Kind, feature: str) -> list[Entry]:
        """The legend, the highest class first. feature: what the features are, where there is no figure."""
        if self.name is None:
            return [Entry(NONE, kind, feature)]
        unit, lang = words.unit(self.name), words.lang
        entries = [Entry(i, kind, value_class.label(lang, unit)) for i, value_class in enumerate(self.classes)][::-1]
        empty = bool((self.numbers == NONE).any())
        return entries + ([Entry(NONE, kind, WITHOUT.pick(lang))] if empty else [])

    def title(self, words: MemberWords, otherwise: str) -> str:
        """What the legend is called."""
        return words.heading(self.name) if self.name else otherwise


def choose_figure(features: Sequence[Feature], telling: Iterable[str]) -> MapFigure:
    """The first of the telling members that the features have as a number, else their first number."""
    numeric = [name for name, kind in columns_of(features).items() if kind in ('integer', 'number')]
    chosen = next((name for name in telling if name in numeric), numeric[0] if numeric else None)
    values = [_as_number(row.get(chosen)) if chosen else None for row in properties_of(features)]
    classes = classes_of(values)
    return MapFigure(chosen, values, classes, class_of(values, classes))


def sides_of(features: Sequence[Feature], difference: str | None) -> MapFigure | None:
    """Of a comparison: the figure under its own name, in classes that hold it on both sides; None of other results.

    difference: the member that its map shows, such as `people_difference`.
    """
    if difference is None or not difference.endswith(DIFFERENCE):
        return None
    name = difference.removesuffix(DIFFERENCE)
    rows = properties_of(features)
    values = [_as_number(row.get(name + side)) for side in (BEFORE, AFTER) for row in rows]
    classes = classes_of(values)
    return MapFigure(name, values, classes, class_of(values, classes))


def _as_number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
