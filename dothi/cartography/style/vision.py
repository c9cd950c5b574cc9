"""How colours look to people who see colours otherwise, and how far apart they then are."""

import math
from typing import Literal

from dothi.cartography.style.colour import Colour

type Sight = Literal['typical', 'protanopia', 'deuteranopia', 'tritanopia']
type Rgb = tuple[float, float, float]
type Lab = tuple[float, float, float]

# Of linear light; severity 1.0 of Machado, Oliveira and Fernandes, "A Physiologically-based Model for Simulation of
# Color Vision Deficiency", IEEE Transactions on Visualization and Computer Graphics 15(6), 2009, table 1.
MACHADO: dict[Sight, tuple[Rgb, Rgb, Rgb]] = {
    'typical': ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    'protanopia': (
        (0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998),
    ),
    'deuteranopia': (
        (0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881),
    ),
    'tritanopia': (
        (1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900),
    ),
}  # fmt: skip
SIGHTS: tuple[Sight, ...] = tuple(MACHADO)
# IEC 61966-2-1 (sRGB): linear light to CIE XYZ, white D65
XYZ: tuple[Rgb, Rgb, Rgb] = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
WHITE: Rgb = (0.95047, 1.0, 1.08883)


def distance(first: Colour, other: Colour, paper: Colour, sight: Sight = 'typical') -> float:
    """CIEDE2000 between two colours on `paper` as people with this sight see them; 1 is about the least one can see.

    paper: what lies below where a colour lets something through.
    """
    return ciede2000(lab(over(first, paper), sight), lab(over(other, paper), sight))


def over(colour: Colour, paper: Colour) -> Rgb:
    """Red, green and blue, 0 to 1, of a colour on `paper`, mixed as map renderers do: in the numbers of sRGB."""
    top, below = (colour.red, colour.green, colour.blue), (paper.red, paper.green, paper.blue)
    mixed = [(colour.alpha * a + (1 - colour.alpha) * b) / 255 for a, b in zip(top, below, strict=True)]
    return mixed[0], mixed[1], mixed[2]


def lab(rgb: Rgb, sight: Sight = 'typical') -> Lab:
    """CIE 1976 L*a*b* of an sRGB colour, 0 to 1, as people with this sight see it."""
    seen_rgb = _times(MACHADO[sight], _linear(rgb))
    x, y, z = (_root(part / white) for part, white in zip(_times(XYZ, _within(seen_rgb)), WHITE, strict=True))
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def ciede2000(first: Lab, other: Lab) -> float:
    """The colour difference of CIE 142-2001, all weights 1; names as in Sharma, Wu and Dalal, Color Research and
    Application 30(1), 2005, whose test pairs the tests use."""
    (l1, a1, b1), (l2, a2, b2) = first, other
    c_mean = (math.hypot(a1, b1) + math.hypot(a2, b2)) / 2
    g = 0.5 * (1 - math.sqrt(c_mean**7 / (c_mean**7 + 25**7)))
    c1, h1 = _polar(a1 * (1 + g), b1)
    c2, h2 = _polar(a2 * (1 + g), b2)
    turn = _turn(h1, h2) if c1 and c2 else 0.0
    l_by, c_by = l2 - l1, c2 - c1
    h_by = 2 * math.sqrt(c1 * c2) * math.sin(math.radians(turn / 2))
    l_mean, c_mean = (l1 + l2) / 2, (c1 + c2) / 2
    h_mean = (h1 + turn / 2) % 360 if c1 and c2 else h1 + h2
    t = (
        1 - 0.17 * _cos(h_mean - 30) + 0.24 * _cos(2 * h_mean)
        + 0.32 * _cos(3 * h_mean + 6) - 0.20 * _cos(4 * h_mean - 63)
    )  # fmt: skip
    s_l = 1 + 0.015 * (l_mean - 50) ** 2 / math.sqrt(20 + (l_mean - 50) ** 2)
    s_c, s_h = 1 + 0.045 * c_mean, 1 + 0.015 * c_mean * t
    r_c = 2 * math.sqrt(c_mean**7 / (c_mean**7 + 25**7))
    r_t = -r_c * math.sin(math.radians(60 * math.exp(-(((h_mean - 275) / 25) ** 2))))
    l_part, c_part, h_part = l_by / s_l, c_by / s_c, h_by / s_h
    return math.sqrt(l_part**2 + c_part**2 + h_part**2 + r_t * c_part * h_part)


def _polar(a: float, b: float) -> tuple[float, float]:
    return math.hypot(a, b), math.degrees(math.atan2(b, a)) % 360


def _turn(start: float, end: float) -> float:
    """The shorter way round from one hue to another, in degrees."""
    return (end - start + 180) % 360 - 180 if abs(end - start) != 180 else end - start


def _cos(degrees: float) -> float:
    return math.cos(math.radians(degrees))


def _linear(rgb: Rgb) -> Rgb:
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in rgb)
    return red, green, blue


def _within(rgb: Rgb) -> Rgb:
    red, green, blue = (min(max(part, 0.0), 1.0) for part in rgb)
    return red, green, blue


def _root(part: float) -> float:
    return math.cbrt(part) if part > (6 / 29) ** 3 else part / (3 * (6 / 29) ** 2) + 4 / 29


def _times(matrix: tuple[Rgb, Rgb, Rgb], rgb: Rgb) -> Rgb:
    x, y, z = (sum(a * b for a, b in zip(row, rgb, strict=True)) for row in matrix)
    return x, y, z
