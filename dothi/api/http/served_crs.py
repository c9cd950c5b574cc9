"""The coordinate systems that the locality serves, by the URIs of the standard."""

from dataclasses import dataclass

from psycopg2 import sql

from dothi.api.http.parameters import quote_parameter
from dothi.core.cql2.geometry import Space
from dothi.core.crs import WGS84, axis_order_yx, srid_of
from dothi.core.errors import WrongUse, did_you_mean
from dothi.core.export.extract import generalised
from dothi.core.locality import Locality

CRS84 = 'http://www.opengis.net/def/crs/OGC/1.3/CRS84'
# 7 decimals of a degree are about 1 cm, 4 of a metre 0.1 mm; what is stored is passed on to its last digit.
DEGREE_DIGITS, METRE_DIGITS, ALL_DIGITS = 7, 4, 15


class UnservedCrs(WrongUse):
    """A coordinate system that this service does not offer."""


@dataclass(frozen=True)
class ServedCrs:
    """A system by its URI. yx: the authority's axis order has latitude or northing first, and so has the answer."""

    uri: str
    srid: int
    yx: bool

    @property
    def space(self) -> Space:
        """How coordinates in a request in this system are read."""
        return Space(self.srid, self.yx)

    def geojson(self, working_srid: int, tolerance: float = 0, *, multi: bool = False) -> sql.Composable:
        """SQL of a row's geometry as GeoJSON in this system.

        tolerance: how far the answer may be from what is stored, in units of this system; 0 leaves it as it is.
        multi: of a type with parts.
        """
        column, digits = self._column(working_srid)
        if tolerance:
            column = generalised(column, tolerance, multi=multi)
        turned = sql.SQL('ST_FlipCoordinates({})').format(column) if self.yx else column
        return sql.SQL('ST_AsGeoJSON({}, {}, 0)').format(turned, sql.Literal(digits))

    def _column(self, working_srid: int) -> tuple[sql.Composable, int]:
        if self.srid == working_srid:
            return sql.Identifier('geom'), ALL_DIGITS
        if self.srid == WGS84:
            return sql.Identifier('geom_wgs84'), DEGREE_DIGITS
        return sql.SQL('ST_Transform(geom, {})').format(sql.Literal(self.srid)), METRE_DIGITS


def uri_of(code: str) -> str:
    """`EPSG:9209` or `OGC:CRS84` as URI."""
    return CRS84 if code.upper() == 'OGC:CRS84' else f'http://www.opengis.net/def/crs/EPSG/0/{srid_of(code)}'


def served_crs(locality: Locality) -> dict[str, ServedCrs]:
    """The systems on offer by URI; CRS84, the default, comes first."""
    codes = ['OGC:CRS84', *(code for code in locality.place.served_crs if code.upper() != 'OGC:CRS84')]
    offered = [ServedCrs(uri_of(code), srid_of(code), _is_yx(code)) for code in codes]
    return {crs.uri: crs for crs in offered}


def chosen_crs(text: str | None, locality: Locality, parameter: str) -> ServedCrs:
    """The system that a parameter names by URI or as EPSG:n; CRS84 when it is left out. Raises UnservedCrs."""
    served = served_crs(locality)
    if not text:
        return served[CRS84]
    name = text.strip().strip('[]')
    uri = uri_of(name) if name.upper() in {code.upper() for code in locality.place.served_crs} else name
    if uri not in served:
        hint = did_you_mean(uri, served)
        raise UnservedCrs(
            vi=f'{quote_parameter(parameter, text)}: không phục vụ hệ tọa độ này. {hint.vi}',
            en=f'{quote_parameter(parameter, text)}: this coordinate system is not served. {hint.en}',
        )
    return served[uri]


def _is_yx(code: str) -> bool:
    return code.upper() != 'OGC:CRS84' and axis_order_yx(srid_of(code))
