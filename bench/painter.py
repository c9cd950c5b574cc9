"""Who paints, and what: servers of WMS by their addresses, and the same questions to each of them."""

import io
import math
import re
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import quote

from PIL import Image

from dothi.cartography.style.colour import Colour
from dothi.cartography.style.zoom import EQUATOR_M

# What other servers call all their layers together.
ALL_FEATURES = 'all'
WIDTH_PX, HEIGHT_PX = 1024, 768


class Extent(NamedTuple):
    """A part of the world in Web Mercator, as large as a picture of 1024 × 768."""

    west: float
    south: float
    east: float
    north: float

    @classmethod
    def around(cls, lon: float, lat: float, metres_per_px: float) -> 'Extent':
        """metres_per_px: on the ground, in the middle."""
        x = lon / 360 * EQUATOR_M
        y = math.asinh(math.tan(math.radians(lat))) * EQUATOR_M / (2 * math.pi)
        half = metres_per_px / math.cos(math.radians(lat)) / 2
        return cls(x - half * WIDTH_PX, y - half * HEIGHT_PX, x + half * WIDTH_PX, y + half * HEIGHT_PX)

    def grown(self, share: float) -> 'Extent':
        """With so much of its size more on every side."""
        across, up = share * (self.east - self.west), share * (self.north - self.south)
        return Extent(self.west - across, self.south - up, self.east + across, self.north + up)


@dataclass(frozen=True)
class Painter:
    """A server of WMS: for each kind of picture its address, up to the question, and the layers to ask for."""

    name: str
    maps: dict[str, tuple[str, str]]
    background: Colour

    @property
    def file_name(self) -> str:
        """The name in small letters, with dashes."""
        return '-'.join(re.findall(r'[a-z]+', self.name.lower()))

    def url(self, kind: str, extent: Extent) -> str:
        """GetMap of WMS 1.3.0 (OGC 06-042, 7.3), the same for every server."""
        base, layers = self.maps[kind]
        styles = ',' * layers.count(',')
        return (
            f'{base}SERVICE=WMS&VERSION=1.3.0&REQUEST=GetMap&LAYERS={quote(layers)}&STYLES={styles}&CRS=EPSG:3857'
            f'&BBOX={",".join(f"{side:.3f}" for side in extent)}&WIDTH={WIDTH_PX}&HEIGHT={HEIGHT_PX}'
            f'&FORMAT=image/png&TRANSPARENT=FALSE&BGCOLOR=0x{self.background.hex[1:]}'
        )


def difference(one: bytes, other: bytes) -> float:
    """How far two pictures are from each other, 0 to 255: the mean over squares of 16 pixels, by their mean colours.

    Small enough to see a layer that is missing, large enough not to see how an edge is smoothed.
    """
    first, second = _squares(one), _squares(other)
    return sum(abs(a - b) for a, b in zip(first, second, strict=True)) / len(first)


def _squares(picture: bytes) -> bytes:
    with Image.open(io.BytesIO(picture)) as image:
        size = (WIDTH_PX // 16, HEIGHT_PX // 16)
        return image.convert('RGB').resize(size, Image.Resampling.BOX).tobytes()
