"""Sizes in pixels where a style file says none, the same for every client."""

from dothi.cartography.style.style_file import Part
from dothi.cartography.style.zoom import ByZoom

LABEL_PX, CIRCLE_PX, SIGN_PX = 12.0, 8.0, 14.0
HALO_PX = 1.4
# From a point down to the letters that name it, in heights of these: its sign lies between.
BELOW_EM = 1.0


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
