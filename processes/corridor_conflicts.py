"""What stands in the safety corridor of a power line. Method: docs/explanation/corridor-conflicts.md."""

import json
from typing import Any, ClassVar

from psycopg2 import sql

from dothi.core.norms import Norm, norm_for
from dothi.core.text import Text
from processes.base import FeatureCollection, Layer, Process, ProcessInputs, Report, input_field
from processes.data import Data
from processes.layers import column

NORM = 'power_line_corridor'
VOLTAGE, INSULATED = 'voltage_kv', 'insulated'
# a line of unknown insulation meets only a norm for any
COVERED = {True: 'insulated', False: 'bare', None: None}

# The decision is the exact distance to the line as drawn, so the corridor has round ends, as that distance has: a
# building beyond the last pylon but nearer than the width is in danger like any other. The buffer serves for the
# overlap only; with 32 segments a quarter circle it is 2 mm narrow at most at 7 m.
# Lines are cut into pieces of 500 m first, or the box of a long oblique one would call up half the province.
CONFLICTS = sql.SQL("""
with line as materialized (
    select here.id, {line_id}::text as line_id, here.geom, wide.width_m, wide.clause,
        ST_Buffer(here.geom, wide.width_m, 'quad_segs=32') as corridor
    from unnest({ids}::bigint[], {widths}::float8[], {clauses}::text[]) wide (id, width_m, clause)
    join {lines} using (id)
),
piece as (
    select line.id, line.width_m, segment.geom
    from line, lateral ST_DumpSegments(ST_Segmentize(line.geom, 500)) segment
),
near as (
    select distinct piece.id as line, here.id as target
    from piece join {targets} on ST_DWithin(here.geom, piece.geom, piece.width_m)
)
select line.line_id, {target_id}::text as target_id, line.width_m, line.clause,
    ST_Distance(line.geom, here.geom) as distance_m,
    ST_Area(ST_Intersection(here.geom, line.corridor)) as overlap_m2,
    ST_AsGeoJSON(here.geom_wgs84, 7) as geometry
from near
join line on line.id = near.line
join {targets} on here.id = near.target
where ST_Distance(line.geom, here.geom) < line.width_m
order by line.line_id, target_id
""")


class Inputs(ProcessInputs):
    """What the planner may choose."""

    lines: Layer = input_field(
        Text(vi='Đường dây', en='Lines'),
        Text(vi='Lớp đường dây điện trên không.', en='Layer of overhead power lines.'),
        default=Layer('power_lines'),
        geometry={'LineString', 'MultiLineString'},
    )
    targets: Layer = input_field(
        Text(vi='Đối tượng cần xét', en='Targets'),
        Text(vi='Lớp công trình có thể nằm trong hành lang.', en='Layer of what may stand in the corridor.'),
        default=Layer('buildings'),
        # a line stands in its own corridor, and a road may cross one
        geometry={'Point', 'MultiPoint', 'Polygon', 'MultiPolygon'},
    )


class CorridorConflicts(Process[Inputs]):
    """Buildings nearer to a line than its norm allows."""

    title = Text(vi='Vi phạm hành lang an toàn lưới điện', en='Conflicts with power line corridors')
    description = Text(
        vi='Công trình nằm trong hành lang an toàn của đường dây, bề rộng theo điện áp và cách điện.',
        en='What stands in the safety corridor of a power line, whose width follows from voltage and insulation.',
    )
    example: ClassVar[dict[str, Any]] = {'lines': 'power_lines', 'targets': 'buildings'}

    def run(self, inputs: Inputs, data: Data, progress: Report) -> FeatureCollection:
        """A feature for each pair of line and target in conflict, with the target's geometry, and a `summary`."""
        norms = data.locality.norms(NORM, data.locality.place.reference_date)
        lines = read_lines(inputs.lines, data)
        applying = {
            line['id']: norm_for(norms, 'power_line', condition=COVERED[line['insulated']], quantity=line['voltage_kv'])
            for line in lines
        }
        progress(0.2, Text(vi='Tìm công trình gần đường dây', en='Looking for what is near the lines'))
        found = read_conflicts(inputs, {line: norm for line, norm in applying.items() if norm}, data)
        features = [conflict(number, row) for number, row in enumerate(found, start=1)]
        summary = {
            'conflicts': len(found),
            'targets': len({row['target_id'] for row in found}),
            'lines': len(lines),
            'lines_without_norm': [_without_norm(line) for line in lines if applying[line['id']] is None],
            'measured_from': 'line as drawn',
            'norm_date': data.locality.place.reference_date.isoformat(),
            **data.provenance,
        }
        return {'type': 'FeatureCollection', 'features': features, 'summary': summary}


def read_lines(chosen: Layer, data: Data) -> list[dict[str, Any]]:
    """id, line_id, voltage_kv and insulated of every line."""
    layer, rows = data.source(chosen)
    names = [column(layer, name, data.audience) for name in (layer.identifier, VOLTAGE, INSULATED)]
    query = 'select id, {}::text as line_id, {} as voltage_kv, {} as insulated from {} order by 2'
    return data.rows(sql.SQL(query).format(*names, rows))


def read_conflicts(inputs: Inputs, norms: dict[int, Norm], data: Data) -> list[dict[str, Any]]:
    """The pairs nearer than their norm's width. norms: by the line's id."""
    lines, line_rows = data.source(inputs.lines)
    targets, target_rows = data.source(inputs.targets)
    query = CONFLICTS.format(
        line_id=sql.Identifier('here', lines.identifier),
        target_id=sql.Identifier('here', targets.identifier),
        ids=sql.Literal(list(norms)),
        widths=sql.Literal([norm.value for norm in norms.values()]),
        clauses=sql.Literal([norm.clause for norm in norms.values()]),
        lines=line_rows,
        targets=target_rows,
    )
    return data.rows(query)


def conflict(number: int, row: dict[str, Any]) -> dict[str, Any]:
    """The feature of one conflict; the footprint is shown whole, as a sliver of it could not be seen on a map."""
    return {
        'type': 'Feature',
        'id': number,
        'geometry': json.loads(row['geometry']),
        'properties': {
            'line_id': row['line_id'],
            'target_id': row['target_id'],
            'width_m': row['width_m'],
            'clause': row['clause'],
            'overlap_m2': round(row['overlap_m2'], 2),
            'distance_m': round(row['distance_m'], 3),
        },
    }


def _without_norm(line: dict[str, Any]) -> dict[str, Any]:
    return {name: line[name] for name in ('line_id', 'voltage_kv', 'insulated')}
