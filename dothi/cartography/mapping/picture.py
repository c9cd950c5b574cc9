"""What a picture shows: layers and coverages in their styles, in a view, in a format."""

from dataclasses import dataclass, field
from typing import Literal

from psycopg2 import sql

from dothi.cartography.mapping.view import View
from dothi.cartography.style.colour import Colour
from dothi.cartography.style.drawing import Drawing
from dothi.core.coverage import Coverage
from dothi.core.layer import Layer
from dothi.core.layer_source import Times

type Format = Literal['png', 'webp', 'jpeg', 'tiff', 'svg', 'pdf']


@dataclass(frozen=True)
class PictureLayer:
    """A layer in one of its styles, or a coverage, which needs none.

    times: as `dothi.core.layer_source.source` reads them; None is now. condition: which rows, from `dothi.core.cql2`.
    """

    layer: Layer | Coverage
    drawing: Drawing | None = None
    times: Times | None = None
    condition: sql.Composable | None = None


@dataclass(frozen=True)
class Picture:
    """Layers over one another, the lowest first; labels of all of them above everything.

    background: None is transparent, where the format can be.
    """

    view: View
    shown: tuple[PictureLayer, ...]
    background: Colour | None = None
    format: Format = 'png'
    # what the file says of itself, where its format can
    about: dict[str, str] = field(default_factory=dict)
    # how many tiles it is cut into, across and down; names may cross the edges of a picture that others lie beside
    tiles: tuple[int, int] | None = None
