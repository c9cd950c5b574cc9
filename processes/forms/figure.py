"""Which number of a result its map shows, and the map's legend."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from dothi.core.text import Text
from processes.forms.classes import NO_VALUE, NONE, PLAIN, Class, class_of, classes_of
from processes.forms.columns import Feature, columns_of, properties_of
from processes.forms.map_page import Entry, Kind
from processes.forms.words import MemberWords

WITHOUT = Text(vi='không có số liệu', en='no value')


@dataclass(frozen=True)
class MapFigure:
    """The figure of a map: its property, or None where features are only shown; value and class of each feature."""

    name: str | None
    values: list[float | None]
    classes: list[Class]
    numbers: Any

    @property
    def colours(self) -> dict[int, str]:
        """By number of the class."""
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


def _as_number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
