"""What stands where a line's norm keeps the ground free. Method: docs/explanation/corridor-conflicts.md."""

import json
from typing import Any, ClassVar

import numpy as np
from psycopg2 import sql

from dothi.core.arrays import Geometries
from dothi.core.errors import WrongUse
from dothi.core.layer import Layer
from dothi.core.norms import Norm
from dothi.core.text import Text
from processes.base import Process, ProgressCallback
from processes.data import POPULATION, Data
from processes.geojson import FeatureCollection, feature_collection, numbered_features
from processes.inputs import AREAS, LINES, POINTS, LayerRef, ProcessInputs, input_field
from processes.outputs import CITED, Member, Output, shared
from processes.reading.layers import column_identifier, must_be_unfiltered
from processes.supply.corridors import (
    CAVEATS,
    COLUMNS,
    LANDWARD,
    MEASURED_FROM,
    NORMS,
    SETTLEMENT,
    WATERWARD,
    Conflict,
    Kind,
    NearPairs,
    Strip,
    distinct_norms,
    judge_pairs,
    outline_areas,
    stand_by_the_water,
    strip_of,
)
from processes.zones.membership import zone_of

# The decision is the exact distance to the line as drawn, so the corridor has round ends, as that distance has: a
# building beyond the last pylon but nearer than the width is in danger like any other.
# Lines are cut into straight pieces of 500 m at most: the box of a long oblique one would call up half the province,
# and the nearest piece of a dike of a thousand corners is found by the index.
NEAR = sql.SQL("""
with line as materialized (
    select here.id, here.geom, wide.reach_m
    from unnest({ids}::bigint[], {reaches}::float8[]) wide (id, reach_m) join {lines} using (id)
),
piece as materialized (
    select line.id, line.reach_m, segment.path, segment.geom
    from line, lateral ST_DumpSegments(ST_Segmentize(line.geom, 500)) segment
),
way as (
    select distinct on (piece.id, here.id) piece.id as line, here.id as target,
        ST_ShortestLine(piece.geom, here.geom) as geom
    from piece join {targets} on ST_DWithin(here.geom, piece.geom, piece.reach_m)
    order by piece.id, here.id, ST_Distance(piece.geom, here.geom), piece.path
)
select line::float8, target::float8, ST_Length(geom),
    ST_X(ST_StartPoint(geom)), ST_Y(ST_StartPoint(geom)), ST_X(ST_EndPoint(geom)), ST_Y(ST_EndPoint(geom))
from way order by line, target
""")
# Of the line only what lies around the target is buffered: the rest could not overlap it. With 32 segments a quarter
# circle the buffer is 2 mm narrow at most at 7 m, and 6 cm at 200 m; it serves for the overlap only.
CONFLICTS = sql.SQL("""
select pair.number, lines.line_id, {target_id}::text as target_id, {address} as address,
    {people} as people,
    ST_Area(ST_Intersection(here.geom, ST_Buffer(
        ST_ClipByBox2D(lines.geom, ST_Expand(here.geom, pair.reach_m)::box2d), pair.reach_m, 'quad_segs=32'
    ))) as overlap_m2,
    ST_AsGeoJSON(here.geom_wgs84, 7) as geometry
from unnest({line_ids}::bigint[], {target_ids}::bigint[], {reaches}::float8[])
    with ordinality pair (line, target, reach_m, number)
join (select here.id, {line_id}::text as line_id, here.geom from {lines}) lines on lines.id = pair.line
join {targets} on here.id = pair.target
order by lines.line_id, target_id
""")


KINDS = {
    'power_line': Text(vi='đường dây điện', en='power line'),
    'road': Text(vi='đường bộ', en='road'),
    'dike': Text(vi='đê', en='dike'),
}
# What tells the sides of a dike, where the planner names nothing else.
SETTLEMENTS = LayerRef('land_use', "class IN ('ONT', 'ODT')")
WATER = LayerRef('rivers')


class NoWater(WrongUse):
    """The sides of a dike cannot be told, as nothing says where the water is."""


class Inputs(ProcessInputs):
    """What the planner may choose."""

    lines: LayerRef = input_field(
        Text(vi='Tuyến', en='Lines'),
        Text(
            vi='Lớp đường dây điện trên không, đường bộ hoặc đê, theo "kind".',
            en='Layer of overhead power lines, roads or dikes, as "kind" says.',
        ),
        default=LayerRef('power_lines'),
        geometry=LINES,
    )
    kind: Kind = input_field(
        Text(vi='Loại tuyến', en='Kind of lines'),
        Text(
            vi='Quyết định quy chuẩn và các cột được đọc: power_line (voltage_kv, insulated), road (class, width_m), '
            'dike (kind, class).',
            en='Decides the norm and the columns that are read: power_line (voltage_kv, insulated), '
            'road (class, width_m), dike (kind, class).',
        ),
        default='power_line',
        hint=Text(vi='Quyết định quy chuẩn được áp dụng.', en='Decides which norm applies.'),
        choices=KINDS,
    )
    targets: LayerRef = input_field(
        Text(vi='Đối tượng cần xét', en='Targets'),
        Text(vi='Lớp công trình có thể nằm trong hành lang.', en='Layer of what may stand in the corridor.'),
        default=LayerRef('buildings'),
        # a line stands in its own corridor, and a road may cross one
        geometry=POINTS | AREAS,
    )
    settlements: LayerRef | None = input_field(
        Text(vi='Khu dân cư', en='Settlements'),
        Text(
            vi='Chỉ cho đê: vùng được coi là khu dân cư, nơi hành lang hẹp hơn. Mặc định: đất ở của land_use.',
            en='For dikes only: settlements, where the corridor is narrower. If left out: homes in land_use.',
        ),
        hint=Text(
            vi='Chỉ cho đê: nơi hành lang hẹp hơn. Nếu bỏ trống: đất ở.',
            en='For dikes only: where the corridor is narrower. Residential land when left out.',
        ),
        default=None,
        geometry=AREAS,
    )
    water: LayerRef | None = input_field(
        Text(vi='Sông', en='Rivers'),
        Text(
            vi='Chỉ cho đê sông: phía sông là phía có sông gần nhất. Mặc định: rivers.',
            en='For river dikes only: the riverward side is that of the nearest river. If left out: rivers.',
        ),
        default=None,
    )
    land: LayerRef | None = input_field(
        Text(vi='Đất liền', en='Land'),
        Text(
            vi='Chỉ cho đê biển: phía biển là phía có ranh giới ngoài gần nhất của các vùng. Mặc định: cấp lớn nhất.',
            en='For sea dikes only: seaward is towards their nearest outer border. If left out: the largest units.',
        ),
        default=None,
        geometry=AREAS,
    )


class CorridorConflicts(Process[Inputs]):
    """Buildings nearer to a line than its norm allows."""

    title = Text(vi='Vi phạm hành lang an toàn', en='Conflicts with safety corridors')
    description = Text(
        vi='Công trình nằm trong hành lang an toàn của đường dây điện, đường bộ hoặc đê, bề rộng theo quy chuẩn.',
        en='What stands in the safety corridor of power lines, roads or dikes, whose width the norm gives.',
    )
    outputs: ClassVar[dict[str, Output]] = {
        'result': Output(
            title,
            members={
                'overlap_m2': Member(Text(vi='Diện tích lấn', en='Overlap'), 'm2'),
                **shared('people'),
                'distance_m': Member(Text(vi='Cách tuyến', en='Distance from the line'), 'm', low_first=True),
                'address': Member(Text(vi='Địa chỉ', en='Address')),
                'line_id': Member(Text(vi='Mã tuyến', en='Line')),
                'target_id': Member(Text(vi='Mã đối tượng', en='Target')),
                'width_m': Member(Text(vi='Bề rộng hành lang', en='Width of the corridor'), 'm'),
                'edge_m': Member(Text(vi='Mép tuyến cách tim', en='From the middle to the edge of the line'), 'm'),
                **{name: CITED[name] for name in ('condition', 'clause', 'verified')},
            },
        )
    }
    summary: ClassVar[dict[str, Member]] = {
        'conflicts': Member(Text(vi='Số vi phạm', en='Conflicts')),
        'targets': Member(Text(vi='Đối tượng vi phạm', en='Targets')),
        'lines': Member(Text(vi='Số tuyến', en='Lines')),
        'line_id': Member(Text(vi='Mã tuyến', en='Line')),
        'lines_without_norm': Member(Text(vi='Tuyến chưa có quy chuẩn', en='Lines without a norm')),
        'assumed': Member(Text(vi='Giả định theo', en='Assumed by')),
        'voltage_kv': Member(Text(vi='Điện áp', en='Voltage'), 'kV'),
        'insulated': Member(Text(vi='Dây bọc', en='Insulated')),
        'width_m': Member(Text(vi='Bề rộng mặt đường', en='Width of the road'), 'm'),
        **CITED,
        **shared('people', 'by_norm', 'norm_date'),
    }
    method = Text(
        vi='Bề rộng hành lang lấy từ quy chuẩn theo loại, cấp và điều kiện của tuyến. Công trình vi phạm khi khoảng '
        'cách thật tới tuyến như được vẽ nhỏ hơn bề rộng đó; đúng bằng thì không vi phạm.',
        en='The width comes from the norm, by the kind, class and condition of the line. A target is in conflict when '
        'its exact distance from the line as drawn is less than the width; at just the width it is not.',
    )
    example: ClassVar[dict[str, Any]] = {'lines': 'power_lines', 'kind': 'power_line', 'targets': 'buildings'}

    def cost_s(self, inputs: Inputs) -> float:
        """Seconds for a whole province: every third house stands beside some road."""
        return {'power_line': 2.0, 'road': 30.0, 'dike': 4.0}[inputs.kind]

    def run(self, inputs: Inputs, data: Data, progress: ProgressCallback) -> FeatureCollection:
        """A feature for each pair of line and target in conflict, with the target's geometry, and a `summary`."""
        norms = {name: data.norms(name) for name in NORMS[inputs.kind]}
        lines = read_lines(inputs, data)
        strips = {line['id']: strip for line in lines if (strip := strip_of(inputs.kind, line, norms))}
        progress(0.1, Text(vi='Tìm đối tượng gần tuyến', en='Looking for what is near the lines'))
        near = read_near(inputs, strips, data)
        progress(0.5, Text(vi='Xét theo quy chuẩn', en='Judging by the norms'))
        conflicts = judge_pairs(near, waterside_conditions(inputs, near, lines, data), strips)
        progress(0.6, Text(vi='Đo phần nằm trong hành lang', en='Measuring what lies in the corridors'))
        rows = read_conflicts(inputs, conflicts, data)
        summary = {
            'kind': inputs.kind,
            'conflicts': len(conflicts),
            **count_targets(conflicts, rows),
            'lines': len(lines),
            'lines_without_norm': [_without_norm(line, inputs.kind) for line in lines if line['id'] not in strips],
            'by_norm': count_by_norm(conflicts, rows),
            'assumed': [norm.cited for norm in distinct_norms(n for strip in strips.values() for n in strip.used)],
            'measured_from': MEASURED_FROM[inputs.kind],
            'norm_date': data.locality.place.reference_date.isoformat(),
            **data.provenance(CAVEATS[inputs.kind]),
        }
        geometries = [json.loads(row['geometry']) for row in rows]
        properties = [describe_conflict(conflicts[row['number'] - 1], row) for row in rows]
        return feature_collection(numbered_features(geometries, properties), summary)


def read_lines(inputs: Inputs, data: Data) -> list[dict[str, Any]]:
    """id, line_id and what decides about the strip, of every line."""
    layer, rows = data.source(inputs.lines)
    names = [column_identifier(layer, name, data.audience) for name in (layer.identifier, *COLUMNS[inputs.kind])]
    query = sql.SQL('select id, {}::text as line_id, {} from {} order by 2')
    lines = data.rows(query.format(names[0], sql.SQL(', ').join(names[1:]), rows))
    if not lines:
        must_be_unfiltered(inputs.lines)
    return lines


def read_near(inputs: Inputs, strips: dict[int, Strip], data: Data) -> NearPairs:
    """The pairs nearer than the line's strip reaches. strips: by the line's id."""
    (_, lines), (_, targets) = data.source(inputs.lines), data.source(inputs.targets)
    query = NEAR.format(
        ids=sql.Literal(list(strips)),
        reaches=sql.Literal([strip.reach_m for strip in strips.values()]),
        lines=lines,
        targets=targets,
    )
    columns = data.numbers(query, width=7)
    return NearPairs(columns[:, 0], columns[:, 1], columns[:, 2], columns[:, 3:5], columns[:, 5:7])


def waterside_conditions(inputs: Inputs, near: NearPairs, lines: list[dict[str, Any]], data: Data) -> list[str | None]:
    """Where each target stands: in a settlement, landward or on the water's side; None where the dike runs through.

    Only dikes ask for it: None for all targets of other lines.
    """
    if inputs.kind != 'dike':
        return [None] * len(near.line)
    kinds = {line['id']: line['kind'] for line in lines}
    kind = np.array([kinds[line] for line in near.line], dtype=object)
    side = np.full(len(kind), LANDWARD, dtype=object)
    for of_kind, water in WATERWARD.items():
        if (ours := kind == of_kind).any():
            goals = read_waters(of_kind, inputs, data)
            side[ours] = np.where(stand_by_the_water(near.where(ours), goals), water, LANDWARD)
    side[near.distance_m == 0] = None
    side[zone_of(near.place, data.shapes(inputs.settlements or SETTLEMENTS)) >= 0] = SETTLEMENT
    return list(side)


def read_waters(kind: str, inputs: Inputs, data: Data) -> Geometries:
    """What the side of the water is told by, for dikes of this kind; raises NoWater where there is nothing."""
    land = inputs.land or LayerRef(data.locality.place.unit_layers[0])
    layer_ref = inputs.water or WATER if kind == 'river' else land
    shapes = data.shapes(layer_ref)
    if not len(shapes):
        raise NoWater(
            vi=f'Không có gì trong {layer_ref.phrase.vi}, nên không biết phía nào của đê là phía nước. Chọn lớp khác.',
            en=f'There is nothing in {layer_ref.phrase.en}, which should tell on which side of a dike the water is.',
        )
    return shapes if kind == 'river' else outline_areas(shapes)


def address_of(targets: Layer, data: Data) -> sql.Composable:
    """Number and street of a target; null where its layer has no addresses, or does not show them."""
    parts = [targets.address.house_number, targets.address.street] if targets.address else []
    columns = [sql.Identifier('here', name) for name in parts if name and name in targets.columns_for(data.audience)]
    return sql.SQL("nullif(concat_ws(' ', {}), '')").format(sql.SQL(', ').join(columns)) if columns else sql.NULL


def read_conflicts(inputs: Inputs, conflicts: list[Conflict], data: Data) -> list[dict[str, Any]]:
    """number (from 1, in the order of `conflicts`), names, people (null where hidden), overlap and geometry of each."""
    (lines, line_rows), (targets, target_rows) = data.source(inputs.lines), data.source(inputs.targets)
    people = sql.Identifier('here', POPULATION) if POPULATION in targets.columns_for(data.audience) else sql.NULL
    query = CONFLICTS.format(
        line_id=sql.Identifier('here', lines.identifier),
        target_id=sql.Identifier('here', targets.identifier),
        address=address_of(targets, data),
        people=people,
        line_ids=sql.Literal([conflict.line for conflict in conflicts]),
        target_ids=sql.Literal([conflict.target for conflict in conflicts]),
        reaches=sql.Literal([conflict.edge_m + conflict.norm.value for conflict in conflicts]),
        lines=line_rows,
        targets=target_rows,
    )
    return data.rows(query)


def count_by_norm(conflicts: list[Conflict], rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Every norm that is broken, with its clause and how much breaks it."""
    of_norm: dict[Norm, list[dict[str, Any]]] = {
        norm: [] for norm in distinct_norms(conflict.norm for conflict in conflicts)
    }
    for row in rows:
        of_norm[conflicts[row['number'] - 1].norm].append(row)
    return [
        {**norm.cited, 'conflicts': len(broken), **count_targets(conflicts, broken)} for norm, broken in of_norm.items()
    ]


def count_targets(conflicts: list[Conflict], rows: list[dict[str, Any]]) -> dict[str, int]:
    """Targets, each counted once, and their people where those are visible."""
    people = {conflicts[row['number'] - 1].target: row['people'] for row in rows}
    visible_counts = [number for number in people.values() if number is not None]
    return {'targets': len(people)} | ({'people': int(sum(visible_counts))} if visible_counts else {})


def describe_conflict(conflict: Conflict, row: dict[str, Any]) -> dict[str, Any]:
    """The properties of one conflict. Its geometry is the whole footprint: nobody could see a sliver of it."""
    people = {} if row['people'] is None else {'people': int(row['people'])}
    address = {'address': row['address']} if row['address'] else {}
    return {
        'line_id': row['line_id'],
        'target_id': row['target_id'],
        **address,
        'width_m': conflict.norm.value,
        'edge_m': conflict.edge_m,
        'condition': conflict.norm.condition,
        'clause': conflict.norm.clause,
        'verified': conflict.norm.verified,
        'overlap_m2': round(row['overlap_m2'], 2),
        'distance_m': round(conflict.distance_m, 3),
        **people,
    }


def _without_norm(line: dict[str, Any], kind: Kind) -> dict[str, Any]:
    return {name: line[name] for name in ('line_id', *COLUMNS[kind])}
