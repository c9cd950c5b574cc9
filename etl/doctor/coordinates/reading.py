"""Ways to read a file's coordinates, and how a person writes them after `--crs`."""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import shapely

from dothi.core.crs import TOWGS84, VN2000_SRIDS, Crs, UnknownCrs, parse_crs, proj_string
from etl.formats.source import Geometries
from etl.moving import move

SWAPPED = ',yx'
SHIFT = f'+towgs84={",".join(str(value) for value in TOWGS84)}'
# UTM's and that of the three-degree zones: each is taken for the other.
SCALES = ('0.9996', '0.9999')
# The systems on WGS 84 for which VN-2000's are mistaken, by their own numbers; the zones have no such twin.
WGS84_TWINS = {4756: 4326, 3405: 32648, 3406: 32649}
# Meridians of UTM: a three-degree zone there differs from UTM by nothing but the scale, and both have numbers.
UTM_MERIDIANS = (105, 111)


@dataclass(frozen=True)
class Reading:
    """A way to read the file's coordinates: a coordinate system, and whether they come as y before x."""

    crs: Crs
    swapped: bool = False

    @property
    def label(self) -> str:
        """`EPSG:9209`, or `EPSG:9209,yx` with the axes swapped; `--crs` takes the same."""
        return self.crs.label + (SWAPPED if self.swapped else '')

    @property
    def supposes_a_mistake(self) -> bool:
        """Whether it is no system that anybody defined, but one with the mistake of a program in it."""
        return self.crs.srid is None and self.crs.name.startswith('EPSG:')

    @property
    def as_meant(self) -> 'Reading':
        """The reading without the mistake that it supposes: `EPSG:9209,yx` of `EPSG:9209,wgs84,yx`."""
        system_name = self.crs.name.partition(',')[0]
        return replace(self, crs=parse_crs(system_name)) if self.supposes_a_mistake else self

    def turned(self) -> 'Reading':
        """The same system with the axes the other way round."""
        return replace(self, swapped=not self.swapped)

    def to(self, geometry: Geometries, srid: int) -> Geometries:
        """`geometry` in the system `srid`, untouched where it is in that system already."""
        if self.swapped:
            geometry = np.asarray(shapely.transform(geometry, lambda xy: xy[:, ::-1]))
        return move(geometry, self.crs.definition, proj_string(srid))


def parse_reading(text: str) -> Reading:
    """The reading that `text` names: a coordinate system, perhaps with a mistake in it, perhaps `,yx`.

    `EPSG:9209,wgs84` is the projection of EPSG:9209 computed on WGS 84, without VN-2000's datum shift;
    `EPSG:9209,k=0.9996` is EPSG:9209 with the other scale factor. Raises UnknownCrs for what nobody knows.
    """
    swapped = text.lower().endswith(SWAPPED)
    system = text[: -len(SWAPPED)] if swapped else text
    base, comma, mistake = system.partition(',')
    if comma and mistake.lower().startswith(('wgs84', 'k=')):
        return Reading(_mistaken(base, system), swapped)
    return Reading(parse_crs(system), swapped)


@lru_cache
def mistakes(srid: int) -> list[Reading]:
    """What VN-2000's EPSG:`srid` becomes without its datum shift, and with the other scale factor.

    A result that has a number of its own (EPSG:32648 of 3405, 3405 of 5897) is no mistake to be supposed.
    """
    text, name = proj_string(srid), f'EPSG:{srid}'
    readings = []
    if srid not in WGS84_TWINS:
        unshifted = text.replace(SHIFT, '').replace('+ellps=WGS84', '+datum=WGS84')
        readings.append(Crs(None, f'{name},wgs84', unshifted))
    for scale, other in (SCALES, SCALES[::-1]):
        if f'+k={scale} ' in text and not any(f'+lon_0={meridian} ' in text for meridian in UTM_MERIDIANS):
            readings.append(Crs(None, f'{name},k={other}', text.replace(f'+k={scale} ', f'+k={other} ')))
    return [Reading(crs) for crs in readings]


def _mistaken(base: str, system: str) -> Crs:
    srid = parse_crs(base).srid
    usual_mistakes = mistakes(srid) if srid in VN2000_SRIDS else []
    for reading in usual_mistakes:
        if reading.label.lower() == system.lower():
            return reading.crs
    may_be = ', '.join(reading.label for reading in usual_mistakes) or '–'
    raise UnknownCrs(
        vi=f'"{system}" không phải là cách đọc đã biết của {base} (có thể: {may_be}).',
        en=f'"{system}" is no known way to read {base} (possible: {may_be}).',
    )
