"""A style in the form that every writer takes: passes over the features, lowest first, each with its rules."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from dothi.cartography.style import conditions
from dothi.cartography.style.colour import Colour, parse_colour
from dothi.cartography.style.conditions import Condition
from dothi.cartography.style.style_file import DEFAULT, Classes, Kind, Part, Style, StyleFile
from dothi.cartography.style.titles import class_title, part_title, value_title
from dothi.cartography.style.zoom import ByZoom, at_zoom, largest
from dothi.core.layer import Audience, Layer
from dothi.core.text import Text

type Breaks = Callable[[Part], list[float]]


@dataclass(frozen=True)
class Rule:
    """The colour of some features. condition: None is for all that no earlier rule took. title: for the legend."""

    condition: Condition | None
    colour: Colour
    title: Text | None = None


@dataclass(frozen=True)
class Pass:
    """One drawing of a layer's features. Of its rules the first that fits a feature draws it.

    width: pixels, of a line or of the edge of a marker. casing: it shows only where the line above leaves it free.
    """

    kind: Kind
    part: Part
    rules: tuple[Rule, ...]
    width: ByZoom | None = None
    casing: bool = False

    @property
    def columns(self) -> set[str]:
        """Names of the columns that this reads."""
        return self.part.columns

    def seen_at(self, zoom: float) -> bool:
        """Whether it is drawn at the zoom."""
        return self.part.zooms is None or self.part.zooms[0] <= zoom < self.part.zooms[1]

    def shows(self, rule: Rule) -> bool:
        """Whether anything is seen of what the rule takes: its colour, or the outline that all rules have."""
        outline = self.part.outline
        return not rule.colour.unseen or bool(outline and not parse_colour(outline).unseen)


@dataclass(frozen=True)
class Drawing:
    """A layer in one of its styles. background: of the whole map; None where the style leaves it to others."""

    layer: Layer
    id: str
    title: Text
    background: Colour | None
    passes: tuple[Pass, ...]
    draw_order: int = 0
    visible: bool = True

    @property
    def columns(self) -> set[str]:
        """Names of the columns that this reads."""
        return {name for layer_pass in self.passes for name in layer_pass.columns}

    @property
    def is_of_names(self) -> bool:
        """Whether names are all that is drawn: QGIS names only what it draws, and needs something unseen to name."""
        return all(layer_pass.kind == 'label' for layer_pass in self.passes)


def drawing_of(layer: Layer, styles: StyleFile, style_id: str, audience: Audience, breaks: Breaks) -> Drawing:
    """The layer in one of its styles, without the parts that need a column which the audience may not see.

    breaks: the limits between classes, lowest first; see `dothi.cartography.style.breaks`.
    """
    visible = layer.columns_for(audience).keys()
    style = styles.styles[style_id]
    parts = [part for part in styles.parts_of(style_id) if part.columns <= visible]
    return Drawing(
        layer=layer,
        id=style_id,
        title=style.title,
        background=_background(styles, style),
        passes=tuple(_in_order([layer_pass for part in parts for layer_pass in _passes(layer, part, breaks)])),
        draw_order=styles.draw_order,
        visible=styles.visible,
    )


def _background(styles: StyleFile, style: Style) -> Colour | None:
    css = style.background or styles.styles[style.based_on or DEFAULT].background
    return parse_colour(css) if css else None


def _passes(layer: Layer, part: Part, breaks: Breaks) -> list[Pass]:
    """What a part draws: its casing if it has one, then itself. Nothing of a line 0 pixels wide, no edge of a marker:
    clients make a hairline of that.
    """
    width = part.width if part.width is not None else {'line': 1.0, 'marker': 1.0}.get(part.kind)
    if width is not None and largest(width) == 0:
        if part.kind == 'line':
            return []
        part = part.model_copy(update={'outline': None})
    rules = tuple(_rules(layer, part, breaks))
    if not part.casing:
        return [Pass(part.kind, part, rules, width)]
    outer = wider(width or 0, part.casing.width)
    below = Pass(part.kind, part, (Rule(part.condition, parse_colour(part.casing.color)),), outer, casing=True)
    return [below, Pass(part.kind, part, rules, width)]


def _in_order(passes: list[Pass]) -> list[Pass]:
    """Casings before lines: where two roads meet neither is cut off from the other. Labels above everything."""
    return sorted(passes, key=lambda one: (one.kind == 'label', _is_over_casings(one, passes)))


def _is_over_casings(draw_pass: Pass, passes: list[Pass]) -> bool:
    """Whether it has to wait until the casings are drawn: a line, or what comes after the first cased one."""
    cased = [number for number, other in enumerate(passes) if other.casing]
    return bool(cased) and not draw_pass.casing and passes.index(draw_pass) > cased[0]


def _rules(layer: Layer, part: Part, breaks: Breaks) -> list[Rule]:
    """The rules of a part: one for each value or class, or a single one; each includes the part's `where`."""
    within, plain = part.condition, parse_colour(part.color)
    if part.kind == 'label':
        return [Rule(within, plain)]
    if part.by:
        by = part.by
        rules = [
            Rule(_both(within, conditions.equal(by.column, value)), parse_colour(css), value_title(layer, part, value))
            for value, css in by.values.items()
        ]
        return [*rules, Rule(within, plain)]
    if part.classes:
        return [*_class_rules(layer, part, part.classes, breaks(part)), Rule(within, plain)]
    title = None if plain.unseen else part_title(layer, part)
    return [Rule(within, plain, title)]


def _class_rules(layer: Layer, part: Part, classes: Classes, limits: list[float]) -> list[Rule]:
    """A rule for each class; where the data gives fewer classes than colours, colours at even distances."""
    sides = [(None, None)] if not limits else [(None, limits[0]), *pairwise(limits), (limits[-1], None)]
    colours = spread(classes.colors, len(sides))
    return [
        Rule(
            _both(part.condition, _within(classes.column, low, high)),
            parse_colour(css),
            class_title(layer, part, low, high),
        )
        for (low, high), css in zip(sides, colours, strict=True)
    ]


def _within(column: str, low: float | None, high: float | None) -> Condition:
    if low is None and high is None:
        return {'op': 'not', 'args': [{'op': 'isNull', 'args': [{'property': column}]}]}
    return conditions.between(column, low, high)


def _both(condition: Condition | None, other: Condition) -> Condition:
    return conditions.all_of([condition, other]) or other if condition else other


def spread(colours: list[str], count: int) -> list[str]:
    """`count` of the colours, the first and the last among them."""
    if count == 1:
        return [colours[-1]]
    return [colours[round(number * (len(colours) - 1) / (count - 1))] for number in range(count)]


def wider(width: ByZoom, edge: ByZoom) -> ByZoom:
    """The width of a line with an edge on both sides."""
    if not isinstance(width, dict) and not isinstance(edge, dict):
        return width + 2 * edge
    zooms = {*(width if isinstance(width, dict) else ()), *(edge if isinstance(edge, dict) else ())}
    return {zoom: round(at_zoom(width, zoom) + 2 * at_zoom(edge, zoom), 4) for zoom in sorted(zooms)}
