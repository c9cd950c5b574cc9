"""Names and signs of a map apart from each other: what is drawn only with the one, and only with the other."""

import io
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from dothi.cartography.mapping.draw import draw
from dothi.cartography.mapping.picture import Picture, PictureLayer
from dothi.cartography.mapping.view import View
from dothi.cartography.style.colour import Colour
from dothi.cartography.style.drawing import drawing_of
from dothi.cartography.style.layer_styles import styles_of
from dothi.cartography.style.style_file import Kind
from dothi.cartography.style.zoom import metres_per_px
from dothi.core.locality import Locality

type Mask = NDArray[np.bool_]

# Longitude, latitude and zoom: the province, its towns, villages and streets.
VIEWS = (
    (106.25, 20.22, 8.2), (106.25, 20.22, 9.1), (106.20, 20.30, 10.0), (106.17, 20.42, 10.6), (106.17, 20.42, 11.3),
    (106.30, 20.20, 11.6), (106.17, 20.42, 12.2), (106.17, 20.42, 13.2), (106.28, 20.20, 12.6), (106.17, 20.43, 14.2),
    (106.17, 20.43, 15.2), (106.168, 20.429, 16.2),
)  # fmt: skip
WIDTH_PX, HEIGHT_PX = 1000, 700
LATITUDE = 20.3
# Names lie farther apart than the letters and lines of one name do.
WITHIN_A_NAME_PX = 3


@dataclass(frozen=True)
class NamesAndSigns:
    """Which pixels of a map names take, and which of the same map signs take, shape (height, width)."""

    names: Mask
    signs: Mask

    @property
    def share_on_signs(self) -> float:
        """Share of the names' pixels that lie on signs, 0 to 1."""
        total = self.names.sum()
        return float((self.names & self.signs).sum() / total) if total else 0.0

    @property
    def count(self) -> int:
        """How many names are drawn."""
        wide = ndimage.binary_dilation(self.names, iterations=WITHIN_A_NAME_PX - 1)
        return int(ndimage.label(wide, structure=np.ones((3, 3)))[1])

    @property
    def cut_px(self) -> int:
        """How many pixels of names lie at the very edge."""
        edge = np.ones_like(self.names)
        edge[1:-1, 1:-1] = False
        return int((self.names & edge).sum())


def names_and_signs(locality: Locality, view: View) -> NamesAndSigns:
    """Names and signs of the layers that the map opens with."""
    whole = _drawn(locality, view, ())
    unnamed = _drawn(locality, view, ('label',))
    bare = _drawn(locality, view, ('label', 'marker'))
    return NamesAndSigns((whole != unnamed).any(axis=2), (unnamed != bare).any(axis=2))


def view_at(lon: float, lat: float, zoom: float) -> View:
    """The view of Web Mercator around a place."""
    x, y = lon * 111319.490793, float(np.degrees(np.log(np.tan(np.radians(45 + lat / 2)))) * 111319.490793)
    across = metres_per_px(zoom, 0.0)
    return View(
        3857,
        (x - across * WIDTH_PX / 2, y - across * HEIGHT_PX / 2, x + across * WIDTH_PX / 2, y + across * HEIGHT_PX / 2),
        WIDTH_PX,
        HEIGHT_PX,
    )


def map_layers(locality: Locality) -> list[PictureLayer]:
    """The layers that the map opens with, lowest first."""
    drawings = [
        drawing_of(layer, styles_of(layer, locality.path), 'default', 'internal', lambda _: [])
        for layer in locality.layers.values()
    ]
    visible = sorted((each for each in drawings if each.visible), key=lambda drawing: drawing.draw_order)
    return [PictureLayer(drawing.layer, drawing) for drawing in visible]


def _drawn(locality: Locality, view: View, without: tuple[Kind, ...]) -> NDArray[np.int16]:
    layers = [without_kinds(layer, without) for layer in map_layers(locality)]
    content = draw(Picture(view, tuple(layers), Colour(223, 232, 235)), locality, 'internal')
    return np.asarray(Image.open(io.BytesIO(content)).convert('RGB')).astype(np.int16)


def without_kinds(shown: PictureLayer, kinds: tuple[Kind, ...]) -> PictureLayer:
    """The layer without what is drawn in these ways."""
    drawing = shown.drawing
    assert drawing is not None
    return replace(shown, drawing=replace(drawing, passes=tuple(p for p in drawing.passes if p.kind not in kinds)))
