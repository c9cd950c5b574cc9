"""Which columns of a table hold its coordinates, by their names."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from dothi.core.text import search_key


def _with_axis(directions: set[str]) -> set[str]:
    beside = {f'{axis} {word}' for axis in 'xy' for word in directions}
    return directions | beside | {' '.join(reversed(both.split())) for both in beside}


LONGITUDE = frozenset({'lon', 'lng', 'long', 'longitude', 'kinh do', 'kinhdo'})
LATITUDE = frozenset({'lat', 'latitude', 'vi do', 'vido'})
# An axis letter may stand beside the direction: "X (Bắc)", "E (Y)".
EASTING = frozenset({'easting'} | _with_axis({'e', 'east', 'dong'}))
NORTHING = frozenset({'northing'} | _with_axis({'n', 'north', 'bac'}))
X = frozenset({'x', 'tdx', 'toadox'})
Y = frozenset({'y', 'tdy', 'toadoy'})
# One column for both: in this order, in the other one, or in whichever the place or the cells will tell.
EAST_NORTH = frozenset({'kinh do vi do', 'lon lat', 'lng lat', 'long lat', 'lonlat', 'longitude latitude', 'e n'})
NORTH_EAST = frozenset({
    'vi do kinh do', 'lat lon', 'lat lng', 'lat long', 'latlng', 'latlon', 'latlong', 'latitude longitude', 'n e',
})  # fmt: skip
BOTH = re.compile(r'(?:\b(?:toa ?do|coord\w*|gps|x y)\b ?)+')
# Where a row says in words where it is.
ADDRESS = frozenset({'dia chi', 'diachi', 'dia chi day du', 'dia chi thuong tru', 'address', 'full address', 'addr'})
WKT = frozenset({'wkt', 'geom', 'geometry', 'the geom', 'hinh hoc'})
# What is said beside the axis: units, notation, system. The longer ones come first.
ASIDES = re.compile(
    r'\b(?:do phut giay|do thap phan|decimal degrees|he toa do|toa ?do|coordinates?|coord|point|vn ?2000'
    r'|wgs ?84|gps|gnss|utm|tm ?3|tm|dms|dd|degrees?|met(?:er|re)?s?|he|theo|td|m)\b'
)
ASIDES_BUT_BOTH = re.compile(r'\b(?:vn ?2000|wgs ?84|utm|tm ?3|dms|dd|degrees?|m|theo|vi tri|point)\b ?')
VN2000 = re.compile(r'\bvn ?2000\b')


@dataclass(frozen=True)
class Place:
    """Positions of the columns of easting and northing, or of the one that holds both, or WKT.

    implied_crs: the system that their names imply. axes_known: False for X and Y. is_pair: both in one column.
    north_first: there, where its cells do not say it.
    """

    east: int
    north: int
    wkt: int | None = None
    is_pair: bool = False
    north_first: bool = False
    implied_crs: str | None = None
    axes_known: bool = True


def find_place(columns: Sequence[str]) -> Place | None:
    """The columns that hold the coordinates, chosen by their names, plainest first; None where none does."""
    plain = _plain_names(columns)
    keys = [_axis(key) for key in plain]

    def find(names: frozenset[str]) -> int | None:
        return next((i for i, key in enumerate(keys) if key in names), None)

    for east_names, north_names, is_degrees in ((LONGITUDE, LATITUDE, True), (EASTING, NORTHING, True), (X, Y, False)):
        east, north = find(east_names), find(north_names)
        if east is not None and north is not None:
            implied = _geographic(plain[east], plain[north]) if east_names is LONGITUDE else None
            return Place(east, north, implied_crs=implied, axes_known=is_degrees)
    wkt = find(WKT)
    return _pair(plain, keys) if wkt is None else Place(wkt, wkt, wkt)


def find_address(columns: Sequence[str]) -> int | None:
    """The column that holds addresses, by its name; None where none does."""
    return next((i for i, name in enumerate(_plain_names(columns)) if name in ADDRESS), None)


def _plain_names(columns: Sequence[str]) -> list[str]:
    return [re.sub(r'[\W_]+', ' ', search_key(column)).strip() for column in columns]


def _pair(plain: Sequence[str], keys: Sequence[str]) -> Place | None:
    """The column that holds both coordinates, if one does."""
    for position, (name, key) in enumerate(zip(plain, keys, strict=True)):
        if key in EAST_NORTH | NORTH_EAST:
            implied = None if key in ('e n', 'n e') else _geographic(name)
            return Place(position, position, implied_crs=implied, is_pair=True, north_first=key in NORTH_EAST)
        if BOTH.fullmatch(ASIDES_BUT_BOTH.sub('', name).strip()):
            return Place(position, position, axes_known=False, is_pair=True)
    return None


def _axis(key: str) -> str:
    """`key` without what is said beside the axis: "toa do x m" is "x"."""
    bare = re.sub(r' +', ' ', ASIDES.sub(' ', key)).strip()
    return bare or key


def _geographic(*names: str) -> str:
    """The system of longitude and latitude: WGS 84, unless both names say VN-2000."""
    return 'EPSG:4756' if all(VN2000.search(name) for name in names) else 'EPSG:4326'
