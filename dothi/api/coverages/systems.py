"""The coordinate systems of a raster: its own and those that the locality serves, and what their axes are called."""

from dataclasses import dataclass
from functools import lru_cache

import pyproj

from dothi.api.http.served_crs import CRS84, ServedCrs, UnservedCrs, served_crs, uri_of
from dothi.core.crs import axis_order_yx
from dothi.core.errors import did_you_mean
from dothi.core.grid import Grid
from dothi.core.locality import Locality

# Names of the x axis and of the y axis, that of the standard first; all are compared in lower case.
GEOGRAPHIC = (('Lon', 'long', 'longitude'), ('Lat', 'latitude'))
PROJECTED = (('E', 'x', 'easting'), ('N', 'y', 'northing'))


@dataclass(frozen=True)
class System:
    """A coordinate system of a raster. native: whether its cells lie side by side in it."""

    crs: ServedCrs
    native: bool

    @property
    def geographic(self) -> bool:
        """Whether its axes are degrees."""
        return is_geographic(self.crs.srid)

    @property
    def axes(self) -> tuple[str, str]:
        """The standard's names of its axes, x before y."""
        x, y = GEOGRAPHIC if self.geographic else PROJECTED
        return x[0], y[0]

    def axis(self, name: str) -> int | None:
        """0 for a name of the x axis, 1 for one of the y axis, None for any other."""
        for place, names in enumerate(GEOGRAPHIC if self.geographic else PROJECTED):
            if name.lower() in {axis_name.lower() for axis_name in names}:
                return place
        return None

    def ordered(self, x: object, y: object) -> list[object]:
        """x and y in the axis order of the system's authority."""
        return [y, x] if self.crs.yx else [x, y]


def systems(srid: int, locality: Locality) -> dict[str, System]:
    """The offered systems by URI, the raster's own first. srid: EPSG code of the raster's system."""
    own = uri_of(f'EPSG:{srid}')
    by_name = {own: System(ServedCrs(own, srid, axis_order_yx(srid)), native=True)}
    for uri, crs in served_crs(locality).items():
        by_name.setdefault(uri, System(crs, native=False))
    return by_name


def system(text: str | None, systems_by_name: dict[str, System], parameter: str, default: str) -> System:
    """The system that a parameter names by URI, CURIE or EPSG:n; raises UnservedCrs."""
    if not text:
        return systems_by_name[default]
    name = text.strip().strip('[]')
    uri = CRS84 if name.upper() == 'OGC:CRS84' else name.replace('https://', 'http://')
    if name.upper().startswith('EPSG:') and name[5:].isdecimal():
        uri = f'http://www.opengis.net/def/crs/EPSG/0/{name[5:]}'
    if uri not in systems_by_name:
        hint = did_you_mean(uri, systems_by_name)
        raise UnservedCrs(
            vi=f'{parameter}={text}: không phục vụ hệ tọa độ này. {hint.vi}',
            en=f'{parameter}={text}: this coordinate system is not served. {hint.en}',
        )
    return systems_by_name[uri]


def is_global(grid: Grid) -> bool:
    """Whether the last column of the grid lies beside the first one, all around the globe."""
    return is_geographic(grid.srid) and abs(grid.width * grid.cell_width - 360) < grid.cell_width / 2


@lru_cache
def is_geographic(srid: int) -> bool:
    """Whether the axes of EPSG:srid are degrees."""
    return bool(pyproj.CRS.from_epsg(srid).is_geographic)
