"""The coordinate systems that the locality serves, by the URIs of the standard."""

from dataclasses import dataclass
from functools import lru_cache

from psycopg2 import sql

from dothi.api.http.offer import Offer
from dothi.api.http.parameters import Parameter, Schema, bad_value
from dothi.api.http.service import service
from dothi.core.cql2.geometry import Space
from dothi.core.crs import WGS84, axis_order_yx, srid_of
from dothi.core.errors import WrongUse, did_you_mean
from dothi.core.export.extract import generalised
from dothi.core.locality import Locality
from dothi.core.text import Text

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
    return _systems_by_uri(tuple(locality.place.served_crs))


@lru_cache(maxsize=8)
def _systems_by_uri(served: tuple[str, ...]) -> dict[str, ServedCrs]:
    codes = ['OGC:CRS84', *(code for code in served if code.upper() != 'OGC:CRS84')]
    offered = [ServedCrs(uri_of(code), srid_of(code), _is_yx(code)) for code in codes]
    return {crs.uri: crs for crs in offered}


def default_crs() -> ServedCrs:
    """The system of requests and answers that name none: CRS84."""
    return served_crs(service().locality)[CRS84]


def parse_served_crs(name: str, text: str) -> ServedCrs:
    """The system that is named by URI or as EPSG:n; raises UnservedCrs."""
    locality = service().locality
    served, code = served_crs(locality), text.strip('[]')
    uri = uri_of(code) if code.upper() in {served_code.upper() for served_code in locality.place.served_crs} else code
    if uri not in served:
        hint = did_you_mean(uri, served)
        raise bad_value(
            name,
            text,
            f'không phục vụ hệ tọa độ này. {hint.vi}',
            f'this coordinate system is not served. {hint.en}',
            UnservedCrs,
        )
    return served[uri]


def crs_parameter(name: str, description: Text) -> Parameter[ServedCrs]:
    """A parameter that names one of the systems of the locality."""
    return Parameter(name, parse_served_crs, _crs_schema, description)


def _crs_schema(offer: Offer) -> Schema:
    return {'type': 'string', 'format': 'uri', 'enum': [*served_crs(offer.locality)], 'default': CRS84}


def _is_yx(code: str) -> bool:
    return code.upper() != 'OGC:CRS84' and axis_order_yx(srid_of(code))
