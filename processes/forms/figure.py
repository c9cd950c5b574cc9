"""Which number of a result its map shows, and the map's legend."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dothi.core.text import Lang, Text
from processes.base import Figure
from processes.forms.classes import NO_VALUE, NONE, PLAIN, Class, class_of, classes_of
from processes.forms.columns import Feature, columns_of, properties_of
from processes.forms.map_page import Entry, Kind
from processes.forms.names import column_heading, unit_for

WITHOUT = Text(vi='không có số liệu', en='no value')


@dataclass(frozen=True)
class ShownFigure:
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

    def entries(self, figures: Mapping[str, Figure], kind: Kind, feature: str, lang: Lang) -> list[Entry]:
        """The legend, the highest class first. feature: what the features are, where there is no figure."""
        if self.name is None:
            return [Entry(NONE, kind, feature)]
        unit = unit_for(self.name, figures)
        made = [Entry(i, kind, value_class.label(lang, unit)) for i, value_class in enumerate(self.classes)][::-1]
        empty = bool((self.numbers == NONE).any())
        return made + ([Entry(NONE, kind, WITHOUT.pick(lang))] if empty else [])

    def title(self, figures: Mapping[str, Figure], lang: Lang, otherwise: str) -> str:
        """What the legend is called."""
        return column_heading(self.name, figures, lang) if self.name else otherwise


def shown_figure(features: Sequence[Feature], figures: Mapping[str, Figure]) -> ShownFigure:
    """The first of the process's figures that the features have as a number, else their first number."""
    numeric = [name for name, kind in columns_of(features).items() if kind in ('integer', 'number')]
    chosen = next((name for name in figures if name in numeric), numeric[0] if numeric else None)
    values = [_as_number(row.get(chosen)) if chosen else None for row in properties_of(features)]
    classes = classes_of(values)
    return ShownFigure(chosen, values, classes, class_of(values, classes))


def _as_number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
