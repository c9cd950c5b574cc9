"""Rasters that are not for the public lie in a folder of their own; earlier files follow what the coverage says now."""

import logging
from pathlib import Path

from dothi.core.database import connection
from dothi.core.settings import PathSettings
from etl.coverage.cog import place_of

LOG = logging.getLogger('dothi.store')


def put_rasters_apart() -> None:
    """Moves each raster, with its record, to where the access of its coverage wants it; the rest stays as it is."""
    with connection('loader') as db, db.cursor() as cursor:
        cursor.execute(
            """select distinct raster.store_path, layer.id, layer.access from catalog.raster
                join catalog.release on release.number = raster.release
                join catalog.layer on layer.id = release.layer_id"""
        )
        for place, layer_id, access in cursor.fetchall():
            place_wanted = place_of(layer_id, access, Path(place).name)
            if place_wanted != place and _move(place, place_wanted):
                cursor.execute('update catalog.raster set store_path = %s where store_path = %s', [place_wanted, place])


def _move(place: str, target: str) -> bool:
    """Whether the file lies where it is wanted now."""
    store = Path(PathSettings().store)
    try:
        (store / target).parent.mkdir(parents=True, exist_ok=True)
        (store / place).replace(store / target)
    except OSError as error:
        LOG.warning('%s could not be moved to %s: %s', place, target, error)
        return False
    return True
