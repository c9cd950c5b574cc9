"""Coordinate systems: VN-2000 with its datum shift, written once for PostGIS, PROJ and the formats.

VN-2000 to WGS 84 is EPSG:6960, a coordinate-frame Helmert transformation. PROJ strings and PostGIS
take the position-vector convention, in which the three rotations have the opposite sign; left
unflipped they put everything 0.74 m off.
"""

import math
import re
import warnings
from dataclasses import dataclass
from functools import lru_cache

import pyproj
from pyproj.exceptions import CRSError, ProjError

from dothi.core.errors import DataRefused, did_you_mean
from dothi.core.text import Text

WGS84 = 4326
WEB_MERCATOR = 3857
TOWGS84 = (-191.90441429, -39.30318279, -111.45032835, 0.00928836, -0.01975479, 0.00427372, 0.252906278)
# Geographic, UTM 48 and 49, the three-degree zones of the regulations, and the provinces' own meridians.
VN2000_SRIDS = (4756, 3405, 3406, 5896, 5897, 5898, 5899, *range(9205, 9219))
PROVINCIAL_SCALE = 0.9999
DEPRECATED = {6956: 5896, 6957: 5897, 6958: 5898, 6959: 5899}
HANOI_1972 = (4147, 2044, 2045)
# Files that PROJ opens for a system, in its WKT 2; the null grid of Web Mercator is none.
FILE_IN_WKT = re.compile(r'grids=(?!@null(?!,))|PARAMETERFILE\["[^"]*","(?!@null")|PROJ-based', re.IGNORECASE)
FILE_OF_SYSTEMS = re.compile(r'\binit\s*=(?!epsg:)', re.IGNORECASE)


class UnknownCrs(DataRefused):
    """Nothing known tells what these coordinates mean."""


@dataclass(frozen=True)
class Crs:
    """A coordinate system: its EPSG number where it has one, and the definition that transforms rightly."""

    srid: int | None
    name: str
    definition: str

    @property
    def label(self) -> str:
        """`EPSG:9209`, or the name where there is no number."""
        return f'EPSG:{self.srid}' if self.srid else self.name


@lru_cache
def proj_string(srid: int) -> str:
    """The PROJ string of a VN-2000 system with its datum shift; `EPSG:n` for any other system."""
    if srid not in VN2000_SRIDS:
        return f'EPSG:{srid}'
    shift = ','.join(str(value) for value in TOWGS84)
    return _proj4(pyproj.CRS.from_epsg(srid)).replace('+type=crs', f'+towgs84={shift} +type=crs')


def meridian_srid(degrees: float) -> int:
    """EPSG number of VN-2000 in a zone of three degrees on a central meridian; raises UnknownCrs with the nearest one.

    Circular 973/2001/TT-TCDC: scale 0.9999 on the meridian of the province.
    """
    zones: dict[float, int] = {
        projection_parameter(srid, 'lon_0'): srid
        for srid in VN2000_SRIDS
        if projection_parameter(srid, 'k') == PROVINCIAL_SCALE
    }
    if degrees not in zones:
        near = min(zones, key=lambda meridian: abs(meridian - degrees))
        raise UnknownCrs(
            vi=f'VN-2000 không có múi 3 độ với kinh tuyến trục {degrees}°. Gần nhất: {near}°. Hoặc cho crs.',
            en=f'VN-2000 has no zone of 3 degrees on the meridian {degrees}°. The nearest: {near}°. Or give crs.',
        )
    return zones[degrees]


def projection_parameter(srid: int, name: str) -> float:
    """A parameter of the system's PROJ string, such as `lon_0`; nan where it has none."""
    match = re.search(rf'\+{name}=(\S+)', proj_string(srid))
    return float(match[1]) if match else math.nan


def spatial_ref_sys_rows() -> list[dict[str, object]]:
    """Rows for PostGIS, whose own list lacks the provinces' zones and the datum shift."""
    return [
        {
            'srid': srid,
            'auth_name': 'EPSG',
            'auth_srid': srid,
            'srtext': pyproj.CRS.from_epsg(srid).to_wkt('WKT1_GDAL'),
            'proj4text': proj_string(srid).replace(' +type=crs', ''),
        }
        for srid in VN2000_SRIDS
    ]


@lru_cache
def transformer(source: str, target: str) -> pyproj.Transformer:
    """From one definition to another, x before y; through EPSG:6960 wherever VN-2000 is one of them.

    source, target: what `Crs.definition` or `proj_string` gave. A ballpark transformation (one that leaves
    the datum shift out) is never taken. Raises UnknownCrs where there is no way from one to the other.
    """
    try:
        return pyproj.Transformer.from_crs(source, target, always_xy=True, allow_ballpark=False)
    except ProjError:  # the moon, say
        raise _unknown(source) from None


def srid_of(text: str) -> int:
    """The EPSG number in `EPSG:9209` or `OGC:CRS84` (4326); raises UnknownCrs for anything else."""
    srid = parse_crs(text).srid
    if srid is None:
        raise _unknown(text)
    return srid


@lru_cache
def names_file(text: str) -> bool:
    """Whether PROJ would open a file, such as a grid, that the system `text` names; False for what is no system."""
    if FILE_OF_SYSTEMS.search(text):
        return True
    try:
        return FILE_IN_WKT.search(_horizontal(pyproj.CRS.from_user_input(text)).to_wkt()) is not None
    except CRSError:
        return False


@lru_cache
def parse_crs(text: str) -> Crs:
    """The system that `text` (EPSG code, URI, WKT, ESRI WKT, PROJ string) means.

    Of a system with heights it is the horizontal part. Raises UnknownCrs for what PROJ cannot read, what is no map
    or globe (heights alone, geocentric), a deprecated duplicate, Hanoi 1972 (which has no usable transformation
    here), a system on an unnamed datum without a shift to WGS 84, and one that names a grid or another file.
    """
    if names_file(text):
        raise _unknown(text)
    try:
        crs = _horizontal(pyproj.CRS.from_user_input(text))
    except CRSError:
        raise _unknown(text) from None
    if not (crs.is_projected or crs.is_geographic):
        raise _unknown(text)
    srid = _epsg(crs)
    if srid in DEPRECATED:
        raise UnknownCrs(
            vi=f'{text} là mã trùng lặp đã bị bãi bỏ. Dùng EPSG:{DEPRECATED[srid]}.',
            en=f'{text} is a deprecated duplicate. Use EPSG:{DEPRECATED[srid]}.',
        )
    if srid in HANOI_1972 or 'hanoi' in _datum_name(crs):
        raise UnknownCrs(
            vi='Hệ HN-72 không có phép chuyển đổi dùng được tại đây. Gửi dữ liệu theo VN-2000.',
            en='Hanoi 1972 has no usable transformation here. Send the data in VN-2000.',
        )
    if srid is not None:
        return Crs(srid, pyproj.CRS.from_epsg(srid).name, proj_string(srid))
    return _without_number(crs, text)


@lru_cache
def axis_order_yx(srid: int) -> bool:
    """Whether the authority's order is northing or latitude first (EPSG:4326 is, OGC:CRS84 and EPSG:9209 are not)."""
    return pyproj.CRS.from_epsg(srid).axis_info[0].direction == 'north'


# Of the equator and of meridians, in metres; shorter towards the poles along a parallel.
DEGREE_M = 111_320.0


@lru_cache
def units_per_metre(srid: int) -> float:
    """What a metre is in units of the system `srid`; in degrees, that of the equator."""
    crs = pyproj.CRS(proj_string(srid))
    return 1 / DEGREE_M if crs.is_geographic else 1 / crs.axis_info[0].unit_conversion_factor


def _horizontal(crs: pyproj.CRS) -> pyproj.CRS:
    return crs.sub_crs_list[0] if crs.is_compound else crs.to_2d()


def _without_number(crs: pyproj.CRS, text: str) -> Crs:
    """A system that PROJ finds no number for: VN-2000 by name, or any that carries its own datum shift."""
    if crs.is_bound:
        return Crs(None, crs.name, crs.to_wkt())
    if 'vn' in _datum_name(crs) or 'vietnam' in _datum_name(crs):
        shift = ','.join(str(value) for value in TOWGS84)
        return Crs(None, crs.name, _proj4(crs).replace('+type=crs', f'+towgs84={shift} +type=crs'))
    if _datum_name(crs) == 'unknown':
        raise _unknown(text)
    return Crs(None, crs.name, crs.to_wkt())


def _epsg(crs: pyproj.CRS) -> int | None:
    """The EPSG number of `crs`, also for a VN-2000 zone that is written out in parameters."""
    if crs.to_authority() == ('OGC', 'CRS84'):
        return WGS84
    # 70: names and axes may differ in ESRI's spelling, parameters may not.
    return crs.to_epsg(min_confidence=70) or _vn2000_with_these_parameters(crs)


def _vn2000_with_these_parameters(crs: pyproj.CRS) -> int | None:
    if not crs.is_bound or crs.source_crs is None:
        return None
    parameters = _parameters(_proj4(crs))
    return next((srid for srid in VN2000_SRIDS if _same(parameters, _parameters(proj_string(srid)))), None)


def _parameters(proj4: str) -> dict[str, str]:
    parts = dict(part.lstrip('+').partition('=')[::2] for part in proj4.split())
    keep = ('proj', 'lon_0', 'lat_0', 'k', 'zone', 'x_0', 'y_0', 'towgs84')
    return {name: parts[name] for name in keep if name in parts}


def _same(parameters: dict[str, str], other: dict[str, str]) -> bool:
    """Whether two sets of parameters say the same, to 1e-6 of each unit (formats round)."""
    if parameters.keys() != other.keys() or parameters.get('proj') != other.get('proj'):
        return False
    return all(_close(parameters[name], other[name]) for name in parameters if name != 'proj')


def _close(value: str, other: str) -> bool:
    pairs = zip(value.split(','), other.split(','), strict=False)
    return value.count(',') == other.count(',') and all(abs(float(a) - float(b)) < 1e-6 for a, b in pairs)


def _datum_name(crs: pyproj.CRS) -> str:
    geodetic = crs.geodetic_crs
    return geodetic.datum.name.casefold() if geodetic is not None and geodetic.datum is not None else 'unknown'


def _proj4(crs: pyproj.CRS) -> str:
    with warnings.catch_warnings():
        # PROJ warns that strings lose names; ours keep what is computed with.
        warnings.simplefilter('ignore', UserWarning)
        return crs.to_proj4()


def _unknown(text: str) -> UnknownCrs:
    excerpt = text if len(text) <= 60 else text[:57] + '...'
    hint = did_you_mean(text, [f'EPSG:{srid}' for srid in (9209, 3405, 4326, 3857)])
    return UnknownCrs(
        vi=f'Không biết hệ tọa độ "{excerpt}". {hint.vi}',
        en=f'The coordinate system "{excerpt}" is not known. {hint.en}',
        steward=Text(vi='Chỉ định hệ bằng --crs.', en='Name the system with --crs.'),
    )
