"""Capacity of facilities beside the people who have them within reach. Method: docs/explanation/service-capacity.md."""

from typing import Any, ClassVar, Self

import numpy as np
from pydantic import model_validator
from pydantic_core import PydanticCustomError

from dothi.core.arrays import Floats, point_geometries
from dothi.core.layer import Audience
from dothi.core.text import Text
from processes.base import Process, ProgressCallback
from processes.data import Data
from processes.geojson import FeatureCollection, feature_collection, geojson_geometries, numbered_features
from processes.inputs import ZONES, FacilityInputs, LayerRef, LimitedTravelInputs, input_field
from processes.outputs import Member, Output, ZoneFeatures, shared
from processes.ways.capacities import DEMAND_PCT, capacity_column_field, note_unknown, read_capacities
from processes.ways.catchment import Catchments, distinct_pairs, share_capacity
from processes.ways.facilities import Facilities, read_facilities
from processes.ways.pairs import pairs_within
from processes.ways.reach import reach_of
from processes.ways.travel import facilities_off_road, limit_of, off_road_notes, read_roads
from processes.zones.membership import Membership, no_people_note

PER = 1_000


class Inputs(LimitedTravelInputs, FacilityInputs):
    """What the planner may choose."""

    capacity_column: str = capacity_column_field()
    demand_pct: float = DEMAND_PCT
    wanted_per_1000: float | None = input_field(
        Text(vi='Sức chứa cần có cho 1.000 người', en='Capacity wanted for 1,000 people'),
        Text(
            vi='Của 1.000 người có nhu cầu; có thì kết quả nêu bao nhiêu người được như vậy.',
            en='Of 1,000 people in demand; with it the result says how many people have as much.',
        ),
        default=None,
        gt=0,
        le=1_000_000,
    )
    zones: LayerRef = ZONES

    @model_validator(mode='after')
    def _some_limit(self) -> Self:
        if self.distance_m is None and self.minutes is None:
            raise PydanticCustomError('no_limit', 'distance_m or minutes')
        return self


FIGURES = {
    'capacity_per_1000': Member(
        Text(vi='Sức chứa trong tầm cho 1.000 người', en='Capacity within reach for 1,000 people'), low_first=True
    ),
    'people_without': Member(Text(vi='Người không có sức chứa trong tầm', en='People with no capacity within reach')),
    'people_with_enough': Member(Text(vi='Người có đủ sức chứa', en='People with enough')),
    'share_with_enough': Member(Text(vi='Tỷ lệ người có đủ', en='Share of people with enough'), 'share'),
    'people_in_demand': Member(Text(vi='Người có nhu cầu', en='People in demand')),
}


class ServiceCapacity(Process[Inputs]):
    """Only for the internal service: it reads the population of every house."""

    title = Text(vi='Sức chứa của dịch vụ', en='Capacity of services')
    description = Text(
        vi='Số chỗ học, giường bệnh… trong tầm của mỗi vùng so với số người cùng dùng chung; cơ sở nào quá tải.',
        en='Places or beds within reach of each zone beside the people who share them; facilities that are overloaded.',
    )
    audience: ClassVar[Audience] = 'internal'
    method = Text(
        vi='Hai bước (2SFCA, Luo và Wang 2003): sức chứa của mỗi cơ sở chia cho số người có nhu cầu ở trong giới hạn '
        'quãng đường quanh nó; mỗi nhà cộng các tỷ số của những cơ sở trong giới hạn quanh nhà. Vùng: trung bình theo '
        'số người có nhu cầu.',
        en='Two steps (2SFCA, Luo and Wang 2003): the capacity of each facility is divided by the people in demand '
        'within the limit of it; each home adds up these ratios of the facilities within the limit. Of a zone it is '
        'the mean over its people in demand.',
    )
    example: ClassVar[dict[str, Any]] = {
        'facilities': 'schools',
        'filter': "level = 'primary'",
        'capacity_column': 'places',
        'distance_m': 2_000,
        'demand_pct': 8,
        'zones': 'communes',
    }
    outputs: ClassVar[dict[str, Output]] = {
        'result': ZoneFeatures(Text(vi='Sức chứa theo vùng', en='Capacity by zone'), members=FIGURES),
        'facilities': Output(
            Text(vi='Tải của cơ sở', en='Load of facilities'),
            members={
                'capacity_per_1000': Member(
                    Text(vi='Sức chứa cho 1.000 người trong tầm', en='Capacity for 1,000 people within reach'),
                    low_first=True,
                ),
                'capacity': Member(Text(vi='Sức chứa', en='Capacity')),
                'people_in_demand': Member(Text(vi='Người có nhu cầu trong tầm', en='People in demand within reach')),
                **shared('code', 'name'),
            },
        ),
    }
    summary: ClassVar[dict[str, Member]] = {
        **FIGURES,
        'capacity': Member(Text(vi='Tổng sức chứa', en='Capacity in all')),
        'capacity_unreached': Member(Text(vi='Sức chứa không ai tới được', en='Capacity that nobody reaches')),
        'facilities_without_capacity': Member(Text(vi='Cơ sở không ghi sức chứa', en='Facilities without a capacity')),
        **shared('facilities', 'roads_cut', 'population_outside_zones', 'reference_date'),
    }

    def cost_s(self, inputs: Inputs) -> float:
        """The ways from each facility take most of the time."""
        del inputs
        return 8.0

    def run(self, inputs: Inputs, data: Data, progress: ProgressCallback) -> dict[str, FeatureCollection]:
        """Zones with `capacity_per_1000`, in the order of the layer; and the facilities with their load."""
        homes, way, zones = data.homes(), read_roads(inputs, data), data.zones(inputs.zones)
        facilities = read_facilities(inputs.facilities, data, inputs.filter)
        capacity, unknown_count = read_capacities(inputs.facilities, inputs.filter, inputs.capacity_column, data)
        progress(0.2, Text(vi='Đo quãng đường', en='Measuring the ways'))
        reach = reach_of(homes.xy, facilities.xy, way.network)
        place, home = pairs_within(reach, limit_of(inputs) or 0.0, lambda share: progress(0.2 + 0.6 * share, MEASURING))
        demand = homes.population * inputs.demand_pct / 100
        catchments = share_capacity(*distinct_pairs(facilities.owner[place], home), capacity, demand)
        progress(0.85, Text(vi='Cộng theo vùng', en='Adding up by zone'))
        inside = zones.membership(homes.xy)
        off_road = facilities_off_road(facilities.owner, reach.places_off_road)
        summary = {
            **zone_figures(catchments.access, demand, inputs.wanted_per_1000, inside.as_one)[0],
            'capacity': round(float(capacity.sum()), 3),
            'capacity_unreached': round(float(capacity[~np.isfinite(catchments.ratio)].sum()), 3),
            'population_outside_zones': int(homes.population[inside.outside].sum()),
            'facilities': facilities.count,
            **({'facilities_without_capacity': unknown_count} if unknown_count else {}),
            'capacity_column': inputs.capacity_column,
            'demand_pct': inputs.demand_pct,
            'wanted_per_1000': inputs.wanted_per_1000,
            **way.summary,
            'distance_m': limit_of(inputs),
            'minutes': inputs.minutes,
            'zones': inputs.zones.reference,
            'reference_date': data.locality.place.reference_date.isoformat(),
            **data.provenance(
                [*zones.notes, *no_people_note(inside.sums(homes.population)), *off_road_notes(off_road),
                 *list_caveats(unknown_count)]
            ),
        }  # fmt: skip
        rows = zone_figures(catchments.access, demand, inputs.wanted_per_1000, inside)
        return {
            'result': zones.collection(rows, summary),
            'facilities': load_of_facilities(facilities, capacity, catchments, data.locality.srid, summary),
        }


MEASURING = Text(vi='Đo quãng đường', en='Measuring the ways')


def zone_figures(
    access: Floats, demand: Floats, wanted_per_1000: float | None, inside: Membership
) -> list[dict[str, Any]]:
    """The figures of each zone. access, demand: by home, shape (h,); inside: the zones that each home lies in."""
    total, used = inside.sums(demand), inside.sums(demand * access)
    without = inside.sums(demand * (access == 0))
    # less than a billionth too little is rounding
    has_enough = access * PER >= (wanted_per_1000 or np.inf) * (1 - 1e-9)
    enough = inside.sums(demand * has_enough)
    rows = []
    for people, capacity, lacking, satisfied in zip(total, used, without, enough, strict=True):
        figures = {
            'people_in_demand': round(float(people)),
            'capacity_per_1000': round(float(capacity / people) * PER, 3) if people else None,
            'people_without': round(float(lacking)),
        }
        if wanted_per_1000 is not None:
            share = round(float(satisfied / people), 6) if people else None
            figures |= {'people_with_enough': round(float(satisfied)), 'share_with_enough': share}
        rows.append(figures)
    return rows


def load_of_facilities(
    facilities: Facilities, capacity: Floats, catchments: Catchments, srid: int, summary: dict[str, Any]
) -> FeatureCollection:
    """A point for each facility, in the order of their codes; of one with an area the first of its entrances."""
    first = np.searchsorted(facilities.owner, np.arange(facilities.count))
    members = [
        {
            'code': facilities.codes[number],
            'name': facilities.names[number],
            'capacity': round(float(capacity[number]), 3),
            'people_in_demand': round(float(catchments.demand[number])),
            'capacity_per_1000': round(float(catchments.ratio[number]) * PER, 3)
            if np.isfinite(catchments.ratio[number])
            else None,
        }
        for number in range(facilities.count)
    ]
    geometries = geojson_geometries(point_geometries(facilities.xy[first]), srid)
    return feature_collection(numbered_features(geometries, members), summary)


def list_caveats(unknown_count: int) -> list[Text]:
    """What a reader of the figures has to know of how they come about."""
    return [
        Text(
            vi='Trong giới hạn, gần hay xa được tính như nhau, và mọi người cùng chia nhau sức chứa; ranh giới tuyển '
            'sinh hoặc khám chữa bệnh không được xét.',
            en='Within the limit near and far count alike, and all share what there is; catchments that an authority '
            'has drawn are not considered.',
        ),
        *note_unknown(unknown_count),
    ]
