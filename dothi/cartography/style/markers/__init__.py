"""The marker set: signs of our own that every client draws alike.

Each file beside this one holds one path in a box of 24 by 24, filled by the even-odd rule. Its first part, up to the
first Z, is the silhouette; where there are others, they are cut out of it, and the silhouette is that of `badge.svg`.
An edge is the silhouette in the edge's colour, drawn wider and below the sign, so that it fills what is cut out: a sign
stays legible on any ground. (Neither Mapnik nor Qt knows `paint-order`.)
"""

import re
from functools import cache
from pathlib import Path

from dothi.cartography.style.colour import Colour
from dothi.core.errors import WrongUse

NAMES = (
    'circle', 'square', 'triangle', 'diamond', 'star',
    'school', 'health', 'water', 'power', 'transport', 'report', 'park', 'market', 'waste', 'camera', 'light',
    'bridge', 'office',
)  # fmt: skip
FOLDER = Path(__file__).parent
BOX = 24.0
# Pixels around a sign in a sprite: the picture knows no zoom, so the edge grows and shrinks with the sign.
EDGE_PX = 2.0
# Of a sign's picture in a sprite, edge and all.
CELL_PX = int(BOX + 2 * EDGE_PX + 2)

# What the signs that show something are cut out of.
BADGE = 'badge'


class UnknownMarker(WrongUse):
    """The marker set has no sign of this name."""


@cache
def path_of(name: str) -> str:
    """The sign's path in a box of 24 by 24, as SVG writes it; raises UnknownMarker with the nearest name."""
    if name not in NAMES:
        raise UnknownMarker.with_suggestion(
            name, NAMES, vi=f'Không có ký hiệu "{name}".', en=f'There is no marker called "{name}".'
        )
    (path,) = re.findall(r'\sd="([^"]+)"', (FOLDER / f'{name}.svg').read_text(encoding='utf-8'))
    return ' '.join(path.split())


def silhouette_of(name: str) -> str:
    """The outer part of the sign's path; raises UnknownMarker."""
    path = path_of(name)
    return path[: path.index('Z') + 1]


def file_of(name: str) -> Path:
    """The file of the sign; raises UnknownMarker."""
    path_of(name)
    return FOLDER / f'{name}.svg'


def silhouette_file(name: str) -> Path:
    """A file with the outer part of the sign alone; raises UnknownMarker."""
    return file_of(name) if silhouette_of(name) == path_of(name) else FOLDER / f'{BADGE}.svg'


def marker_svg(name: str, colour: Colour, outline: Colour | None = None, *, size: float = BOX, edge: float = 0) -> str:
    """The sign as an SVG document of `size` pixels, and of `edge` pixels more on each side; raises UnknownMarker.

    Without an outline there is no edge, and what is cut out of the sign stays open.
    """
    around = edge * BOX / size if outline else 0.0
    below = f'<path d="{silhouette_of(name)}" {_below(outline, around)}/>' if outline else ''
    sign = f'<path d="{path_of(name)}" fill-rule="evenodd" {_paint("fill", colour)}/>'
    return f'{svg_start(size * (1 + 2 * around / BOX), around)}{below}{sign}</svg>'


def svg_start(size: float, around: float) -> str:
    """The opening tag of a sign's document, `size` pixels wide with the space around the box, in units of the box."""
    box = f'{-around:g} {-around:g} {BOX + 2 * around:g} {BOX + 2 * around:g}'
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="{size:g}" height="{size:g}" viewBox="{box}">'


def _below(outline: Colour, around: float) -> str:
    edge = f'{_paint("stroke", outline)} stroke-width="{2 * around:g}" stroke-linejoin="round"' if around else ''
    return f'{_paint("fill", outline)} {edge}'.rstrip()


def _paint(what: str, colour: Colour) -> str:
    opacity = '' if colour.alpha == 1 else f' {what}-opacity="{colour.alpha:g}"'
    return f'{what}="{colour.hex}"{opacity}'
