"""Sizes in pixels where a style file says none, the same for every client."""

from dothi.cartography.style.drawing import Drawing, Pass
from dothi.cartography.style.style_file import Part
from dothi.cartography.style.zoom import ByZoom, at_zoom

LABEL_PX, CIRCLE_PX, SIGN_PX = 12.0, 8.0, 14.0
HALO_PX = 1.4
# From a point without a sign down to the letters that name it, in heights of these.
BELOW_EM = 1.0
# Between a sign and its name, beside what the name keeps clear of.
GAP_PX = 3.0


def size_of(part: Part) -> ByZoom:
    """The height of a label's letters, or the diameter of a marker: a sign has to be larger than a dot."""
    if part.size is not None:
        return part.size
    return LABEL_PX if part.kind == 'label' else CIRCLE_PX if part.marker == 'circle' else SIGN_PX


def times(value: ByZoom, factor: float) -> ByZoom:
    """The value, `factor` times as large at every zoom."""
    if isinstance(value, dict):
        return {zoom: round(size * factor, 4) for zoom, size in value.items()}
    return round(value * factor, 4)


def sign_radius(drawing: Drawing, label: Pass, zoom: float) -> float:
    """Half the size of the sign that the label names, with its edge, in pixels at `zoom`; 0 where it has none.

    It is the sign of the same features; where signs and names are of other features, the largest sign.
    """
    signs = [other for other in drawing.passes if other.kind == 'marker' and other.seen_at(zoom)]
    same = [sign for sign in signs if sign.part.where == label.part.where]
    return max((_radius(sign, zoom) for sign in same or signs), default=0.0)


def _radius(sign: Pass, zoom: float) -> float:
    edge = at_zoom(sign.width or 0.0, zoom) if sign.part.outline else 0.0
    return at_zoom(size_of(sign.part), zoom) / 2 + edge
