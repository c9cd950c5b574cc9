"""What part of the ground a picture shows, and on what background."""

import math
from dataclasses import dataclass

from dothi.cartography.style.zoom import EQUATOR_M, zoom_of

BACKGROUND = '#dfe8eb'


@dataclass(frozen=True)
class Frame:
    """What is painted: the middle, the ground metres of a pixel there, and how large the picture is."""

    lon: float
    lat: float
    metres_per_px: float
    width_px: int = 512
    height_px: int = 384

    @property
    def zoom(self) -> float:
        return zoom_of(self.metres_per_px, self.lat)

    @property
    def box(self) -> list[float]:
        """West, south, east and north in Web Mercator."""
        x = self.lon / 360 * EQUATOR_M
        y = math.asinh(math.tan(math.radians(self.lat))) * EQUATOR_M / (2 * math.pi)
        half = self.metres_per_px / math.cos(math.radians(self.lat)) / 2
        across, up = half * self.width_px, half * self.height_px
        return [x - across, y - up, x + across, y + up]
