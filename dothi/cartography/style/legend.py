"""The legend of a drawing: what each colour means, topmost first."""

from dataclasses import dataclass, replace
from typing import Any

from dothi.cartography.style.colour import parse_colour
from dothi.cartography.style.drawing import Drawing, Pass, Rule
from dothi.cartography.style.style_file import Kind
from dothi.core.text import Text


@dataclass(frozen=True)
class Entry:
    """A line of the legend: what it says, and how its sample is drawn. Colours as CSS.

    drawn: the pass and the rule that it stands for, and the pass of its casing, if any.
    """

    label: Text
    kind: Kind
    color: str
    outline: str | None
    dash: list[float] | None
    marker: str | None
    drawn: tuple[Pass, Rule]
    casing: Pass | None = None

    @property
    def document(self) -> dict[str, Any]:
        """The entry as the JSON object that clients get."""
        members = {'kind': self.kind, 'color': self.color, 'outline': self.outline, 'dash': self.dash}
        return {'label': self.label.model_dump(), **members, 'marker': self.marker}


def legend_of(drawing: Drawing) -> list[Entry]:
    """One entry per title: of two passes with the same one the topmost stays, and a line below it is its casing."""
    entries: dict[str, Entry] = {}
    for layer_pass in reversed(drawing.passes):
        for rule in layer_pass.rules if layer_pass.kind != 'label' and not layer_pass.casing else ():
            if rule.title is not None:
                _add(entries, _entry(drawing, layer_pass, rule, rule.title))
    return list(entries.values())


def _add(entries: dict[str, Entry], entry: Entry) -> None:
    top = entries.setdefault(entry.label.vi, entry)
    if top is not entry and top.kind == entry.kind == 'line' and not top.outline:
        # in its place, so that the order stays
        entries[entry.label.vi] = replace(top, outline=entry.color, casing=entry.drawn[0])


def _entry(drawing: Drawing, draw_pass: Pass, rule: Rule, title: Text) -> Entry:
    part = draw_pass.part
    casing = next((other for other in drawing.passes if other.casing and other.part is part), None)
    outline = casing.rules[0].colour.css if casing else part.outline
    return Entry(
        label=title,
        kind=draw_pass.kind,
        color=rule.colour.css,
        outline=parse_colour(outline).css if outline else None,
        dash=part.dash,
        marker=part.marker if draw_pass.kind == 'marker' else None,
        drawn=(draw_pass, rule),
        casing=casing,
    )
