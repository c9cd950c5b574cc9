"""Where the next facilities should stand. Method: docs/explanation/new-facility.md."""

from typing import Any, ClassVar, Literal, Self

import numpy as np
from pydantic import model_validator
from pydantic_core import PydanticCustomError

from dothi.core.arrays import Bools, Floats, point_geometries
from dothi.core.errors import DataRefused
from dothi.core.layer import Audience
from dothi.core.text import Text
from processes.base import Process, ProgressCallback
from processes.data import Data, Homes, Zones
from processes.geojson import FeatureCollection, feature_collection, geojson_geometries, numbered_features
from processes.inputs import AREAS, POINTS, SENSITIVITY, FacilityInputs, LayerRef, LimitedTravelInputs, input_field
from processes.outputs import Member, Output, ZoneFeatures, shared
from processes.ways.covered import coverage_change
from processes.ways.facilities import Facilities, read_facilities
from processes.ways.maximal_cover import Proposal, bound_of, choose_sites, cover_within, on_roads
from processes.ways.network import Network, distance_to
from processes.ways.reach import ROUNDING_M, reach_of
from processes.ways.sensitivity import Try, describe_tries, stays_of, try_limits
from processes.ways.travel import limit_of, read_roads
from processes.zones.membership import Membership, no_people_note

SHORTEST_SPACING_M = 50.0
METHODS = {
    'auto': Text(vi='tự chọn', en='automatic'),
    'greedy': Text(vi='tham lam', en='greedy'),
    'exact': Text(vi='chính xác', en='exact'),
}


class NobodyToServe(DataRefused):
    """Nobody lives in the zones."""


class Inputs(LimitedTravelInputs, FacilityInputs):
    """What the planner may choose."""

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
        default='zones',
        choices={
            'zones': Text(vi='người trong các vùng', en='people in the zones'),
            'everybody': Text(vi='mọi người', en='everybody'),
        },
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

    sensitivity_pct: float | None = SENSITIVITY

    @model_validator(mode='after')
    def _some_limit(self) -> Self:
        if self.distance_m is None and self.minutes is None:
            raise PydanticCustomError('no_limit', 'distance_m or minutes')
        return self


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
                'population_gained_so_far': Member(Text(vi='Cộng dồn', en='In addition so far')),
                'rank': Member(Text(vi='Hạng', en='Rank'), low_first=True),
                'candidate': Member(Text(vi='Vị trí ứng viên', en='Candidate site')),
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
        **shared('facilities', 'roads_cut', 'population_outside_zones', 'reference_date'),
        **shared('variations', 'varied', 'by_pct', 'sites_staying'),
    }

    def cost_s(self, inputs: Inputs) -> float:
        """The ways from each candidate take most of the time, and a choice with other limits takes as long."""
        once = 10.0 if inputs.spacing_m is None else 10.0 + 2e6 / inputs.spacing_m**2
        return once * (3 if inputs.sensitivity_pct else 1)

    def run(self, inputs: Inputs, data: Data, progress: ProgressCallback) -> dict[str, FeatureCollection]:
        """The sites, the one that adds most people first; and the zones before and after."""
        limit_m = limit_of(inputs) or 0.0
        homes, way, zones = data.homes(), read_roads(inputs, data), data.zones(inputs.zones)
        existing = read_facilities(inputs.facilities, data, inputs.filter, needed=False)
        progress(0.1, Text(vi='Tìm người chưa được phục vụ', en='Looking for people who are not covered'))
        inside = zones.membership(homes.xy)
        served = ~inside.outside if inputs.serve == 'zones' else np.ones(inside.places, dtype=bool)
        must_serve_somebody(homes.population[served])
        before = homes_within(homes.xy, existing.xy, way.network, limit_m)
        candidates = candidates_of(inputs, way.network, limit_m, zones, data)
        uncovered = homes_at(homes, served & ~before)
        proposal = propose_sites(inputs, candidates, uncovered, way.network, limit_m, progress)

        def choose_within(other_m: float) -> Proposal:
            lacking = homes_at(homes, served & ~homes_within(homes.xy, existing.xy, way.network, other_m))
            return propose_sites(inputs, candidates, lacking, way.network, other_m, progress)

        tries = try_limits(choose_within, limit_m, (inputs.sensitivity_pct or 0) / 100)
        chosen = np.isin(candidates.owner, proposal.choice.chosen)
        after = homes_within(homes.xy, np.vstack([existing.xy, candidates.xy[chosen]]), way.network, limit_m)
        progress(0.95, Text(vi='So sánh trước và sau', en='Comparing before and after'))
        summary = {
            **coverage_change(
                *(float(homes.population[served & is_served].sum()) for is_served in (True, before, after))
            ),
            **bound_of(proposal, uncovered.population),
            **describe_tries(tries, candidates, proposal, limit_m),
            'population_outside_zones': int(homes.population[inside.outside].sum()),
            'population_gained_outside_zones': int(homes.population[inside.outside & after & ~before].sum()),
            'serve': inputs.serve,
            'facilities': existing.count,
            'candidates': candidates.count,
            'count': inputs.count,
            **way.summary,
            'distance_m': limit_m,
            'minutes': inputs.minutes,
            'zones': inputs.zones.reference,
            'reference_date': data.locality.place.reference_date.isoformat(),
            **data.provenance(notes_on(existing, uncovered, zones, inside.sums(homes.population))),
        }
        return {
            'result': site_features(candidates, proposal, tries, limit_m, data.locality.srid, summary),
            'zones': before_and_after(zones, inside, homes.population, before, after, summary),
        }


def homes_at(homes: Homes, chosen: Bools) -> Homes:
    """Those of the homes."""
    return Homes(homes.xy[chosen], homes.population[chosen], homes.ids[chosen])


def homes_within(homes: Floats, facilities: Floats, network: Network, limit_m: float) -> Bools:
    """Whether each home has a facility within the limit."""
    way_m = reach_of(homes, facilities, network).way_to_nearest()
    return np.asarray(way_m <= limit_m + ROUNDING_M, dtype=bool)


def must_serve_somebody(people: Floats) -> None:
    """Raises NobodyToServe where nobody lives whom a site could serve."""
    if not people.sum():
        raise NobodyToServe(
            vi='Không có người ở trong các vùng cần phục vụ. Chọn zones khác, hoặc serve = everybody.',
            en='Nobody lives in the zones that are to be served. Choose other zones, or serve = everybody.',
        )


def notes_on(existing: Facilities, uncovered: Homes, zones: Zones, people: Floats) -> list[Text]:
    """What a reader has to know of the facilities and zones. people: by zone."""
    notes = [*zones.notes, *no_people_note(people)]
    if not existing.count:
        notes.append(
            Text(
                vi='Chưa có cơ sở nào (qua bộ lọc): mọi người được coi là chưa có dịch vụ.',
                en='There is no facility (that passes the filter): everybody counts as being without.',
            )
        )
    if not len(uncovered.population):
        notes.append(
            Text(vi='Mọi người đã có cơ sở trong tầm.', en='Everybody has a facility within the limit already.')
        )
    return notes


def candidates_of(inputs: Inputs, network: Network, limit_m: float, zones: Zones, data: Data) -> Facilities:
    """Candidates of the layer, or places on the roads: near enough to the zones to serve somebody there."""
    if inputs.candidates is not None:
        return read_facilities(inputs.candidates, data)
    xy = on_roads(network, inputs.spacing_m or max(limit_m / 2, SHORTEST_SPACING_M))
    if inputs.serve == 'zones':
        xy = xy[distance_to(xy, zones.shapes) <= limit_m + ROUNDING_M]
    numbers = np.arange(len(xy))
    return Facilities([str(number + 1) for number in numbers], [None] * len(xy), [''] * len(xy), xy, numbers)


def propose_sites(
    inputs: Inputs,
    candidates: Facilities,
    uncovered: Homes,
    network: Network,
    limit_m: float,
    progress: ProgressCallback,
) -> Proposal:
    """The candidates that cover most of the people who are uncovered; raises TooManyPairs, TooLargeForExact."""

    def report_share(share: float) -> None:
        progress(0.2 + 0.5 * share, Text(vi='Đo quãng đường từ ứng viên', en='Measuring the ways from candidates'))

    reach = reach_of(uncovered.xy, candidates.xy, network)
    cover = cover_within(reach, candidates.owner, candidates.count, uncovered.population, limit_m, report_share)
    progress(0.7, Text(vi='Chọn vị trí', en='Choosing the sites'))
    return choose_sites(inputs.method, cover, inputs.count)


def site_features(
    candidates: Facilities, proposal: Proposal, tries: list[Try], limit_m: float, srid: int, summary: dict[str, Any]
) -> FeatureCollection:
    """A point for each site, in the order of the choice; of a candidate with an area the first of its entrances."""
    chosen = proposal.choice.chosen
    first = np.searchsorted(candidates.owner, chosen)
    gains = [proposal.cover.covered(chosen[: rank + 1]) for rank in range(len(chosen))]
    sites = [
        {
            'rank': rank + 1,
            'candidate': candidates.codes[site],
            'name': candidates.names[site],
            'population_gained': int(gains[rank] - (gains[rank - 1] if rank else 0)),
            'population_gained_so_far': int(gains[rank]),
            **stays_of(int(site), tries, candidates, limit_m),
        }
        for rank, site in enumerate(chosen)
    ]
    geometries = geojson_geometries(point_geometries(candidates.xy[first]), srid)
    return feature_collection(numbered_features(geometries, sites), summary)


def before_and_after(
    zones: Zones, inside: Membership, people: Floats, before: Bools, after: Bools, summary: dict[str, Any]
) -> FeatureCollection:
    """A feature for each zone, in the order of `zones`. people, before, after: of each home; inside: its zones."""
    sums = [inside.sums(people * mask) for mask in (1, before, after)]
    return zones.collection((coverage_change(*zone_sums) for zone_sums in zip(*sums, strict=True)), summary)
