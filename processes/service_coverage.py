"""Population within reach of the nearest facility, per zone. Method: docs/explanation/service-coverage.md."""

from typing import Any, ClassVar, Literal

import numpy as np

from dothi.core.layer import Audience
from dothi.core.text import Text
from processes.base import FeatureCollection, Layer, Process, ProcessInputs, Report, input_field
from processes.data import Data, Homes, Zones
from processes.network import Bools, Floats, Ints, zone_of
from processes.reach import ROUNDING_M, straight_to_nearest, way_to_nearest


class Inputs(ProcessInputs):
    """What the planner may choose."""

    facilities: Layer = input_field(
        Text(vi='Cơ sở phục vụ', en='Facilities'),
        Text(vi='Lớp điểm nơi dịch vụ được cung cấp.', en='Layer of points where the service is given.'),
        geometry={'Point', 'MultiPoint'},
    )
    filter: str | None = input_field(
        Text(vi='Bộ lọc cơ sở', en='Filter of the facilities'),
        Text(vi="Biểu thức CQL2, ví dụ kind = 'station'.", en="A CQL2 expression such as kind = 'station'."),
        default=None,
        filters='facilities',
        max_length=20_000,
    )
    distance_m: float = input_field(
        Text(vi='Quãng đường tối đa', en='Longest acceptable way'),
        Text(
            vi='Tính bằng mét từ nhà đến cơ sở gần nhất, gồm cả đoạn ra đường.',
            en='In metres from the home to the nearest facility, the way to the road included.',
        ),
        unit='m',
        gt=0,
        le=50_000,
    )
    mode: Literal['network', 'straight-line'] = input_field(
        Text(vi='Cách đo', en='How to measure'),
        Text(vi='Theo đường đi (network) hay đường thẳng.', en='Along the roads (network) or in a straight line.'),
        default='network',
    )
    zones: Layer = input_field(
        Text(vi='Vùng báo cáo', en='Zones'),
        Text(vi='Lớp vùng để cộng dân số.', en='Layer of areas by which people are added up.'),
        default=Layer('communes'),
        geometry={'Polygon', 'MultiPolygon'},
    )


class ServiceCoverage(Process[Inputs]):
    """Only for the internal service: it reads the population of every house."""

    title = Text(vi='Độ bao phủ dịch vụ', en='Service coverage')
    description = Text(
        vi='Dân số có cơ sở gần nhất trong phạm vi quãng đường cho trước, theo từng vùng.',
        en='People whose nearest facility is within a given way, per zone.',
    )
    audience: ClassVar[Audience] = 'internal'
    example: ClassVar[dict[str, Any]] = {
        'facilities': 'health_facilities',
        'filter': "kind = 'station'",
        'distance_m': 1000,
        'mode': 'network',
        'zones': 'communes',
    }

    def run(self, inputs: Inputs, data: Data, progress: Report) -> FeatureCollection:
        """Zones with population, population_covered and share_covered, and the same of the whole as `summary`."""
        homes = data.homes()
        facilities = data.points(inputs.facilities, inputs.filter)
        progress(0.3, Text(vi='Đo quãng đường', en='Measuring the ways'))
        if inputs.mode == 'network':
            way_m = way_to_nearest(homes.xy, facilities.xy, data.network())
        else:
            way_m = straight_to_nearest(homes.xy, facilities.xy)
        progress(0.7, Text(vi='Cộng theo vùng', en='Adding up by zone'))
        zones = data.zones(inputs.zones)
        covered = way_m <= inputs.distance_m + ROUNDING_M
        zone = zone_of(homes.xy, zones.shapes)
        summary = {
            **summary_of(homes, zone, covered, way_m),
            'facilities': facilities.count,
            'mode': inputs.mode,
            'distance_m': inputs.distance_m,
            'zones': inputs.zones.named,
            'reference_date': data.locality.place.reference_date.isoformat(),
            **data.provenance,
        }
        features = zone_features(zones, homes, zone, covered)
        return {'type': 'FeatureCollection', 'features': features, 'summary': summary}


def coverage(population: float, population_covered: float) -> dict[str, Any]:
    """The three figures; the share is null where nobody lives, because an empty zone is neither served nor unserved."""
    share = round(population_covered / population, 6) if population else None
    return {'population': int(population), 'population_covered': int(population_covered), 'share_covered': share}


def summary_of(homes: Homes, zone: Ints, covered: Bools, way_m: Floats) -> dict[str, Any]:
    """Figures of all homes, those outside every zone included, so that nobody is lost between the zones.

    zone: number of each home's zone, -1 outside; covered, way_m: per home; all of shape (n,).
    """
    people = homes.population
    return {
        **coverage(people.sum(), people[covered].sum()),
        'population_outside_zones': int(people[zone < 0].sum()),
        'population_without_way': int(people[np.isinf(way_m)].sum()),
    }


def zone_features(zones: Zones, homes: Homes, zone: Ints, covered: Bools) -> list[dict[str, Any]]:
    """One feature for each zone, in the order of `zones`."""
    population = _per_zone(zone, homes.population, len(zones.codes))
    population_covered = _per_zone(zone, homes.population * covered, len(zones.codes))
    return [
        {
            'type': 'Feature',
            'id': code,
            'geometry': geometry,
            'properties': {'code': code, 'name': name, **coverage(total, served)},
        }
        for code, name, geometry, total, served in zip(
            zones.codes, zones.names, zones.geometries, population, population_covered, strict=True
        )
    ]


def _per_zone(zone: Ints, people: Floats, zones: int) -> Floats:
    """Sum of people by zone, shape (zones,); those outside every zone are left out."""
    inside = zone >= 0
    return np.bincount(zone[inside], weights=people[inside], minlength=zones)
