"""Where new facilities of one service should stand, and which share of each home has it before and after.

Method and sources: docs/explanation/new-facility.md.
"""

import math
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from dothi.core.arrays import Bools, Floats, point_geometries
from dothi.core.text import Text
from processes.base import ProgressCallback
from processes.data import Data, Homes, Zones
from processes.geojson import geojson_geometries
from processes.inputs import AREAS, POINTS, SENSITIVITY, FacilityInputs, LayerRef, ProcessInputs, input_field
from processes.ways.capacities import DEMAND_PCT, capacity_column_field, note_unknown, read_capacities
from processes.ways.catchment import distinct_pairs, share_capacity
from processes.ways.facilities import Facilities, read_facilities
from processes.ways.maximal_cover import Proposal, choose_sites, cover_within, on_roads
from processes.ways.network import Network, distance_to
from processes.ways.pairs import pairs_within
from processes.ways.reach import ROUNDING_M, reach_of
from processes.ways.sensitivity import Try, stays_of, try_limits
from processes.zones.membership import Membership

SHORTEST_SPACING_M = 50.0
METHODS = {
    'auto': Text(vi='tự chọn', en='automatic'),
    'greedy': Text(vi='tham lam', en='greedy'),
    'exact': Text(vi='chính xác', en='exact'),
}
MEASURING = Text(vi='Đo quãng đường từ ứng viên', en='Measuring the ways from candidates')
CHOOSING = Text(vi='Chọn vị trí', en='Choosing the sites')


class ServiceInputs(FacilityInputs):
    """A service: where it is given today, and what is to be added."""

    facilities: LayerRef = input_field(
        Text(vi='Cơ sở hiện có', en='Facilities there are'),
        Text(vi='Lớp nơi dịch vụ đã được cung cấp.', en='Layer of where the service is given already.'),
        geometry=POINTS | AREAS,
    )
    count: int = input_field(
        Text(vi='Số cơ sở mới', en='How many new ones'),
        Text(vi='Số cơ sở cần đặt thêm.', en='How many facilities are to be added.'),
        default=5,
        ge=1,
        le=200,
    )
    service: str | None = input_field(
        Text(vi='Tên dịch vụ', en='Name of the service'),
        Text(
            vi='Tên gọi trong kết quả, ví dụ "Trường tiểu học"; để trống thì lấy tên lớp.',
            en='What results call it, such as "Primary school"; left out, it is the name of the layer.',
        ),
        default=None,
        pattern=r'\S',
        max_length=100,
    )
    capacity_column: str | None = capacity_column_field(default=None)
    places: float | None = input_field(
        Text(vi='Số chỗ của mỗi cơ sở mới', en='Places of each new one'),
        Text(
            vi='Số chỗ, số giường… của một cơ sở mới: nhiều nhất bấy nhiêu người có nhu cầu được phục vụ.',
            en='Places, beds … of a new facility: at most so many people in demand are served by it.',
        ),
        default=None,
        gt=0,
        le=1_000_000,
    )
    demand_pct: float = DEMAND_PCT

    @property
    def name(self) -> str:
        """What results call the service: its own name, or the layer of its facilities."""
        return self.service or self.facilities.reference

    @property
    def room(self) -> float:
        """People of whom those in demand fill a new facility."""
        return math.inf if self.places is None else self.places * 100 / self.demand_pct


class FurtherService(ServiceInputs):
    """One more service that is planned together with the first."""

    kind: Literal['service']
    distance_m: float | None = input_field(
        Text(vi='Quãng đường tối đa', en='Longest acceptable way'),
        Text(vi='Của dịch vụ này; để trống thì như dịch vụ đầu.', en='Of this service; as of the first when left out.'),
        default=None,
        unit='m',
        gt=0,
        le=50_000,
    )


PART_KINDS = {'service': Text(vi='Dịch vụ', en='Service')}


class SiteInputs(ProcessInputs):
    """From where sites are chosen, and how."""

    candidates: LayerRef | None = input_field(
        Text(vi='Vị trí ứng viên', en='Candidates'),
        Text(
            vi='Lớp nơi có thể xây (khu đất, trụ sở); để trống thì lấy các điểm trên đường.',
            en='Layer of where one could build (plots, offices); left out, places on the roads are taken.',
        ),
        default=None,
        geometry=POINTS | AREAS,
    )
    spacing_m: float | None = input_field(
        Text(vi='Khoảng cách ứng viên', en='Spacing of candidates'),
        Text(
            vi='Một điểm trên đường cho mỗi ô vuông cạnh này; mặc định nửa quãng đường tối đa.',
            en='One place on the roads for each square of this side; by default half the longest acceptable way.',
        ),
        default=None,
        unit='m',
        ge=SHORTEST_SPACING_M,
        le=20_000,
    )
    method: Literal['auto', 'greedy', 'exact'] = input_field(
        Text(vi='Phương pháp', en='Method'),
        Text(
            vi='exact: tối ưu có chứng minh, cho bài toán nhỏ; greedy: từng cơ sở một, kèm cận trên; auto: tùy cỡ.',
            en='exact: proved best, for small questions; greedy: one after the other, with a bound; auto: by size.',
        ),
        hint=Text(
            vi='Chính xác: tối ưu có chứng minh, cho bài toán nhỏ; tham lam: từng cơ sở một, kèm cận trên.',
            en='Exact: proved best, for small questions; greedy: one after the other, with a bound.',
        ),
        default='auto',
        choices=METHODS,
    )
    serve: Literal['zones', 'everybody'] = input_field(
        Text(vi='Phục vụ ai', en='Whom to serve'),
        Text(
            vi='zones: chỉ tính người sống trong các vùng báo cáo, và điểm trên đường chỉ lấy ở gần các vùng; '
            'everybody: mọi người, ở đâu cũng được.',
            en='zones: the choice counts those who live in the zones, and places on the roads are taken near them; '
            'everybody: all people, and roads anywhere.',
        ),
        hint=Text(
            vi='Người trong các vùng: chỉ tính họ, điểm trên đường lấy ở gần các vùng; mọi người: ở đâu cũng được.',
            en='People in the zones: they alone count, places on the roads are near the zones; everybody: anywhere.',
        ),
        default='zones',
        choices={
            'zones': Text(vi='người trong các vùng', en='people in the zones'),
            'everybody': Text(vi='mọi người', en='everybody'),
        },
    )
    sensitivity_pct: float | None = SENSITIVITY


@dataclass(frozen=True)
class Ground:
    """What all services have in common. served: whether each home is to be served, shape (h,)."""

    homes: Homes
    network: Network
    zones: Zones
    inside: Membership
    served: Bools


@dataclass(frozen=True)
class ServicePlan:
    """The sites of a service. before, after: share of the people of each home who have it, shape (h,).

    uncovered: people to be served who have none before. notes: what a reader has to know.
    """

    service: ServiceInputs
    limit_m: float
    existing: Facilities
    candidates: Facilities
    proposal: Proposal
    tries: list[Try]
    before: Floats
    after: Floats
    uncovered: float
    notes: list[Text]


def plan_service(
    service: ServiceInputs, limit_m: float, inputs: SiteInputs, ground: Ground, data: Data, progress: ProgressCallback
) -> ServicePlan:
    """The sites that serve most people more; raises TooManyPairs, TooLargeForExact, NoCapacity."""
    existing = read_facilities(service.facilities, data, service.filter, needed=False)
    capacity, unknown_count = _read_capacity(service, data)
    candidates = _candidates_of(inputs, limit_m, ground, data)

    def share_before(within_m: float) -> Floats:
        return _share_served(service, existing, capacity, ground, within_m)

    def choose_within(within_m: float) -> Proposal:
        return _propose_sites(service, inputs.method, candidates, share_before(within_m), ground, within_m, progress)

    before, proposal = share_before(limit_m), choose_within(limit_m)
    tries = try_limits(choose_within, limit_m, (inputs.sensitivity_pct or 0) / 100)
    after = _share_after(candidates, proposal, before, ground, limit_m)
    uncovered = float((_lacking_of(before, ground)).sum())
    notes = [*note_unknown(unknown_count), *_notes_on(existing, uncovered)]
    return ServicePlan(service, limit_m, existing, candidates, proposal, tries, before, after, uncovered, notes)


def _read_capacity(service: ServiceInputs, data: Data) -> tuple[Floats | None, int]:
    """As `read_capacities`; None where no column was named, and a facility serves whoever is near."""
    if service.capacity_column is None:
        return None, 0
    return read_capacities(service.facilities, service.filter, service.capacity_column, data)


def _candidates_of(inputs: SiteInputs, limit_m: float, ground: Ground, data: Data) -> Facilities:
    """Candidates of the layer, or places on the roads: near enough to the zones to serve somebody there."""
    if inputs.candidates is not None:
        return read_facilities(inputs.candidates, data)
    xy = on_roads(ground.network, inputs.spacing_m or max(limit_m / 2, SHORTEST_SPACING_M))
    if inputs.serve == 'zones':
        xy = xy[distance_to(xy, ground.zones.shapes) <= limit_m + ROUNDING_M]
    numbers = np.arange(len(xy))
    return Facilities([str(number + 1) for number in numbers], [None] * len(xy), [''] * len(xy), xy, numbers)


def _share_served(
    service: ServiceInputs, existing: Facilities, capacity: Floats | None, ground: Ground, limit_m: float
) -> Floats:
    """Share of the people of each home who have a facility within the limit, and a place there where these count.

    Places are shared as in `service-capacity`: of a home that has 0.7 places for each in demand, 0.7 are served.
    """
    reach = reach_of(ground.homes.xy, existing.xy, ground.network)
    if capacity is None:
        return np.asarray(reach.way_to_nearest() <= limit_m + ROUNDING_M, dtype=np.float64)
    place, home = pairs_within(reach, limit_m, lambda _: None)
    demand = ground.homes.population * service.demand_pct / 100
    catchments = share_capacity(*distinct_pairs(existing.owner[place], home), capacity, demand)
    return np.minimum(catchments.access, 1)


def _lacking_of(before: Floats, ground: Ground) -> Floats:
    """People of each home who are to be served and are not, shape (h,)."""
    return ground.homes.population * (1 - before) * ground.served


def _propose_sites(
    service: ServiceInputs,
    method: str,
    candidates: Facilities,
    before: Floats,
    ground: Ground,
    limit_m: float,
    progress: ProgressCallback,
) -> Proposal:
    """The candidates that cover most of the people who lack the service."""
    lacking = _is_lacking(before, ground)
    reach = reach_of(ground.homes.xy[lacking], candidates.xy, ground.network)
    people = _lacking_of(before, ground)[lacking]
    cover = cover_within(
        reach, candidates.owner, candidates.count, people, limit_m, lambda share: progress(0.8 * share, MEASURING)
    )
    progress(0.9, CHOOSING)
    return choose_sites(method, replace(cover, room=service.room), service.count)


def _is_lacking(before: Floats, ground: Ground) -> Bools:
    return ground.served & (before < 1)


def _share_after(candidates: Facilities, proposal: Proposal, before: Floats, ground: Ground, limit_m: float) -> Floats:
    """Share of the people of each home who have the service with the sites, shape (h,).

    Sites without limit serve whoever is near; of others each home has its share of the places.
    """
    chosen = proposal.choice.chosen
    if math.isinf(proposal.cover.room):
        sites = candidates.xy[np.isin(candidates.owner, chosen)]
        return np.maximum(before, homes_within(ground.homes.xy, sites, ground.network, limit_m))
    after, lacking = before.copy(), _is_lacking(before, ground)
    after[lacking] += (1 - before[lacking]) * proposal.cover.served_share(chosen)
    return after


def homes_within(homes: Floats, facilities: Floats, network: Network, limit_m: float) -> Bools:
    """Whether each home has a facility within the limit."""
    way_m = reach_of(homes, facilities, network).way_to_nearest()
    return np.asarray(way_m <= limit_m + ROUNDING_M, dtype=bool)


def _notes_on(existing: Facilities, uncovered: float) -> list[Text]:
    """What a reader has to know of the facilities there are."""
    notes = []
    if not existing.count:
        notes.append(
            Text(
                vi='Chưa có cơ sở nào (qua bộ lọc): mọi người được coi là chưa có dịch vụ.',
                en='There is no facility (that passes the filter): everybody counts as being without.',
            )
        )
    if not uncovered:
        notes.append(
            Text(vi='Mọi người đã có cơ sở trong tầm.', en='Everybody has a facility within the limit already.')
        )
    return notes


def site_members(plan: ServicePlan, gained: str) -> list[dict[str, Any]]:
    """What is to be said of each site, in the order of the choice. gained: the name of the people whom it adds."""
    chosen, cover = plan.proposal.choice.chosen, plan.proposal.cover
    gains = [0.0, *(cover.covered(chosen[: rank + 1]) for rank in range(len(chosen)))]
    return [
        {
            'rank': rank + 1,
            'candidate': plan.candidates.codes[site],
            'name': plan.candidates.names[site],
            gained: int(gains[rank + 1] - gains[rank]),
            'population_gained_so_far': int(gains[rank + 1]),
            **stays_of(int(site), plan.tries, plan.candidates, plan.limit_m),
        }
        for rank, site in enumerate(chosen)
    ]


def site_geometries(plan: ServicePlan, srid: int) -> list[dict[str, Any]]:
    """A point for each site; of a candidate with an area the first of its entrances."""
    first = np.searchsorted(plan.candidates.owner, plan.proposal.choice.chosen)
    return geojson_geometries(point_geometries(plan.candidates.xy[first]), srid)
