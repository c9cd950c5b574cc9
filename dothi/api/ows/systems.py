"""Coordinate systems as WMS and WMTS name them, and in which order their axes come."""

import re
from dataclasses import dataclass

from dothi.api.http.served_crs import CRS84, served_crs
from dothi.api.ows.errors import InvalidCRS, unknown_value
from dothi.core.crs import WGS84, axis_order_yx
from dothi.core.locality import Locality

type Box = tuple[float, float, float, float]

# `EPSG:9209`, `urn:ogc:def:crs:EPSG::9209`, `http://www.opengis.net/def/crs/EPSG/0/9209`
NUMBERED = re.compile(
    r'(?:EPSG:|urn:ogc:def:crs:EPSG:[\w.]*:|https?://www\.opengis\.net/def/crs/EPSG/0/)(\d{4,6})', re.I
)
LON_LAT = {'CRS:84', 'OGC:CRS84', 'URN:OGC:DEF:CRS:OGC:1.3:CRS84', 'URN:OGC:DEF:CRS:OGC::CRS84', CRS84.upper()}


@dataclass(frozen=True)
class System:
    """A coordinate system of the service. yx: by its authority the northing or latitude comes first."""

    name: str
    srid: int
    yx: bool

    def turned(self, box: Box) -> Box:
        """Swap the axes of a box where this system writes y before x; swapping twice gives the box again."""
        return (box[1], box[0], box[3], box[2]) if self.yx else box


def systems(locality: Locality, version: str) -> dict[str, System]:
    """The systems on offer by name, the locality's own first. In WMS 1.1.1 x comes first in all of them."""
    numbers = [locality.srid, *(crs.srid for uri, crs in served_crs(locality).items() if uri != CRS84)]
    turned = version == '1.3.0'
    offered = [System(f'EPSG:{srid}', srid, turned and axis_order_yx(srid)) for srid in dict.fromkeys(numbers)]
    if turned:
        offered.append(System('CRS:84', WGS84, yx=False))
    return {system.name: system for system in offered}


def system_named(text: str, locality: Locality, version: str, locator: str) -> System:
    """The system that a parameter names; raises InvalidCRS with the nearest name."""
    offered = systems(locality, version)
    numbered = NUMBERED.fullmatch(text)
    name = f'EPSG:{numbered[1]}' if numbered else 'CRS:84' if text.upper() in LON_LAT else text
    if name not in offered:
        raise unknown_value(
            InvalidCRS, locator, text, offered, 'không phục vụ hệ tọa độ này.', 'this coordinate system is not offered.'
        )
    return offered[name]


def crs_urn(srid: int) -> str:
    """The name that WMTS gives to a system; that of degrees has the longitude first."""
    return 'urn:ogc:def:crs:OGC:1.3:CRS84' if srid == WGS84 else f'urn:ogc:def:crs:EPSG::{srid}'
