"""Sizes in pixels where a style file says none, the same for every client."""

from collections.abc import Callable

from dothi.cartography.style.drawing import Drawing, Pass
from dothi.cartography.style.style_file import Part
from dothi.cartography.style.zoom import ByZoom, at_zoom

LABEL_PX, CIRCLE_PX, SIGN_PX = 12.0, 8.0, 14.0
HALO_PX = 1.4
# From a point without a sign down to the letters that name it, in heights of these.
BELOW_EM = 1.0
# Of letters of every kind, in heights of these.
LETTER_EM = 0.55
# Between a sign and its name, beside what the name keeps clear of.
GAP_PX = 3.0
# A name is broken into lines where it is longer than so many heights of its letters.
WRAPPED_EM = 7
# Between two of the same name along a line.
REPEATED_PX = 250


def size_of(part: Part) -> ByZoom:
    """The height of a label's letters, or the diameter of a marker: a sign has to be larger than a dot."""
    if part.size is not None:
        return part.size
    return LABEL_PX if part.kind == 'label' else CIRCLE_PX if part.marker == 'circle' else SIGN_PX


def wrapped_em(part: Part) -> int:
    """Where a label is broken into lines, in heights of its letters: as many letters, however far apart they stand."""
    return round(WRAPPED_EM * (1 + part.spacing / LETTER_EM))


def times(value: ByZoom, factor: float) -> ByZoom:
    """The value, `factor` times as large at every zoom."""
    if isinstance(value, dict):
        return {zoom: round(size * factor, 4) for zoom, size in value.items()}
    return round(value * factor, 4)


def stops(value: ByZoom) -> set[float]:
    """The zooms at which the value is given."""
    return set(value) if isinstance(value, dict) else set()


def with_edge(_sign: Pass, size: float, edge: float) -> float:
    """Side of a sign with its edge around it."""
    return size + 2 * edge


def sign_radius(
    drawing: Drawing, label: Pass, zoom: float, side: Callable[[Pass, float, float], float] = with_edge
) -> float:
    """Half the side of the sign that the label names, in pixels at `zoom`; 0 where it has none.

    It is the sign of the same features; where signs and names are of other features, the largest sign. side: that of
    a sign, from its size and the width of its edge.
    """
    signs = [other for other in drawing.passes if other.kind == 'marker' and other.seen_at(zoom)]
    same = [sign for sign in signs if sign.part.where == label.part.where]
    return max(
        (side(sign, at_zoom(size_of(sign.part), zoom), _edge(sign, zoom)) / 2 for sign in same or signs), default=0.0
    )


def _edge(sign: Pass, zoom: float) -> float:
    return at_zoom(sign.width or 0.0, zoom) if sign.part.outline else 0.0
