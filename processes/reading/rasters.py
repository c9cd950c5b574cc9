"""The released raster of a coverage, for an analysis to read in windows."""

from psycopg2.extensions import connection as Connection

from dothi.core.errors import did_you_mean
from dothi.core.layer import Audience
from dothi.core.locality import Locality, UnknownLayer
from dothi.core.released_raster import Raster, released_raster
from processes.reading.layers import not_delivered


def open_raster(db: Connection, coverage_id: str, locality: Locality, audience: Audience) -> Raster:
    """What the coverage holds now; raises UnknownLayer, NotDelivered, MissingRaster."""
    coverages = locality.coverages_for(audience)
    if coverage_id not in coverages:
        hint = did_you_mean(coverage_id, coverages)
        raise UnknownLayer(
            vi=f'"{coverage_id}" không phải là raster. {hint.vi}', en=f'"{coverage_id}" is no coverage. {hint.en}'
        )
    released = released_raster(db, coverages[coverage_id])
    if released is None:
        raise not_delivered(coverage_id)
    return released
