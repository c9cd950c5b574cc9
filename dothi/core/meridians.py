"""Central meridians of VN-2000: how people write them, and which provinces EPSG names for each.

The names are those in the EPSG data set that PROJ ships, and of the provinces before July 2025. EPSG names none for the
meridians 102°, 105° and 108°, whose zones serve every province in them.
"""

import re
from dataclasses import dataclass
from functools import cache

import pyproj

from dothi.core.crs import PROVINCIAL_SCALE, VN2000_SRIDS, projection_parameter
from dothi.core.text import search_key

KINDS_OF_UNITS = re.compile(r'\b(?:province|provinces|city|cities|municipality|municipalities)\b')
SEPARATORS = re.compile(r';|,|\band\b')
# What stands before a province's name in Vietnamese, and behind it in English; keys as `search_key` makes them.
TITLES = re.compile(r'^(?:tinh|thanh pho)\b|\b(?:province|city)$')


@dataclass(frozen=True)
class MeridianZone:
    """A zone of three degrees: its central meridian, its EPSG number, and the provinces that EPSG names for it."""

    degrees: float
    srid: int
    provinces: tuple[str, ...]

    @property
    def label(self) -> str:
        """The meridian in degrees and minutes: `105°30′`."""
        return degrees_and_minutes(self.degrees)


def degrees_and_minutes(degrees: float) -> str:
    """An angle as surveyors write it: `105°30′`."""
    minutes = round(degrees * 60)
    return f'{minutes // 60}°{minutes % 60:02d}′'


@cache
def meridian_zones() -> tuple[MeridianZone, ...]:
    """The zones of three degrees in VN-2000, from west to east."""
    srids = [srid for srid in VN2000_SRIDS if projection_parameter(srid, 'k') == PROVINCIAL_SCALE]
    zones = [MeridianZone(projection_parameter(srid, 'lon_0'), srid, _provinces(srid)) for srid in srids]
    return tuple(sorted(zones, key=lambda zone: zone.degrees))


def zone_of_province(name: str) -> MeridianZone | None:
    """The zone for which EPSG names the province; None where it names it for none."""
    wanted = _province_key(name)
    return next((zone for zone in meridian_zones() if wanted in map(_province_key, zone.provinces)), None)


def _provinces(srid: int) -> tuple[str, ...]:
    """`Hai Phong, Ho Chi Minh` from `Vietnam - Hai Phong and Ho Chi Minh cities; …`; nothing for a zone by degrees."""
    area = pyproj.CRS.from_epsg(srid).area_of_use
    names = area.name.removeprefix('Vietnam - ').rstrip('.') if area else ''
    if not KINDS_OF_UNITS.search(names):
        return ()
    parts = (part.strip() for part in SEPARATORS.split(KINDS_OF_UNITS.sub('', names)))
    return tuple(part for part in parts if part)


def _province_key(name: str) -> str:
    """The name without title, accents, blanks and hyphens: `namdinh` for `Tỉnh Nam Định`."""
    return re.sub('[^a-z]', '', TITLES.sub('', search_key(name).strip()))
