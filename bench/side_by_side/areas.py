"""What of a picture each colour of a style takes, so that pictures by different painters can be compared."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dothi.cartography.style.colour import Colour, parse_colour
from dothi.cartography.style.drawing import Drawing

type Pixels = NDArray[np.float64]


@dataclass(frozen=True)
class Area:
    """One colour in one picture: its pixels, those of them at an edge, and how far those inside are from the style's.

    off: CIE 1976 colour difference of the median; nan where the class has no pixel without an edge.
    """

    pixels: int
    edge: int
    off: float


def palette(drawings: list[Drawing], background: str) -> list[str]:
    """The opaque colours that the drawings and the background can show, as `#rrggbb`."""
    colours: list[Colour] = [parse_colour(background)]
    for drawing in drawings:
        for rendering_pass in drawing.passes:
            css = [rendering_pass.part.outline, rendering_pass.part.halo]
            colours += [rule.colour for rule in rendering_pass.rules] + [parse_colour(text) for text in css if text]
    return list(dict.fromkeys(colour.hex for colour in colours if colour.alpha == 1))


def areas(picture: Image.Image, colours: list[str]) -> dict[str, Area]:
    """The area of each colour: a pixel belongs to the nearest one, so that smoothed edges are shared out."""
    pixels = lab(np.asarray(picture.convert('RGB'), dtype=np.float64))
    palette_lab = lab(np.array([_rgb(colour) for colour in colours], dtype=np.float64)[None])[0]
    nearest = np.argmin([np.linalg.norm(pixels - reference, axis=2) for reference in palette_lab], axis=0)
    inside = _inside(nearest)
    return {
        colour: _area(pixels, palette_lab[number], nearest == number, inside) for number, colour in enumerate(colours)
    }


def _area(painted: Pixels, expected: Pixels, mine: NDArray[np.bool_], inside: NDArray[np.bool_]) -> Area:
    core = painted[mine & inside]
    off = float(np.linalg.norm(np.median(core, axis=0) - expected)) if len(core) else float('nan')
    return Area(int(mine.sum()), int((mine & ~inside).sum()), off)


def _inside(classes: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Pixels whose eight neighbours are of the same class; those at the rim of the picture are not."""
    made = np.zeros(classes.shape, dtype=bool)
    middle = classes[1:-1, 1:-1]
    height, width = classes.shape
    around = [classes[y : height - 2 + y, x : width - 2 + x] == middle for y in range(3) for x in range(3)]
    made[1:-1, 1:-1] = np.logical_and.reduce(around)
    return made


def lab(rgb: Pixels) -> Pixels:
    """CIELAB (D65) of sRGB from 0 to 255, in the last axis (IEC 61966-2-1; CIE 15)."""
    part = rgb / 255
    linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    xyz = linear @ SRGB_TO_XYZ.T / WHITE
    f = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    made: Pixels = np.stack([116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], -1)
    return made


SRGB_TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
WHITE = SRGB_TO_XYZ.sum(axis=1)


def _rgb(colour: str) -> tuple[int, ...]:
    parsed = parse_colour(colour)
    return parsed.red, parsed.green, parsed.blue
