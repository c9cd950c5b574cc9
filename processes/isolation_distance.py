"""Dwellings nearer to works or graves than their norm allows. Method: docs/explanation/isolation-distance.md."""

import json
from collections.abc import Iterable
from typing import Any, ClassVar

import numpy as np
from psycopg2 import sql

from dothi.core.arrays import Floats
from dothi.core.errors import WrongUse
from dothi.core.layer import Audience
from dothi.core.norms import Norm
from dothi.core.text import Text
from processes.base import Process, ProgressCallback
from processes.data import HOMES, POPULATION, Data
from processes.geojson import FeatureCollection, feature_collection, numbered_features
from processes.inputs import AREAS, POINTS, ZONES, LayerRef, ProcessInputs, input_field
from processes.outputs import CITED, MEASURED, Member, Output, ZoneFeatures, shared
from processes.reading.layers import column_identifier, must_be_unfiltered
from processes.supply.isolation import (
    KINDS,
    RULES,
    NearPairs,
    Source,
    count_by_kind,
    count_by_norm,
    locate_pairs,
    near_by_zone,
    norm_of_source,
    pairs_of_sources,
)
from processes.zones.membership import Membership

# From the edge of the works to the dwelling. Dwellings at just the distance keep it: the distances come a hair
# smaller, so that "not farther than" means "nearer than".
NEAR = sql.SQL("""
with source as materialized (
    select wide.number, here.geom, wide.distance_m
    from unnest({ids}::bigint[], {numbers}::integer[], {distances}::float8[]) wide (id, number, distance_m)
    join {sources} using (id)
)
select source.number::float8, here.id::float8, here.{people}::float8,
    ST_X(ST_Centroid(here.geom)), ST_Y(ST_Centroid(here.geom))
from source join {homes} on ST_DWithin(here.geom, source.geom, source.distance_m)
where here.{people} > 0
order by 1, 2
""")


COUNTED = {'people': Text(vi='số người', en='people'), 'dwellings': Text(vi='nhà ở', en='dwellings')}
NEAR_FIGURES = {
    'people': Member(Text(vi='Số người trong khoảng cách ly', en='People within the distance')),
    'dwellings': Member(Text(vi='Nhà ở trong khoảng cách ly', en='Dwellings within the distance')),
}
CAVEATS = [
    Text(
        vi='Đo theo đường thẳng từ ranh công trình đến nhà, không xét hướng gió, dòng chảy và cây xanh cách ly.',
        en='Measured straight from the edge of the works to the house, without wind, flow of water or a green belt.',
    ),
    Text(
        vi='Khoảng cách của nghĩa trang là của vùng đồng bằng; bãi rác đã đóng cửa vẫn được tính.',
        en='The distances of cemeteries are those of the plains; landfills that are closed count too.',
    ),
]


class NoSources(WrongUse):
    """The request names no layer to keep away from."""


class Inputs(ProcessInputs):
    """What the planner may choose."""

    wastewater_works: LayerRef | None = input_field(
        KINDS['wastewater_works'],
        Text(vi='Lớp có các cột capacity_m3_d và enclosed.', en='Layer with the columns capacity_m3_d and enclosed.'),
        hint=Text(
            vi='Lớp có công suất và cho biết công trình có kín không.',
            en='Layer with capacities, and which of them are enclosed.',
        ),
        default=None,
        geometry=POINTS | AREAS,
    )
    pumping_stations: LayerRef | None = input_field(
        KINDS['pumping_stations'],
        Text(vi='Lớp có cột capacity_m3_d.', en='Layer with the column capacity_m3_d.'),
        hint=Text(vi='Lớp có công suất.', en='Layer with capacities.'),
        default=None,
        geometry=POINTS | AREAS,
    )
    landfills: LayerRef | None = input_field(
        KINDS['landfills'],
        Text(vi='Lớp có các cột kind và open.', en='Layer with the columns kind and open.'),
        default=None,
        geometry=POINTS | AREAS,
    )
    cemeteries: LayerRef | None = input_field(
        KINDS['cemeteries'],
        Text(vi='Lớp có cột treated.', en='Layer with the column treated.'),
        default=None,
        geometry=POINTS | AREAS,
    )
    zones: LayerRef = ZONES


class IsolationDistance(Process[Inputs]):
    """Only for the internal service: it reads the population of every house."""

    title = Text(vi='Khoảng cách ly', en='Isolation distance')
    description = Text(
        vi='Nhà ở và người trong khoảng cách an toàn môi trường của công trình nước thải, bãi rác, nghĩa trang.',
        en='Dwellings and people within the isolation distance of wastewater works, landfills and cemeteries.',
    )
    audience: ClassVar[Audience] = 'internal'
    method = Text(
        vi='Khoảng cách lấy từ quy chuẩn theo loại, công suất và điều kiện của công trình. Nhà có người ở bị tính khi '
        'khoảng cách thẳng từ ranh công trình đến nhà nhỏ hơn quy chuẩn; đúng bằng thì không. Mỗi nhà đếm một lần '
        'trong mỗi vùng và trong tổng số, theo vùng chứa tâm nhà.',
        en='The distance comes from the norm, by the kind, capacity and condition of the source. A building with '
        'people counts when the straight distance between the site and the building is less than the norm; at just '
        'the distance it does not. By zone and on the whole every dwelling counts once, in the zone of its middle.',
    )
    outputs: ClassVar[dict[str, Output]] = {
        'sources': Output(
            Text(vi='Từng công trình', en='Each source'),
            members={
                **NEAR_FIGURES,
                'distance_m': Member(Text(vi='Khoảng cách theo quy chuẩn', en='Distance of the norm'), 'm'),
                'kind': Member(Text(vi='Loại', en='Kind'), codes=KINDS),
                **shared('code', 'name'),
                **{name: CITED[name] for name in ('clause', 'verified')},
            },
        ),
        'zones': ZoneFeatures(
            Text(vi='Từng vùng', en='Each zone'),
            members={
                **NEAR_FIGURES,
                **{
                    f'{kind}_{name}': Member(
                        Text(vi='{of}: {counted}', en='{of}: {counted}').format(of=of, counted=counted)
                    )
                    for kind, of in KINDS.items()
                    for name, counted in COUNTED.items()
                },
            },
        ),
    }
    summary: ClassVar[dict[str, Member]] = {
        **NEAR_FIGURES,
        'by_kind': Member(Text(vi='Theo loại công trình', en='By kind of source'), codes=KINDS, by_data=True),
        'sources': Member(Text(vi='Số nguồn', en='Sources')),
        'sources_without_norm': Member(Text(vi='Công trình chưa có quy chuẩn', en='Sources without a norm')),
        'kind': Member(Text(vi='Loại', en='Kind'), codes=KINDS),
        'attributes': Member(Text(vi='Thuộc tính', en='Attributes'), by_data=True),
        **CITED,
        'people_outside_zones': Member(Text(vi='Số người ngoài các vùng', en='People outside the zones')),
        'mode': Member(Text(vi='Cách đo', en='How it was measured'), codes=MEASURED),
        **shared('by_norm', 'code', 'norm_date'),
    }
    example: ClassVar[dict[str, Any]] = {
        'wastewater_works': 'wastewater_plants',
        'landfills': 'landfills',
        'cemeteries': 'cemeteries',
    }

    def cost_s(self, inputs: Inputs) -> float:
        """Seconds for a whole province."""
        return 4.0 if inputs.cemeteries else 2.0

    def run(self, inputs: Inputs, data: Data, progress: ProgressCallback) -> dict[str, FeatureCollection]:
        """Sources with distance, clause, dwellings and people, and zones with the same counts, all and by kind."""
        layers = layers_of(inputs)
        sources = [source for kind, layer in layers.items() for source in read_sources(kind, layer, data)]
        progress(0.1, Text(vi='Tìm nhà ở trong khoảng cách ly', en='Looking for dwellings within the distances'))
        pairs = np.vstack([read_near(kind, layer, sources, data) for kind, layer in layers.items()])
        progress(0.7, Text(vi='Cộng theo vùng', en='Adding up by zone'))
        zones = data.zones(inputs.zones)
        near, inside = locate_pairs(pairs, zones)
        summary = {
            **near.counted,
            'people_outside_zones': near.where(inside.outside[near.home]).counted['people'],
            'by_kind': count_by_kind(sources, near, layers),
            'by_norm': count_by_norm(sources, near),
            'sources_without_norm': [_without_norm(source) for source in sources if source.norm is None],
            'mode': 'straight-line',
            'zones': inputs.zones.reference,
            'norm_date': data.locality.place.reference_date.isoformat(),
            **data.provenance([*CAVEATS, *zones.notes]),
        }
        return {
            'sources': feature_collection(source_features(sources, near), summary),
            'zones': zones.collection(zone_figures(inside, sources, near, layers), summary),
        }


def layers_of(inputs: Inputs) -> dict[str, LayerRef]:
    """The layers to keep away from, by kind; raises NoSources where there is none."""
    layers = {kind: layer for kind in RULES if (layer := getattr(inputs, kind)) is not None}
    if not layers:
        names = ', '.join(RULES)
        raise NoSources(vi=f'Cần ít nhất một lớp trong: {names}.', en=f'Name at least one layer of: {names}.')
    return layers


def read_sources(kind: str, layer_ref: LayerRef, data: Data) -> list[Source]:
    """The sources of one kind in the order of their codes, each with the norm that its attributes lead to."""
    rule = RULES[kind]
    norms = data.norms(rule.norm)
    layer, rows = data.source(layer_ref)
    code = column_identifier(layer, layer.identifier, data.audience)
    name = column_identifier(layer, (layer.publish.search or [layer.identifier])[0], data.audience)
    columns = sql.SQL(', ').join(column_identifier(layer, attribute, data.audience) for attribute in rule.columns)
    query = (
        'select id, {}::text as code, {}::text as name, {}, ST_AsGeoJSON(geom_wgs84, 7) as geometry from {} order by 2'
    )
    source_rows = data.rows(sql.SQL(query).format(code, name, columns, rows))
    if not source_rows:
        must_be_unfiltered(layer_ref)
    return [Source(kind, row, norm_of_source(rule, row, norms)) for row in source_rows]


def read_near(kind: str, layer_ref: LayerRef, sources: list[Source], data: Data) -> Floats:
    """Dwellings nearer to the sources of one kind than allowed: number in `sources`, id, people, x, y; shape (n, 5)."""
    ours = [(number, source) for number, source in enumerate(sources) if source.kind == kind and source.norm]
    homes, home_rows = data.source(HOMES)
    _, source_rows = data.source(layer_ref)
    query = NEAR.format(
        ids=sql.Literal([source.row['id'] for _, source in ours]),
        numbers=sql.Literal([number for number, _ in ours]),
        distances=sql.Literal([float(np.nextafter(source.norm.value, 0)) for _, source in ours if source.norm]),
        sources=source_rows,
        homes=home_rows,
        people=column_identifier(homes, POPULATION, data.audience),
    )
    return data.numbers(query, width=5)


def source_features(sources: list[Source], near: NearPairs) -> list[Any]:
    """One feature for each source, in the order of `sources`."""
    dwellings = np.bincount(near.source, minlength=len(sources))
    people = np.bincount(near.source, weights=near.people, minlength=len(sources))
    counts = zip(sources, dwellings.tolist(), people.tolist(), strict=True)
    return numbered_features(
        [json.loads(source.row['geometry']) for source in sources],
        [
            {'code': source.row['code'], 'name': source.row['name'], 'kind': source.kind}
            | _judge_source(source.norm, own_dwellings, int(own_people))
            for source, own_dwellings, own_people in counts
        ],
    )


def _judge_source(norm: Norm | None, dwellings: int, people: int) -> dict[str, Any]:
    """What is too near by this norm; nulls where there is none, for nobody has said how far is far enough."""
    if norm is None:
        return dict.fromkeys(('distance_m', 'clause', 'verified', 'dwellings', 'people'))
    members = {'distance_m': norm.value, 'clause': norm.clause, 'verified': norm.verified}
    return members | {'dwellings': dwellings, 'people': people}


def zone_figures(
    inside: Membership, sources: list[Source], near: NearPairs, kinds: Iterable[str]
) -> list[dict[str, int]]:
    """By zone: the dwellings and people that are too near to anything, and to each kind."""
    counts = near_by_zone(inside, near, '')
    for kind in kinds:
        counts |= near_by_zone(inside, pairs_of_sources(near, (source.kind == kind for source in sources)), f'{kind}_')
    return [{name: int(values[number]) for name, values in counts.items()} for number in range(inside.zones)]


def _without_norm(source: Source) -> dict[str, Any]:
    attributes = {name: source.row[name] for name in RULES[source.kind].columns}
    return {'kind': source.kind, 'code': source.row['code'], 'attributes': attributes}
