"""The model of a style file: what one may say. `docs/how-to/style-a-layer.md` explains how one is written."""

import math
from functools import cached_property
from itertools import pairwise
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from dothi.cartography.style import conditions
from dothi.cartography.style.colour import parse_colour
from dothi.cartography.style.markers import NAMES
from dothi.cartography.style.zoom import ByZoom
from dothi.core.errors import did_you_mean
from dothi.core.layer import Audience, Layer
from dothi.core.text import Text

type Value = str | int | float | bool
type Kind = Literal['fill', 'line', 'marker', 'label']
Method = Literal['quantile', 'jenks', 'pretty', 'equal', 'given']

DEFAULT = 'default'
# MapLibre refuses a whole map with a zoom beyond it.
MOST_ZOOM = 24
NAME = r'^[a-z][a-z0-9_-]{0,39}$'
# Keys of a part that say something only of some kinds.
ONLY_FOR: dict[str, tuple[Kind, ...]] = {
    'by': ('fill', 'line', 'marker'), 'classes': ('fill', 'line', 'marker'), 'legend': ('fill', 'line', 'marker'),
    'outline': ('fill', 'marker'), 'width': ('line', 'marker'), 'dash': ('line',), 'casing': ('line',),
    'marker': ('marker',), 'size': ('marker', 'label'), 'text': ('label',), 'halo': ('label',),
    'priority': ('label',), 'along': ('label',), 'bold': ('label',), 'spacing': ('label',),
}  # fmt: skip


def _colour(text: str) -> str:
    parse_colour(text)
    return text


Css = Annotated[str, AfterValidator(_colour)]


def _pixels(value: ByZoom) -> list[float]:
    return list(value.values()) if isinstance(value, dict) else [value]


def _width(value: ByZoom) -> ByZoom:
    pixels = _pixels(value)
    if not pixels or any(width_px < 0 or not math.isfinite(width_px) for width_px in pixels):
        raise ValueError('pixels are 0 or more; write 3, or {10: 1, 14: 3} by zoom')
    return value


def _size(value: ByZoom) -> ByZoom:
    if 0 in _pixels(_width(value)):
        raise ValueError('nothing can be drawn 0 pixels high; say with zooms where it is drawn')
    return value


def _zooms(value: tuple[float, float]) -> tuple[float, float]:
    if not 0 <= value[0] < value[1] <= MOST_ZOOM:
        raise ValueError(f'zooms rise, and lie between 0 and {MOST_ZOOM}')
    return value


Width = Annotated[ByZoom, AfterValidator(_width)]
Size = Annotated[ByZoom, AfterValidator(_size)]


class StylePart(BaseModel):
    """A part of a style file: a key that is not declared here is an error."""

    model_config = ConfigDict(extra='forbid', frozen=True)


class ByColumn(StylePart):
    """Colours by the values of one column. titles: what the legend calls them, where the column's domain does not."""

    column: str
    values: dict[Value, Css] = Field(min_length=1)
    titles: dict[Value, Text] = {}


class Classes(StylePart):
    """Colours by classes of a numeric column.

    method: `quantile` (as many features in each), `jenks` (natural breaks), `pretty` (round numbers), `equal` (as
    wide), all of the current release; or `given`: `breaks`, the limits between the classes. A class holds its lower
    limit and not its upper one. `pretty` takes about as many classes as there are colours, the others exactly.
    """

    column: str
    method: Method
    colors: list[Css] = Field(min_length=2, max_length=12)
    breaks: list[Annotated[float, Field(allow_inf_nan=False)]] | None = None

    @model_validator(mode='after')
    def _breaks_fit(self) -> Self:
        if (self.method == 'given') != (self.breaks is not None):
            raise ValueError('breaks belong to the method given, and it needs them')
        if self.breaks is not None and len(self.breaks) != len(self.colors) - 1:
            raise ValueError(f'{len(self.colors)} colors need {len(self.colors) - 1} breaks between them')
        if any(low >= high for low, high in pairwise(self.breaks or [])):
            raise ValueError('breaks must rise')
        return self


class Casing(StylePart):
    """What lies under a line and shows on each of its sides, `width` pixels of it."""

    color: Css
    width: Width = 1.0


class Part(StylePart):
    """One part of the drawing of a layer."""

    kind: Kind
    # of every feature that `by` and `classes` give no other
    color: Css
    by: ByColumn | None = None
    classes: Classes | None = None
    # the features that are drawn: {column: value or list of values}, or a CQL2 text
    where: dict[str, Value | Annotated[list[Value], Field(min_length=1)]] | str = {}
    zooms: Annotated[tuple[float, float], AfterValidator(_zooms)] | None = None
    # only what stands for several features (in a tile, in a generalised picture), or only what does not
    merged: bool | None = None
    # what the legend says in place of its own words; false: nothing
    legend: Text | Literal[False] | None = None
    outline: Css | None = None
    # pixels, of a line or of the edge of a marker
    width: Width | None = None
    # lengths of dash and gap, in line widths
    dash: list[Annotated[float, Field(gt=0)]] | None = None
    casing: Casing | None = None
    marker: str = 'circle'
    # pixels: the diameter of a marker, the height of letters
    size: Size | None = None
    text: str | None = None
    halo: Css | None = None
    # of two labels that are in each other's way the one with the higher number stays
    priority: int = 0
    along: Literal['point', 'line'] = 'point'
    # of the names that come first
    bold: bool = False
    # between letters, in heights of the letters: for names of what is wide, such as a sea
    spacing: Annotated[float, Field(ge=0, le=1)] = 0.0

    @cached_property
    def condition(self) -> conditions.Condition | None:
        """Which features are drawn, as a tree of CQL2; None: all."""
        return conditions.of(self.where)

    @cached_property
    def columns(self) -> set[str]:
        """The columns that the part reads."""
        column_names = {rule.column for rule in (self.by, self.classes) if rule}
        return column_names | conditions.columns_of(self.condition) | ({self.text} if self.text else set())

    @model_validator(mode='after')
    def _keys_belong_to_the_kind(self) -> Self:
        for key in self.model_fields_set & ONLY_FOR.keys():
            if self.kind not in ONLY_FOR[key]:
                raise ValueError(f'{key} says nothing of a {self.kind}; it belongs to {", ".join(ONLY_FOR[key])}')
        if self.kind == 'label' and self.text is None:
            raise ValueError('a label needs text, the column that it writes')
        if self.by and self.classes:
            raise ValueError('by and classes are two ways to choose a colour: keep one')
        if self.marker not in NAMES:
            raise ValueError(f'there is no marker "{self.marker}". {did_you_mean(self.marker, NAMES).en}')
        return self


class Style(StylePart):
    """One way to draw a layer: parts of its own, or those of another style in other colours."""

    title: Text = Text(vi='Mặc định', en='Default')
    # of the whole map in this style
    background: Css | None = None
    parts: list[Part] | None = Field(None, min_length=1)
    based_on: str | None = None
    recolor: dict[Css, Css] = {}

    @model_validator(mode='after')
    def _parts_or_base(self) -> Self:
        if (self.parts is None) == (self.based_on is None):
            raise ValueError('give either parts, or based_on with recolor')
        return self


class StyleFile(StylePart):
    """How a layer is drawn. draw_order: a higher number is nearer to the reader. visible: when the map opens."""

    draw_order: int = 0
    visible: bool = True
    styles: dict[Annotated[str, Field(pattern=NAME)], Style]

    @model_validator(mode='after')
    def _bases_exist(self) -> Self:
        if DEFAULT not in self.styles:
            raise ValueError('the style "default" is missing')
        for name, style in self.styles.items():
            base = self.styles.get(style.based_on or name)
            if base is None or (style.based_on and base.parts is None):
                raise ValueError(f'{name} is based on "{style.based_on}", which is no style with parts of its own')
        return self

    def parts_of(self, style: str) -> list[Part]:
        """The parts of a style, in its colours."""
        return self.own_and_recoloured[style]

    @cached_property
    def own_and_recoloured(self) -> dict[str, list[Part]]:
        """The parts of each style, in its colours."""
        return {
            name: style.parts or [_recoloured_part(part, style.recolor) for part in self._base(style)]
            for name, style in self.styles.items()
        }

    def _base(self, style: Style) -> list[Part]:
        return self.styles[style.based_on or DEFAULT].parts or []

    def offered(self, layer: Layer, audience: Audience) -> list[str]:
        """The styles that the audience may have: `default` and the same in other colours, without the parts that need a
        column which it may not see, and those of their own that read no such column: without it they would say
        something else.
        """
        visible = layer.columns_for(audience).keys()
        return [
            name
            for name, style in self.styles.items()
            if DEFAULT in (name, style.based_on) or all(part.columns <= visible for part in self.parts_of(name))
        ]


def _recoloured_part(part: Part, recolor: dict[str, str]) -> Part:
    return Part.model_validate(_recoloured(part.model_dump(exclude_unset=True), recolor))


def _recoloured(value: Any, recolor: dict[str, str]) -> Any:
    """The same with colours replaced wherever they stand."""
    if isinstance(value, dict):
        return {key: _recoloured(inner, recolor) for key, inner in value.items()}
    if isinstance(value, list):
        return [_recoloured(inner, recolor) for inner in value]
    return recolor.get(value, value) if isinstance(value, str) else value
