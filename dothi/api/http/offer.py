"""What a service offers, on which the descriptions of its parameters and operations depend."""

from dataclasses import dataclass, replace
from typing import cast

from dothi.core.coverage import Coverage
from dothi.core.layer import Audience, Column, Layer
from dothi.core.locality import Locality

type Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Offer:
    """To whom, from which locality, and the layers and coverages that are released and visible.

    source: the layer or coverage that an operation is on, None for one of the whole service.
    """

    locality: Locality
    audience: Audience
    layers: list[Layer]
    coverages: list[Coverage]
    source: Layer | Coverage | None = None

    def of(self, source: Layer | Coverage) -> 'Offer':
        """The offer for the operations on one layer or coverage."""
        return replace(self, source=source)

    @property
    def layer(self) -> Layer:
        """The layer that the operation is on."""
        return cast(Layer, self.source)

    @property
    def coverage(self) -> Coverage:
        """The coverage that the operation is on."""
        return cast(Coverage, self.source)

    @property
    def columns(self) -> dict[str, Column]:
        """The columns of the layer that the audience sees."""
        return self.layer.columns_for(self.audience)

    @property
    def centre(self) -> tuple[float, float]:
        """Longitude and latitude of the middle of the locality's extent."""
        west, south, east, north = self.locality.place.extent_wgs84
        return (west + east) / 2, (south + north) / 2

    @property
    def middle_box(self) -> Box:
        """A box in the middle of the locality, a fifth of it wide and high: west, south, east, north in degrees."""
        west, south, east, north = self.locality.place.extent_wgs84
        across, up = east - west, north - south
        return (
            round(west + across * 0.4, 3),
            round(south + up * 0.4, 3),
            round(west + across * 0.6, 3),
            round(south + up * 0.6, 3),
        )
