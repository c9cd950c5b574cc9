"""Coordinate systems as files declare them."""

from dothi.core.crs import names_file


def usable_crs(wkt: str | None) -> str | None:
    """The coordinate system that a file declares, or None where the declaration is of no use.

    Programs write a system without a place on earth when they know none; and one that names a grid would have PROJ open
    that file, outside of the closed room.
    """
    useless = not wkt or wkt.startswith(('LOCAL_CS', 'ENGCRS')) or names_file(wkt)
    return None if useless else wkt
