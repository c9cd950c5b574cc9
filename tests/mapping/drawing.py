"""What tests of pictures draw with: styles written in place, and pictures as arrays."""

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dothi.cartography.mapping.draw import draw
from dothi.cartography.mapping.picture import Picture, PictureLayer
from dothi.cartography.mapping.view import View
from dothi.cartography.style.drawing import drawing_of
from dothi.cartography.style.style_file import Style, StyleFile
from dothi.core.locality import Locality

type Pixels = NDArray[np.uint8]


def shown(locality: Locality, layer_id: str, *parts: dict[str, Any], **how: Any) -> PictureLayer:
    """The layer in a style of these parts."""
    layer = locality.layers[layer_id]
    styles = StyleFile(styles={'default': Style.model_validate({'parts': list(parts)})})
    return PictureLayer(layer, drawing_of(layer, styles, 'default', 'internal', lambda _: []), **how)


def pixels(locality: Locality, view: View, *layers: PictureLayer, **how: Any) -> Pixels:
    """Red, green, blue and opacity of the picture's pixels, shape (height, width, 4)."""
    content = draw(Picture(view, layers, format='png', **how), locality, 'internal')
    return np.asarray(Image.open(io.BytesIO(content)).convert('RGBA'))
