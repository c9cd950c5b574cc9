"""PNG of our own writing is what every reader takes it for."""

import io

import numpy as np
import pytest
from PIL import Image

from dothi.cartography.mapping.png import png


@pytest.mark.parametrize(('opaque', 'mode', 'channels'), [(True, 'RGB', 3), (False, 'RGBA', 4)])
def test_every_pixel_comes_back_in_its_place(opaque: bool, mode: str, channels: int) -> None:
    """Wider than high, each pixel another: rows and columns cannot be mistaken for each other."""
    pixels = np.random.default_rng(5).integers(0, 256, (3, 7, 4), dtype=np.uint8)
    image = Image.open(io.BytesIO(png(pixels.tobytes(), 7, 3, opaque=opaque)))
    assert (image.mode, image.size) == (mode, (7, 3))
    image.load()
    assert (np.asarray(image) == pixels[..., :channels]).all()
