"""Whether the entries of a legend can be told apart on the map, by people who see colours otherwise too."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

from dothi.cartography.style.colour import Colour, parse_colour
from dothi.cartography.style.drawing import Drawing
from dothi.cartography.style.legend import Entry, legend_of
from dothi.cartography.style.style_file import DEFAULT, StyleFile
from dothi.cartography.style.vision import SIGHTS, Sight, distance
from dothi.cartography.style.zoom import ByZoom, at_zoom

# CIEDE2000. 1 is about the least difference that is seen between two fields side by side; classes of a map lie apart,
# with other colours between them, and have to be found again in the legend: ten times that.
LEAST_DISTANCE = 10.0
# A line that is half as wide again as another is seen to be so.
WIDER = 1.5
ZOOMS = range(12, 17)


# Below a legend's samples where no layer covers the ground.
WHITE = parse_colour('white')


@dataclass(frozen=True)
class Pair:
    """Two entries of a legend and how far apart they are for whom they are nearest to each other."""

    one: Entry
    other: Entry
    sight: Sight
    distance: float


def nearest(drawing: Drawing, paper: Colour) -> Pair | None:
    """The two entries of the drawing's legend that are hardest to tell apart; None where nothing but colour differs.

    paper: what lies below the layer. Entries that differ in kind, sign, dashes or much in width are left out, and those
    whose value a label writes beside them.
    """
    pairs = [
        Pair(first, other, sight, distance(parse_colour(first.color), parse_colour(other.color), paper, sight))
        for first, other in combinations(legend_of(drawing), 2)
        if not _differ_in_form(first, other) and not _written(drawing, first, other)
        for sight in SIGHTS
    ]
    return min(pairs, key=lambda pair: pair.distance, default=None)


def paper(files: Iterable[StyleFile], style_id: str) -> Colour:
    """What lies below the other layers in the styles of that name: the first opaque fill of the lowest layer."""
    for styles in sorted(files, key=lambda one: one.draw_order):
        for part in styles.parts_of(style_id if style_id in styles.styles else DEFAULT):
            if part.kind == 'fill' and parse_colour(part.color).alpha == 1:
                return parse_colour(part.color)
    return WHITE


def _differ_in_form(one: Entry, other: Entry) -> bool:
    forms = [(entry.kind, entry.marker, entry.dash) for entry in (one, other)]
    return forms[0] != forms[1] or _differ_in_width(_whole_width(one), _whole_width(other))


def _whole_width(entry: Entry) -> ByZoom | None:
    """The width of a line with its casing, in pixels."""
    return (entry.casing or entry.drawn[0]).width if entry.kind == 'line' else None


def _differ_in_width(by_zoom: ByZoom | None, other: ByZoom | None) -> bool:
    if by_zoom is None or other is None:
        return False
    widths = [sorted((at_zoom(by_zoom, zoom), at_zoom(other, zoom))) for zoom in ZOOMS]
    return all(high >= WIDER * low for low, high in widths)


def _written(drawing: Drawing, one: Entry, other: Entry) -> bool:
    """Whether a label says which of the two values a feature has."""
    columns = {entry.drawn[0].part.by.column if entry.drawn[0].part.by else None for entry in (one, other)}
    written = {part.part.text for part in drawing.passes if part.kind == 'label'}
    return len(columns) == 1 and columns <= written
