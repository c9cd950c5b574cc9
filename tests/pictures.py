"""What tests look at in pictures: Pillow leaves open how many bands a picture has, and so the type of a pixel."""

import numpy as np
from PIL import Image


def bands_at(picture: Image.Image, place: tuple[int, int]) -> tuple[int, ...]:
    """Values of the pixel `place`, one for each band; raises AssertionError where the picture has one band only."""
    pixel = picture.getpixel(place)
    assert isinstance(pixel, tuple)
    return pixel


def opacity_range(picture: Image.Image) -> tuple[int, int]:
    """Least and largest opacity of its pixels, 0 to 255; 255 throughout where it has no alpha band."""
    opacity = np.asarray(picture.convert('RGBA'))[..., 3]
    return int(opacity.min()), int(opacity.max())
