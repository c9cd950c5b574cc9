"""Population within reach of the nearest facility, per zone. Method: docs/explanation/service-coverage.md."""

from typing import Any, ClassVar, Literal

import numpy as np
import shapely

from dothi.core.arrays import Floats, no_geometries
from dothi.core.errors import WrongUse
from dothi.core.layer import Audience
from dothi.core.locality import Locality
from dothi.core.norms import Norm
from dothi.core.text import Text
from dothi.core.unit_register import layer_of
from processes.base import Process, ProgressCallback, ReadData
from processes.data import Data, Homes, Zones
from processes.geojson import FeatureCollection, feature_collection, geojson_geometries, numbered_features
from processes.inputs import ZONES, LayerRef, LimitedTravelInputs, input_field
from processes.outputs import CITED, MEASURED, Member, Output, ZoneFeatures, shared
from processes.ways.cells import Cells, cells_in
from processes.ways.covered import (
    ServedKind,
    kind_summary,
    list_caveats,
    notes_on,
    people_inside,
    per_zone,
    summary_of,
    zone_figures,
)
from processes.ways.facilities import Facilities
from processes.ways.kinds import (
    NORM,
    UNIT_NORM,
    KindInputs,
    facilities_by_unit,
    in_urban_units,
    kinds_of,
    level_of_norm,
    limit_by_norm,
    must_have_norms,
    norm_per_unit,
    served_by_unit,
    unit_figures,
)
from processes.ways.reach import reach_of, straight_to_nearest
from processes.ways.travel import facilities_off_road, limit_of, off_road_notes, read_roads, speed_of
from processes.zones.membership import zone_of


class DoesNotFit(WrongUse):
    """Inputs that contradict each other."""


class Inputs(LimitedTravelInputs, KindInputs):
    """What the planner may choose."""

    mode: Literal['network', 'straight-line'] = input_field(
        Text(vi='Cách đo', en='How to measure'),
        Text(vi='Theo đường đi (network) hay đường thẳng.', en='Along the roads (network) or in a straight line.'),
        default='network',
        choices={mode: MEASURED[mode] for mode in ('network', 'straight-line')},
    )
    target_pct: float | None = input_field(
        Text(vi='Tỷ lệ phải đạt', en='Share to be reached'),
        Text(
            vi='Vùng đạt khi ít nhất bấy nhiêu phần trăm dân có cơ sở trong giới hạn; 100 là mọi người, như quy chuẩn.',
            en='A zone passes when at least so many per cent of its people are within the limit; 100 is everybody, as '
            'norms want it.',
        ),
        default=None,
        unit='%',
        gt=0,
        le=100,
    )
    zones: LayerRef = ZONES
    gaps: bool = input_field(
        Text(vi='Vẽ vùng thiếu', en='Draw the gaps'),
        Text(
            vi='Thêm kết quả gaps: những nơi cơ sở gần nhất ở ngoài giới hạn.',
            en='Adds the output gaps: the areas from which the nearest facility is beyond the limit.',
        ),
        default=False,
    )
    cell_m: float = input_field(
        Text(vi='Cạnh ô của vùng thiếu', en='Cell of the gap areas'),
        Text(vi='Vùng thiếu dịch vụ gồm các ô vuông có cạnh này.', en='Gap areas are made of squares of this side.'),
        default=100.0,
        unit='m',
        ge=5,
        le=5_000,
    )


COVERED = {
    'share_covered': Member(Text(vi='Tỷ lệ dân được phục vụ', en='Share of people covered'), 'share', low_first=True),
    'population_covered': Member(Text(vi='Dân số được phục vụ', en='Population covered')),
    **shared('population'),
    'population_without_norm': Member(Text(vi='Dân số không có quy chuẩn', en='Population without a norm')),
    'share_covered_{kind}': Member(Text(vi='Tỷ lệ được phục vụ: {kind}', en='Share covered: {kind}'), 'share'),
    'population_covered_{kind}': Member(Text(vi='Dân số được phục vụ: {kind}', en='Population covered: {kind}')),
    'population_without_norm_{kind}': Member(
        Text(vi='Dân số không có quy chuẩn: {kind}', en='Population without a norm: {kind}')
    ),
}


class ServiceCoverage(Process[Inputs]):
    """Only for the internal service: it reads the population of every house."""

    title = Text(vi='Độ bao phủ dịch vụ', en='Service coverage')
    description = Text(
        vi='Dân số có cơ sở gần nhất trong phạm vi quãng đường cho trước hoặc theo quy chuẩn, theo từng vùng; '
        'vùng thiếu dịch vụ.',
        en='People whose nearest facility is within a given way or that of the norm, per zone; and the gap areas.',
    )
    audience: ClassVar[Audience] = 'internal'
    method = Text(
        vi='Dân số đặt tại tâm từng nhà. Quãng đường theo đường đi tới cơ sở gần nhất (Dijkstra), gồm cả đoạn từ nhà '
        'ra đường; người được phục vụ khi quãng đường không quá giới hạn; cộng theo vùng chứa tâm nhà.',
        en='People stand at the centres of their houses. The way along roads to the nearest facility (Dijkstra) '
        'includes the part from the house to the road; whoever is within the limit is covered; sums are by the zone '
        'of the house.',
    )
    example: ClassVar[dict[str, Any]] = {
        'facilities': 'health_facilities',
        'filter': "kind = 'station'",
        'distance_m': 1000,
        'mode': 'network',
        'zones': 'communes',
    }
    outputs: ClassVar[dict[str, Output]] = {
        'result': ZoneFeatures(
            Text(vi='Độ bao phủ theo vùng', en='Coverage by zone'),
            members={
                **COVERED,
                'facilities_{kind}': Member(Text(vi='Số cơ sở: {kind}', en='Facilities: {kind}')),
                'norm_met': Member(Text(vi='Đạt quy chuẩn', en='Norm met')),
                'target_met': Member(Text(vi='Đạt tỷ lệ', en='Share reached')),
            },
        ),
        'gaps': Output(
            Text(vi='Vùng thiếu dịch vụ', en='Gap areas'),
            members={
                'population_beyond': Member(Text(vi='Dân số ngoài phạm vi', en='People beyond the limit')),
                **shared('kind', 'area_km2'),
            },
        ),
    }
    summary: ClassVar[dict[str, Member]] = {
        **COVERED,
        **CITED,
        **shared('facilities', 'kind', 'roads_cut', 'population_outside_zones', 'reference_date'),
        'facilities_off_road': Member(Text(vi='Cơ sở không có đường tới', en='Facilities that no road reaches')),
        'population_without_way': Member(Text(vi='Dân số không có đường tới', en='Population without a way')),
        'kinds': Member(Text(vi='Theo loại cơ sở', en='By kind of facility')),
        'facilities_outside_zones': Member(Text(vi='Cơ sở ngoài các vùng', en='Facilities outside the zones')),
        'units': Member(Text(vi='Số đơn vị', en='Units')),
        'units_meeting_norm': Member(Text(vi='Đơn vị đạt quy chuẩn', en='Units that meet the norm')),
        'zones_meeting_target': Member(Text(vi='Số vùng đạt tỷ lệ', en='Zones that reach the share')),
        'zones_missing_target': Member(Text(vi='Số vùng không đạt tỷ lệ', en='Zones that do not reach it')),
    }

    def cost_s(self, inputs: Inputs) -> float:
        """A few seconds for a whole province, and more where small cells are many."""
        return 4.0 + (2.0 * (100.0 / inputs.cell_m) ** 2 if inputs.gaps else 0.0)

    def check(self, inputs: Inputs, locality: Locality, read: ReadData) -> None:
        """A norm has to fit the kinds that there are, which the data tell."""
        if inputs.norm == UNIT_NORM:
            must_be_counted(inputs, locality)
        if limit_of(inputs) is not None:
            return
        with read() as data:
            must_have_norms(kinds_of(inputs, data)[1], inputs, data)

    def run(self, inputs: Inputs, data: Data, progress: ProgressCallback) -> dict[str, FeatureCollection]:
        """Zones with population, population_covered, share_covered, and the whole as `summary`; gaps if wanted."""
        if inputs.norm == UNIT_NORM:
            return {'result': coverage_by_units(inputs, data)}
        homes, zones = data.homes(), data.zones(inputs.zones)
        cells = cells_in(zones.shapes if inputs.gaps else no_geometries(), inputs.cell_m)
        standing = np.vstack([homes.xy, cells.xy])
        facilities, kinds = kinds_of(inputs, data)
        limits = limits_of(kinds, standing, inputs, data)
        progress(0.3, Text(vi='Đo quãng đường', en='Measuring the ways'))
        ways, travelled = ways_to(facilities, kinds, standing, inputs, data)
        progress(0.7, Text(vi='Cộng theo vùng', en='Adding up by zone'))
        served = [
            ServedKind(kind, facilities.kinds.count(kind), way_m, limit_m, norms)
            for kind, way_m, (limit_m, norms) in zip(kinds, ways, limits, strict=True)
        ]
        at_home = [served_kind.of(slice(None, len(homes.xy))) for served_kind in served]
        on_cells = [served_kind.of(slice(len(homes.xy), None)) for served_kind in served]
        norms = [norm for served_kind in served for norm in served_kind.norms]
        lived = people_inside(homes.population, zones.membership(homes.xy))
        off_road_count = off_road_notes(travelled.get('facilities_off_road', 0))
        notes = [*notes_on(served, zones, homes), *off_road_count]
        members = {
            'facilities': facilities.count,
            'kinds': [kind_summary(served_kind, lived) for served_kind in at_home],
            **travelled,
            'mode': inputs.mode,
            'norm': None if limit_of(inputs) is not None else inputs.norm,
            'distance_m': limit_of(inputs),
            'minutes': inputs.minutes,
            'zones': inputs.zones.reference,
            'reference_date': data.locality.place.reference_date.isoformat(),
            **data.provenance([*notes, *list_caveats(inputs, inputs.mode, norms)]),
        }
        result = {'result': held_against_target(coverage_by_zone(zones, at_home, homes, members), inputs.target_pct)}
        if not inputs.gaps:
            return result
        progress(0.9, Text(vi='Vẽ vùng thiếu', en='Drawing the gaps'))
        gaps = gap_areas(cells, on_cells, homes, at_home, data.locality.srid)
        return {**result, 'gaps': feature_collection(gaps, {'cell_m': inputs.cell_m, **members})}


def must_be_counted(inputs: Inputs, locality: Locality) -> None:
    """Raises DoesNotFit where what is counted by unit is limited by ways too, or the zones are no units of the norm."""
    if limit_of(inputs) is not None or inputs.gaps or inputs.target_pct is not None:
        raise DoesNotFit(
            vi='norm: facilities_per_unit đếm cơ sở trong đơn vị, bỏ distance_m, minutes, gaps và target_pct.',
            en='norm: facilities_per_unit counts facilities in units; leave distance_m, minutes, gaps, target_pct out.',
        )
    levels = {level_of_norm(norm) for norm in locality.norms(UNIT_NORM, locality.place.reference_date)}
    layers = sorted(layer.id for level in levels if (layer := layer_of(level, locality)))
    if inputs.zones.collection not in layers:
        raise DoesNotFit(
            vi=f'zones: quy chuẩn tính theo đơn vị, chọn một trong: {", ".join(layers)}.',
            en=f'zones: the norm is by unit, choose one of: {", ".join(layers)}.',
        )


def coverage_by_units(inputs: Inputs, data: Data) -> FeatureCollection:
    """Units with their facilities of each kind, whether these are enough, and the people of units that have enough."""
    homes, zones = data.homes(), data.zones(inputs.zones)
    facilities, kinds = kinds_of(inputs, data)
    norms = data.norms(UNIT_NORM)
    entrances, lived = zones.membership(facilities.xy), zones.membership(homes.xy)
    counts = [facilities_by_unit(facilities, kind, entrances) for kind in kinds]
    served = [
        served_by_unit(kind, facilities.kinds.count(kind), count, norm_per_unit(norms, kind), lived)
        for kind, count in zip(kinds, counts, strict=True)
    ]
    notes = [
        *notes_on(served, zones, homes),
        *list_caveats(inputs, inputs.mode, [norm for served_kind in served for norm in served_kind.norms]),
    ]
    members = {
        'norm': inputs.norm,
        'facilities': facilities.count,
        'facilities_outside_zones': int(facilities.count - len(np.unique(facilities.owner[entrances.place]))),
        'kinds': [kind_summary(served_kind, people_inside(homes.population, lived)) for served_kind in served],
        'zones': inputs.zones.reference,
        'reference_date': data.locality.place.reference_date.isoformat(),
        **data.provenance(notes),
    }
    answer = coverage_by_zone(zones, served, homes, members)
    for unit, feature in enumerate(answer['features']):
        feature['properties'] |= unit_figures(served, counts, unit)
    met = sum(feature['properties']['norm_met'] for feature in answer['features'])
    answer['summary'] |= {'units': len(zones.codes), 'units_meeting_norm': met}
    return answer


def ways_to(
    facilities: Facilities, kinds: list[str], standing: Floats, inputs: Inputs, data: Data
) -> tuple[list[Floats], dict[str, Any]]:
    """Metres from each place to the nearest facility of each kind, and what the result says of the measuring."""
    entrances = [facilities.entrances_of(kind) for kind in kinds]
    if inputs.mode == 'straight-line':
        members = {'travel': inputs.travel, 'speed_kmh': speed_of(inputs), 'barriers': None}
        return [straight_to_nearest(standing, facilities.xy[entrance_nodes]) for entrance_nodes in entrances], members
    way = read_roads(inputs, data)
    reach = reach_of(standing, facilities.xy, way.network)
    off_road_count = facilities_off_road(facilities.owner, reach.places_off_road)
    members = way.summary | ({'facilities_off_road': off_road_count} if off_road_count else {})
    return [reach.way_to_nearest(entrance_nodes) for entrance_nodes in entrances], members


def limits_of(kinds: list[str], standing: Floats, inputs: Inputs, data: Data) -> list[tuple[Floats, tuple[Norm, ...]]]:
    """The longest acceptable way to each kind from each place, and the norms that say so; raises NoDistanceNorm."""
    if (limit_m := limit_of(inputs)) is not None:
        return [(np.full(len(standing), limit_m), ()) for _ in kinds]
    norms, urban = data.norms(NORM), in_urban_units(standing, data)
    return [limit_by_norm(norms, kind, urban, len(standing)) for kind in kinds]


def coverage_by_zone(zones: Zones, kinds: list[ServedKind], homes: Homes, members: dict[str, Any]) -> FeatureCollection:
    """One feature for each zone, in the order of `zones`."""
    inside = zones.membership(homes.xy)
    summary = {**summary_of(kinds, homes.population, inside), **members}
    return zones.collection(zone_figures(kinds, homes.population, inside), summary)


def held_against_target(answer: FeatureCollection, target_pct: float | None) -> FeatureCollection:
    """The zones with whether they reach the share, null where nobody lives, and how many do; unchanged without one."""
    if target_pct is None:
        return answer
    # shares are rounded to a millionth
    least = target_pct / 100 - 1e-6
    for feature in answer['features']:
        share = feature['properties']['share_covered']
        feature['properties']['target_met'] = None if share is None else bool(share >= least)
    verdicts = [feature['properties']['target_met'] for feature in answer['features']]
    answer['summary'] |= {
        'target_pct': target_pct,
        'zones_meeting_target': verdicts.count(True),
        'zones_missing_target': verdicts.count(False),
    }
    return answer


def gap_areas(
    cells: Cells, on_cells: list[ServedKind], homes: Homes, at_home: list[ServedKind], srid: int
) -> list[Any]:
    """Where the way exceeds the limit, by kind: areas of cells, and the people in them who are beyond it."""
    shapes, properties = [], []
    for served_kind, lived in zip(on_cells, at_home, strict=True):
        areas = cells.outline(served_kind.beyond)
        people = per_zone(zone_of(homes.xy, areas), homes.population * lived.beyond, len(areas))
        shapes.append(areas)
        properties += [
            {'kind': served_kind.kind, 'area_km2': round(area / 1e6, 6), 'population_beyond': int(residents)}
            for area, residents in zip(shapely.area(areas), people, strict=True)
        ]
    return numbered_features(geojson_geometries(np.concatenate(shapes), srid), properties)
