"""How large all features of a delivery are together: far more than the locality holds means a wrong unit of length.

A drawing in millimetres whose numbers happen to lie in the locality has features a thousand times too large. Comparing
two thousand of them with one another took eight minutes and all memory, so this is looked at while rows come in.
"""

from dataclasses import dataclass

import shapely

from dothi.core.errors import DataRefused
from dothi.core.layer import Layer
from dothi.core.numbers import number_vi, vietnamese_signs
from etl.formats.source import Geometries

# Areas of a layer that tiles the plane hardly exceed the locality; scenarios of floods lie over one another.
MOST_AREA_TILED, MOST_AREA = 2.0, 10.0
# A line every five metres, everywhere.
MOST_METRES_PER_M2 = 0.2


class ImplausibleSize(DataRefused):
    """The features are together far larger than the locality."""


@dataclass
class TotalSize:
    """Area and length of the features so far. extent_m2: area of the locality's extent."""

    layer: Layer
    extent_m2: float
    area_m2: float = 0.0
    length_m: float = 0.0

    def add(self, geometry: Geometries) -> None:
        """Count features of a batch, in the working CRS; raises ImplausibleSize as soon as they are too large."""
        areas = shapely.area(geometry)
        self.area_m2 += float(areas.sum())
        self.length_m += float(shapely.length(geometry)[areas == 0].sum())
        most = MOST_AREA_TILED if self.layer.checks.coverage else MOST_AREA
        if self.area_m2 > most * self.extent_m2:
            raise _too_large(f'{self.area_m2 / 1e6:,.0f} km²', self.area_m2 / self.extent_m2)
        if self.length_m > MOST_METRES_PER_M2 * self.extent_m2:
            raise _too_large(f'{self.length_m / 1e3:,.0f} km', self.length_m / self.extent_m2 / MOST_METRES_PER_M2)


def _too_large(total: str, times: float) -> ImplausibleSize:
    return ImplausibleSize(
        vi=f'Các đối tượng cộng lại hơn {vietnamese_signs(total)}, quá {number_vi(times, ",.0f")} lần mức có thể của '
        'địa phương. '
        'Kiểm tra đơn vị đo của bản vẽ (mi-li-mét thay vì mét?) và đối tượng chồng lên nhau, rồi gửi lại.',
        en=f'All features together exceed {total}, more than {times:,.0f} times what the locality can hold. '
        'Check the unit of the drawing (millimetres for metres?) and features on top of one another, and resend.',
    )
