"""The coordinate systems that a request may name."""

from contextlib import suppress

from dothi.core.crs import UnknownCrs, srid_of
from dothi.core.errors import WrongUse, did_you_mean
from dothi.core.locality import Locality


class UnservedCrs(WrongUse):
    """A coordinate system that the locality does not offer."""


def served_srid(text: str | None, locality: Locality) -> int:
    """EPSG number of the system that is asked for, the working CRS when none is; raises UnservedCrs."""
    if text is None:
        return locality.srid
    codes = {srid_of(code): code for code in locality.place.served_crs}
    with suppress(UnknownCrs):
        if (srid := srid_of(text)) in codes:
            return srid
    hint = did_you_mean(text, codes.values())
    raise UnservedCrs(
        vi=f'crs={text}: không phục vụ hệ tọa độ này. {hint.vi}',
        en=f'crs={text}: this coordinate system is not served. {hint.en}',
    )
