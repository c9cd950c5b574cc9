"""What a file's coordinates may be in: what is expected of it, and the systems for which that is mistaken."""

from collections.abc import Iterable

from dothi.core.coverage import Coverage
from dothi.core.crs import VN2000_SRIDS, WEB_MERCATOR, parse_crs
from dothi.core.layer import Layer
from dothi.core.locality import Locality
from etl.doctor.coordinates.reading import WGS84_TWINS, Reading, mistakes
from etl.doctor.coordinates.sample import Sample
from etl.doctor.coordinates.scoring import share_inside
from etl.reference import extent_polygon

# Rows that tell which candidates lead anywhere near; what none of them supports is not scored further.
FIRST_LOOK = 200


def readings(layer: Layer | Coverage, locality: Locality, sample: Sample, declared: Reading | None) -> list[Reading]:
    """The readings worth scoring: the declared one first, then those that put some rows into the locality.

    Where the locality's own system is VN-2000, these are its zones and UTM, the same on WGS 84, and each zone without
    the datum shift or with the other scale factor; each with the axes either way round.
    """
    systems = [layer.source.crs, locality.place.crs, *locality.place.served_crs, *_neighbours(locality)]
    by_label = {crs.label: crs for crs in map(parse_crs, systems)}
    tried = [Reading(crs, swapped) for crs in by_label.values() for swapped in (False, True)]
    near = list(_near(tried, locality, sample))
    supposed = [_as(reading, mistake) for reading in near for mistake in _mistakes(reading)]
    first = [declared] if declared else []
    return list({reading.label: reading for reading in [*first, *near, *supposed]}.values())


def on_vn2000(locality: Locality) -> bool:
    """Whether the locality lies where VN-2000 is the rule, so that WGS 84 in a file is often a lost datum."""
    return locality.srid in VN2000_SRIDS


def _neighbours(locality: Locality) -> list[str]:
    srids = (*VN2000_SRIDS, *WGS84_TWINS.values(), WEB_MERCATOR) if on_vn2000(locality) else ()
    return [f'EPSG:{srid}' for srid in srids]


def _near(tried: Iterable[Reading], locality: Locality, sample: Sample) -> Iterable[Reading]:
    extent = extent_polygon(locality)
    points = sample.inside[:: max(1, len(sample) // FIRST_LOOK)]
    return (reading for reading in tried if share_inside(extent, reading.to(points, locality.srid)))


def _mistakes(reading: Reading) -> list[Reading]:
    return mistakes(reading.crs.srid) if reading.crs.srid in VN2000_SRIDS else []


def _as(reading: Reading, mistake: Reading) -> Reading:
    return Reading(mistake.crs, reading.swapped)
