"""What a declaration of coordinates means, where it says something else."""

import warnings
from functools import lru_cache

import pyproj

from dothi.core.crs import VN2000_SRIDS, Crs, parse_crs

PARAMETERS = ('proj', 'lat_0', 'lon_0', 'k', 'x_0', 'y_0')
# UTM's 0.9996 is everybody's; this scale on these meridians is VN-2000's own.
SCALE_TM3 = 0.9999


def vn2000_by_parameters(crs: Crs) -> Crs | None:
    """The three-degree VN-2000 system whose parameters `crs` has on another datum, or None.

    MapInfo and GDAL write VN-2000 to TAB, and old programs to .prj, as plain WGS 84 with these parameters.
    """
    if crs.srid is not None or 'towgs84' in crs.definition.lower():
        return None
    given = _parameters(crs.definition)
    if given.get('k') != SCALE_TM3:
        return None
    same = (parse_crs(f'EPSG:{srid}') for srid in VN2000_SRIDS)
    return next((candidate for candidate in same if _parameters(candidate.definition) == given), None)


@lru_cache
def _parameters(definition: str) -> dict[str, object]:
    with warnings.catch_warnings():
        # Names are lost, numbers are not.
        warnings.simplefilter('ignore', UserWarning)
        found = pyproj.CRS.from_user_input(definition).to_dict()
    return {name: found.get(name) for name in PARAMETERS}
