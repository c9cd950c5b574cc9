"""Mapnik without what it does to its neighbours: at its import it points GDAL and PROJ of the whole process at data of
its own, and rasterio, whose libraries are others, then finds no coordinate system any more."""

import os
from typing import Any

SHARED = ('GDAL_DATA', 'PROJ_LIB')


def mapnik() -> Any:
    """The library, loaded by those who draw: it takes 60 MB."""
    before = {name: os.environ.get(name) for name in SHARED}
    import mapnik as loaded  # type: ignore[import-untyped]

    for name, value in before.items():
        os.environ.pop(name, None)
        if value is not None:
            os.environ[name] = value
    return loaded
