"""Where the next facilities should stand. Method: docs/explanation/new-facility.md."""

from typing import Any, ClassVar, Self

import numpy as np
from pydantic import model_validator
from pydantic_core import PydanticCustomError

from dothi.core.arrays import Floats
from dothi.core.errors import DataRefused
from dothi.core.layer import Audience
from dothi.core.text import Text
from processes.base import Process, ProgressCallback
from processes.data import Data, Zones
from processes.geojson import FeatureCollection, feature_collection, numbered_features
from processes.inputs import AREAS, LayerRef, LimitedTravelInputs, input_field
from processes.outputs import Member, Output, ZoneFeatures, shared
from processes.ways.covered import coverage_change
from processes.ways.maximal_cover import bound_of
from processes.ways.sensitivity import describe_tries
from processes.ways.service_plan import (
    FurtherService,
    Ground,
    ServiceInputs,
    ServicePlan,
    SiteInputs,
    plan_service,
    site_geometries,
    site_members,
)
from processes.ways.travel import limit_of, read_roads
from processes.zones.membership import no_people_note


class NobodyToServe(DataRefused):
    """Nobody lives in the zones."""


class Inputs(SiteInputs, LimitedTravelInputs, ServiceInputs):
    """What the planner may choose."""

    further: list[FurtherService] = input_field(
        Text(vi='Các dịch vụ khác', en='Further services'),
        Text(
            vi='Dịch vụ khác được đặt cùng lúc, mỗi dịch vụ với cơ sở hiện có và số cơ sở mới của nó; các vùng cho '
            'biết bao nhiêu người có đủ mọi dịch vụ.',
            en='Other services that are placed together, each with its facilities and how many new ones; zones then '
            'say how many people have all of the services.',
        ),
        default=[],
        max_length=9,
    )
    zones: LayerRef = input_field(
        Text(vi='Vùng báo cáo', en='Zones'),
        Text(
            vi='Lớp vùng cần phục vụ (xem serve), và để so sánh trước và sau.',
            en='Layer of areas that are to be served (see serve), and to compare before and after by.',
        ),
        default=LayerRef('communes'),
        geometry=AREAS,
    )

    @model_validator(mode='after')
    def _some_limit(self) -> Self:
        if self.distance_m is None and self.minutes is None:
            raise PydanticCustomError('no_limit', 'distance_m or minutes')
        return self

    @model_validator(mode='after')
    def _names_differ(self) -> Self:
        names = [service.name for service in self.services]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise PydanticCustomError('same_service', 'service: "{name}"', {'name': twice})
        return self

    @model_validator(mode='after')
    def _exact_without_places(self) -> Self:
        if self.method == 'exact' and any(service.places is not None for service in self.services):
            raise PydanticCustomError('exact_places', 'places, and the method auto or greedy')
        return self

    @property
    def services(self) -> list[ServiceInputs]:
        """All services that are planned, the first one first."""
        return [self, *self.further]


SERVICE = Member(Text(vi='Dịch vụ', en='Service'))
CHANGE = {
    'share_covered_after': Member(Text(vi='Tỷ lệ được phục vụ sau', en='Share covered after'), 'share', low_first=True),
    'share_covered_before': Member(Text(vi='Tỷ lệ được phục vụ trước', en='Share covered before'), 'share'),
    'population_covered_after': Member(Text(vi='Dân số được phục vụ sau', en='Population covered after')),
    'population_covered_before': Member(Text(vi='Dân số được phục vụ trước', en='Population covered before')),
    'population_gained': Member(Text(vi='Dân số được phục vụ thêm', en='People covered in addition')),
    **shared('population'),
}


class NewFacility(Process[Inputs]):
    """Only for the internal service: it reads the population of every house."""

    title = Text(vi='Vị trí cơ sở mới', en='New facilities')
    description = Text(
        vi='Nên đặt các cơ sở tiếp theo ở đâu để thêm nhiều người nhất có dịch vụ trong tầm; trước và sau theo vùng.',
        en='Where the next facilities should stand so that most people more have one within reach; before and after.',
    )
    audience: ClassVar[Audience] = 'internal'
    method = Text(
        vi='Tìm người có cơ sở gần nhất ngoài giới hạn, đo theo đường đi (Dijkstra). Mỗi vị trí ứng viên phục vụ những '
        'người trong giới hạn; chọn các vị trí thêm được nhiều người nhất: từng vị trí một kèm cận trên (greedy), hoặc '
        'tối ưu bằng quy hoạch nguyên (exact). Sau đó đo lại cho mọi nhà.',
        en='People whose nearest facility is beyond the limit are found along the roads (Dijkstra). A candidate serves '
        'whoever of them is within the limit; chosen are those that add most people: one after the other with a bound '
        '(greedy), or by integer programming (exact). Then the ways of all homes are measured again.',
    )
    example: ClassVar[dict[str, Any]] = {
        'facilities': 'health_facilities',
        'filter': "kind = 'station'",
        'count': 5,
        'distance_m': 2000,
    }
    outputs: ClassVar[dict[str, Output]] = {
        'result': Output(
            Text(vi='Vị trí đề xuất', en='Proposed sites'),
            members={
                'population_gained': Member(Text(vi='Dân số được phục vụ thêm', en='People covered in addition')),
                'population_gained_of_service': Member(
                    Text(vi='Dân số có thêm dịch vụ này', en='People who gain this service')
                ),
                'population_gained_so_far': Member(Text(vi='Cộng dồn', en='In addition so far')),
                'rank': Member(Text(vi='Hạng', en='Rank'), low_first=True),
                'candidate': Member(Text(vi='Vị trí ứng viên', en='Candidate site')),
                'service': SERVICE,
                **shared('name', 'stays_share'),
            },
        ),
        'zones': ZoneFeatures(Text(vi='Trước và sau theo vùng', en='Before and after by zone'), members=CHANGE),
    }
    summary: ClassVar[dict[str, Member]] = {
        **CHANGE,
        'optimal': Member(Text(vi='Tối ưu', en='Optimal')),
        'population_gained_at_most': Member(
            Text(vi='Dân số được phục vụ thêm, nhiều nhất', en='Population gained at most')
        ),
        'share_of_best_at_least': Member(Text(vi='So với tối ưu, ít nhất', en='Share of the best, at least'), 'share'),
        'population_beyond_candidates': Member(
            Text(vi='Dân số xa mọi phương án', en='Population beyond all candidates')
        ),
        'population_gained_outside_zones': Member(
            Text(vi='Dân số được phục vụ thêm ngoài các vùng', en='Population gained outside the zones')
        ),
        'candidates': Member(Text(vi='Số vị trí ứng viên', en='Candidate sites')),
        'services': Member(Text(vi='Theo dịch vụ', en='By service')),
        'service': SERVICE,
        'sites': Member(Text(vi='Số vị trí đề xuất', en='Proposed sites')),
        **shared('facilities', 'roads_cut', 'population_outside_zones', 'reference_date'),
        **shared('variations', 'varied', 'by_pct', 'sites_staying'),
    }

    def cost_s(self, inputs: Inputs) -> float:
        """The ways from each candidate take most of the time, and a choice with other limits takes as long."""
        once = 10.0 if inputs.spacing_m is None else 10.0 + 2e6 / inputs.spacing_m**2
        return once * len(inputs.services) * (3 if inputs.sensitivity_pct else 1)

    def run(self, inputs: Inputs, data: Data, progress: ProgressCallback) -> dict[str, FeatureCollection]:
        """The sites, the one that adds most people first; and the zones before and after."""
        homes, way, zones = data.homes(), read_roads(inputs, data), data.zones(inputs.zones)
        progress(0.1, Text(vi='Tìm người chưa được phục vụ', en='Looking for people who are not covered'))
        inside = zones.membership(homes.xy)
        served = ~inside.outside if inputs.serve == 'zones' else np.ones(inside.places, dtype=bool)
        must_serve_somebody(homes.population[served])
        ground = Ground(homes, way.network, zones, inside, served)
        plans = plan_services(inputs, ground, data, progress)
        before, after = share_of_all([plan.before for plan in plans]), share_of_all([plan.after for plan in plans])
        progress(0.95, Text(vi='So sánh trước và sau', en='Comparing before and after'))
        summary = {
            **change_of(ground, before, after),
            **describe_plans(plans, ground),
            'population_outside_zones': int(homes.population[inside.outside].sum()),
            'population_gained_outside_zones': int((homes.population * (after - before))[inside.outside].sum()),
            'serve': inputs.serve,
            'facilities': sum(plan.existing.count for plan in plans),
            'candidates': sum(plan.candidates.count for plan in plans),
            'count': sum(service.count for service in inputs.services),
            **way.summary,
            'distance_m': limit_of(inputs),
            'minutes': inputs.minutes,
            'zones': inputs.zones.reference,
            'reference_date': data.locality.place.reference_date.isoformat(),
            **data.provenance(list(dict.fromkeys(notes_on(plans, zones, inside.sums(homes.population))))),
        }  # fmt: skip
        return {
            'result': site_features(plans, data.locality.srid, summary),
            'zones': before_and_after(ground, before, after, summary),
        }


def plan_services(inputs: Inputs, ground: Ground, data: Data, progress: ProgressCallback) -> list[ServicePlan]:
    """A plan for each service, which takes its part of the progress."""
    own_m, share = limit_of(inputs) or 0.0, 0.8 / len(inputs.services)

    def part(number: int) -> ProgressCallback:
        return lambda done, doing: progress(0.15 + share * (number + done), doing)

    return [
        plan_service(service, limit_of_service(service, own_m), inputs, ground, data, part(number))
        for number, service in enumerate(inputs.services)
    ]


def limit_of_service(service: ServiceInputs, first_m: float) -> float:
    """Its own limit, or that of the first service."""
    return service.distance_m or first_m if isinstance(service, FurtherService) else first_m


def share_of_all(shares: list[Floats]) -> Floats:
    """Share of the people of each home who have every service: as many as have the one that fewest have."""
    return np.asarray(np.minimum.reduce(shares), dtype=np.float64)


def change_of(ground: Ground, before: Floats, after: Floats) -> dict[str, Any]:
    """Of those who are to be served: people, and how many have the services before and after."""
    people = ground.homes.population[ground.served]
    return coverage_change(
        *(float((people * share[ground.served]).sum()) for share in (np.ones(len(before)), before, after))
    )


def describe_plans(plans: list[ServicePlan], ground: Ground) -> dict[str, Any]:
    """How good the sites of the only service are, and how they stand other limits; of several, each by itself."""
    if len(plans) > 1:
        return {'services': [describe_plan(plan, ground) for plan in plans]}
    (plan,) = plans
    return {
        **bound_of(plan.proposal, plan.uncovered),
        **describe_tries(plan.tries, plan.candidates, plan.proposal, plan.limit_m),
    }


def describe_plan(plan: ServicePlan, ground: Ground) -> dict[str, Any]:
    """A service among several: its facilities, its sites, and who has it before and after."""
    return {
        'service': plan.service.name,
        'facilities': plan.existing.count,
        'sites': len(plan.proposal.choice.chosen),
        'distance_m': plan.limit_m,
        **change_of(ground, plan.before, plan.after),
        **bound_of(plan.proposal, plan.uncovered),
    }


def must_serve_somebody(people: Floats) -> None:
    """Raises NobodyToServe where nobody lives whom a site could serve."""
    if not people.sum():
        raise NobodyToServe(
            vi='Không có người ở trong các vùng cần phục vụ. Chọn zones khác, hoặc serve = everybody.',
            en='Nobody lives in the zones that are to be served. Choose other zones, or serve = everybody.',
        )


def notes_on(plans: list[ServicePlan], zones: Zones, people: Floats) -> list[Text]:
    """What a reader has to know of the facilities and zones. people: by zone."""
    notes = [*zones.notes, *no_people_note(people), *(note for plan in plans for note in plan.notes)]
    if any(plan.service.places or plan.service.capacity_column for plan in plans):
        notes.append(
            Text(
                vi='Sức chứa: trong giới hạn, gần hay xa được tính như nhau, và mọi người cùng chia nhau số chỗ.',
                en='Capacity: within the limit near and far count alike, and all share the places.',
            )
        )
    if len(plans) > 1:
        notes.append(
            Text(
                vi='Mỗi dịch vụ được đặt theo người chưa có dịch vụ đó; một vị trí có thể được chọn cho nhiều dịch vụ.',
                en='Each service is placed by who lacks that one; a site may be chosen for several of them.',
            )
        )
    return notes


def site_features(plans: list[ServicePlan], srid: int, summary: dict[str, Any]) -> FeatureCollection:
    """A point for each site, by service and in the order of the choice; of several services each is named."""
    naming = [{'service': plan.service.name} if len(plans) > 1 or plan.service.service else {} for plan in plans]
    # the figures of the whole count who has all services, so the gains of single ones have a name of their own
    gained = 'population_gained' if len(plans) == 1 else 'population_gained_of_service'
    sites = [
        {**members, **name} for plan, name in zip(plans, naming, strict=True) for members in site_members(plan, gained)
    ]
    geometries = [geometry for plan in plans for geometry in site_geometries(plan, srid)]
    return feature_collection(numbered_features(geometries, sites), summary)


def before_and_after(ground: Ground, before: Floats, after: Floats, summary: dict[str, Any]) -> FeatureCollection:
    """A feature for each zone, in their order. before, after: share of each home's people who have the services."""
    people = ground.homes.population
    sums = [ground.inside.sums(people * share) for share in (np.ones(len(people)), before, after)]
    return ground.zones.collection((coverage_change(*zone_sums) for zone_sums in zip(*sums, strict=True)), summary)
