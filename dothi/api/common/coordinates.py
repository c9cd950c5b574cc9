"""Coordinates that somebody types into a search box: degrees in either order, or metres of the locality's system."""

import re

from dothi.core.crs import WGS84, proj_string, transformer
from dothi.core.locality import Locality
from dothi.core.text import Text

NUMBER = r'[+-]?\d+(?:[.,]\d+)?'
PAIR = re.compile(rf'\s*({NUMBER})\s*°?\s*[NBĐE]?\s*[;,\s]\s*({NUMBER})\s*°?\s*[NBĐE]?\s*', re.IGNORECASE)
PART = r"(\d{1,3})\s*[°d]\s*(\d{1,2})\s*['′]\s*(\d{1,2}(?:[.,]\d+)?)?\s*(?:''|\"|″)?\s*([NBĐE])"
SEXAGESIMAL = re.compile(rf'\s*{PART}\s*[;,\s]\s*{PART}\s*', re.IGNORECASE)
LEAST_METRES, MOST_DEGREES = 1_000, 180
# Degrees around the locality within which coordinates are taken to be meant there.
MARGIN = 1.0


def typed_point(text: str, locality: Locality) -> tuple[float, float] | None:
    """Longitude and latitude in degrees; None for what is no pair of coordinates near the locality.

    `20.43, 106.17`, `106,17 20,43`, `20°25'48"B 106°10'12"Đ` and, in the locality's own system, `567000 2258000` in
    either order, as maps and land documents have northing before easting.
    """
    if match := SEXAGESIMAL.fullmatch(text):
        first, second = _degrees(*match.groups()[:3]), _degrees(*match.groups()[4:7])
        return _near(second, first, locality) if match[4].upper() in 'NB' else _near(first, second, locality)
    if not (match := PAIR.fullmatch(text)):
        return None
    first, second = (float(part.replace(',', '.')) for part in match.groups())
    if min(abs(first), abs(second)) >= LEAST_METRES:
        to_degrees = transformer(proj_string(locality.srid), proj_string(WGS84)).transform
        pairs = [to_degrees(first, second), to_degrees(second, first)]
    elif max(abs(first), abs(second)) <= MOST_DEGREES:
        pairs = [(second, first), (first, second)]
    else:
        return None
    return next((near for lon, lat in pairs if (near := _near(lon, lat, locality))), None)


def label_of(lon: float, lat: float) -> Text:
    """The point in words."""
    return Text(
        vi=f'{lat:.5f}° B, {lon:.5f}° Đ'.replace('.', ','),
        en=f'{lat:.5f}° N, {lon:.5f}° E',
    )


def _degrees(degrees: str, minutes: str, seconds: str | None) -> float:
    return int(degrees) + int(minutes) / 60 + float((seconds or '0').replace(',', '.')) / 3600


def _near(lon: float, lat: float, locality: Locality) -> tuple[float, float] | None:
    west, south, east, north = locality.place.extent_wgs84
    is_near = west - MARGIN <= lon <= east + MARGIN and south - MARGIN <= lat <= north + MARGIN
    return (lon, lat) if is_near else None
