"""What a declaration of coordinates means, where it says something else."""

import re
import warnings
from functools import lru_cache

import pyproj

from dothi.core.crs import VN2000_SRIDS, Crs, parse_crs

NAMED_VN2000 = re.compile(r'vn[-_ ]?2000', re.IGNORECASE)
PARAMETERS = ('proj', 'lat_0', 'lon_0', 'k', 'x_0', 'y_0')
# UTM's 0.9996 is everybody's; this scale on these meridians is VN-2000's own.
SCALE_TM3 = 0.9999


def vn2000_by_parameters(crs: Crs) -> Crs | None:
    """The three-degree VN-2000 system whose parameters `crs` has on another datum, or None.

    MapInfo and GDAL write VN-2000 to TAB, and old programs to .prj, as plain WGS 84 with these parameters.
    """
    if crs.srid is not None or 'towgs84' in crs.definition.lower():
        return None
    parameters = _parameters(crs.definition)
    if parameters.get('k') != SCALE_TM3:
        return None
    same = (parse_crs(f'EPSG:{srid}') for srid in VN2000_SRIDS)
    return next((candidate for candidate in same if _parameters(candidate.definition) == parameters), None)


def vn2000_by_name(text: str) -> Crs | None:
    """The VN-2000 system that the declaration `text` has the name and the parameters of, on another datum; or None.

    Some programs keep the name of a .prj and replace its datum: `VN_2000_UTM_Zone_48N` on `D_WGS_1984`.
    """
    if not NAMED_VN2000.search(text):
        return None
    with warnings.catch_warnings():
        warnings.simplefilter('ignore', UserWarning)
        declared = pyproj.CRS.from_user_input(text)
    if declared.is_bound or not _on_wgs84(declared):
        return None
    parameters = _parameters(text)
    same = (parse_crs(f'EPSG:{srid}') for srid in VN2000_SRIDS)
    return next((candidate for candidate in same if _parameters(candidate.definition) == parameters), None)


def _on_wgs84(crs: pyproj.CRS) -> bool:
    geodetic = crs.geodetic_crs
    return geodetic is not None and geodetic.datum is not None and 'World Geodetic System' in geodetic.datum.name


@lru_cache
def _parameters(definition: str) -> dict[str, object]:
    with warnings.catch_warnings():
        # Names are lost, numbers are not.
        warnings.simplefilter('ignore', UserWarning)
        parameters = pyproj.CRS.from_user_input(definition).to_dict()
    if parameters.get('proj') == 'utm':
        parameters |= {
            'proj': 'tmerc',
            'lat_0': 0,
            'lon_0': 6 * parameters['zone'] - 183,
            'k': 0.9996,
            'x_0': 500_000,
            'y_0': 0,
        }
    return {name: parameters.get(name) for name in PARAMETERS}
