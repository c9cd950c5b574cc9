"""The coordinate systems of a raster: its own and those that the locality serves, and what their axes are called."""

from dataclasses import dataclass
from functools import lru_cache

import pyproj

from dothi.api.http.offer import Offer
from dothi.api.http.parameters import Parameter, Schema, bad_value, plain_text
from dothi.api.http.served_crs import CRS84, ServedCrs, UnservedCrs, served_crs, uri_of
from dothi.core.coverage import Coverage
from dothi.core.crs import axis_order_yx, srid_of
from dothi.core.errors import did_you_mean
from dothi.core.grid import Grid
from dothi.core.locality import Locality
from dothi.core.text import Text

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


def read_system(parameter: Parameter[str], systems_by_name: dict[str, System], default: str) -> System:
    """The system that a parameter names by URI, CURIE or EPSG:n; raises UnservedCrs."""
    text = parameter.text
    if not text:
        return systems_by_name[default]
    name = text.strip('[]')
    uri = CRS84 if name.upper() == 'OGC:CRS84' else name.replace('https://', 'http://')
    if name.upper().startswith('EPSG:') and name[5:].isdecimal():
        uri = f'http://www.opengis.net/def/crs/EPSG/0/{name[5:]}'
    if uri not in systems_by_name:
        hint = did_you_mean(uri, systems_by_name)
        raise bad_value(
            parameter.name,
            text,
            f'không phục vụ hệ tọa độ này. {hint.vi}',
            f'this coordinate system is not served. {hint.en}',
            UnservedCrs,
        )
    return systems_by_name[uri]


def systems_in(offer: Offer) -> dict[str, System]:
    """The systems in which a coverage, or a map, is offered; that of the data first."""
    of = offer.source
    return systems(srid_of(of.source.crs) if isinstance(of, Coverage) else offer.locality.srid, offer.locality)


def system_parameter(name: str, description: Text) -> Parameter[str]:
    """A parameter that names a system, CRS84 where it is left out; `read_system` reads it."""
    return Parameter(name, plain_text, lambda offer: system_schema(offer) | {'default': CRS84}, description)


def system_schema(offer: Offer) -> Schema:
    """The schema of a parameter that names one of the systems in which a coverage, or a map, is offered."""
    return {'type': 'string', 'format': 'uri', 'enum': [*systems_in(offer)]}


def is_global(grid: Grid) -> bool:
    """Whether the last column of the grid lies beside the first one, all around the globe."""
    return is_geographic(grid.srid) and abs(grid.width * grid.cell_width - 360) < grid.cell_width / 2


@lru_cache
def is_geographic(srid: int) -> bool:
    """Whether the axes of EPSG:srid are degrees."""
    return bool(pyproj.CRS.from_epsg(srid).is_geographic)
