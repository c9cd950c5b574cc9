"""What changed in a layer between two dates, by unit. Method: docs/explanation/compare-releases.md."""

from typing import Any, ClassVar

import numpy as np
from psycopg2 import sql

from dothi.core.arrays import Floats, Ints
from dothi.core.errors import WrongUse
from dothi.core.layer import Layer
from dothi.core.layer_source import BadTime, Times, parse_times
from dothi.core.text import Text
from processes.base import Process, ProgressCallback
from processes.data import Data, Zones
from processes.geojson import FeatureCollection
from processes.inputs import ZONES, LayerRef, ProcessInputs, input_field
from processes.outputs import Member, Output, ZoneFeatures
from processes.reading.layers import NothingThen
from processes.zones.differences import Pairs, by_column, count_changes, measure_changes, total_changes
from processes.zones.parts import MEASURES, kind_of, parts_of

# A measure as people want it, by the kind of geometry: its name, and how many metres or square metres one is.
DISPLAY_UNITS = {'LineString': ('km', 1_000.0), 'Polygon': ('ha', 10_000.0)}
# As many bits as a double precision number holds exactly.
MOST_COLUMNS = 52


class NoHistory(WrongUse):
    """Only collections have a history."""


class Inputs(ProcessInputs):
    """What the planner may choose."""

    layer: LayerRef = input_field(
        Text(vi='Lớp', en='Layer'), Text(vi='Lớp cần so sánh.', en='The layer whose two states are compared.')
    )
    filter: str | None = input_field(
        Text(vi='Bộ lọc', en='Filter'),
        Text(
            vi='Biểu thức CQL2 áp dụng cho cả hai thời điểm.',
            en='A CQL2 expression, for both states: what passes it no more counts as removed.',
        ),
        default=None,
        filters='layer',
        max_length=20_000,
    )
    before: str = input_field(
        Text(vi='Thời điểm trước', en='Before'),
        Text(
            vi='Ngày (cuối ngày, UTC) hoặc thời điểm: 2024-08-31, 2024-08-31T12:00:00Z.',
            en='A day (its end, UTC) or a moment: 2024-08-31, 2024-08-31T12:00:00Z.',
        ),
        max_length=40,
    )
    after: str | None = input_field(
        Text(vi='Thời điểm sau', en='After'),
        Text(vi='Như before; bỏ trống: hiện nay.', en='As before; the present state when left out.'),
        default=None,
        max_length=40,
    )
    zones: LayerRef = ZONES


COUNTS = {
    'changed': Member(Text(vi='Thay đổi', en='Changed')),
    'added': Member(Text(vi='Thêm mới', en='Added')),
    'removed': Member(Text(vi='Bỏ đi', en='Removed')),
    'before': Member(Text(vi='Trước', en='Before')),
    'after': Member(Text(vi='Sau', en='After')),
    'changed_values': Member(Text(vi='Đổi thuộc tính', en='Changed values')),
    'changed_geometry': Member(Text(vi='Đổi hình học', en='Changed geometry')),
    'moved_in': Member(Text(vi='Chuyển đến', en='Moved in')),
    'moved_out': Member(Text(vi='Chuyển đi', en='Moved out')),
}
AMOUNTS = {
    f'{name}_{unit}': Member(COUNTS[name].title, unit)
    for unit in ('km', 'ha')
    for name in ('before', 'after', 'added', 'removed')
}


class CompareReleases(Process[Inputs]):
    """Counts each feature once by its point; lengths and areas are cut at the borders."""

    takes_scenario = False
    title = Text(vi='So sánh hai thời điểm của một lớp', en='Compare two states of a layer')
    description = Text(
        vi='Đối tượng được thêm, bỏ, đổi giữa hai thời điểm, theo đơn vị và tổng cộng, kèm chiều dài hoặc diện tích.',
        en='What was added, removed and changed between two dates, by unit and in total, with lengths or areas.',
    )
    outputs: ClassVar[dict[str, Output]] = {'result': ZoneFeatures(title, members={**COUNTS, **AMOUNTS})}
    summary: ClassVar[dict[str, Member]] = {
        **COUNTS,
        **AMOUNTS,
        'features_before': Member(Text(vi='Số đối tượng trước', en='Features before')),
        'features_after': Member(Text(vi='Số đối tượng sau', en='Features after')),
        'release_before': Member(Text(vi='Bản phát hành trước', en='Release before')),
        'release_after': Member(Text(vi='Bản phát hành sau', en='Release after')),
        'changed_by_column': Member(Text(vi='Thay đổi theo cột', en='Changed by column'), by_data=True),
        'outside_zones': Member(Text(vi='Ngoài các vùng', en='Outside the zones')),
    }
    method = Text(
        vi='Hai trạng thái của lớp được ghép theo mã bền; mỗi đối tượng đếm một lần theo điểm của nó, chiều dài và '
        'diện tích cắt theo ranh giới vùng.',
        en='The two states are joined by lasting id; each feature is counted once by its point, lengths and areas are '
        'cut at the borders of the zones.',
    )
    example: ClassVar[dict[str, Any]] = {'layer': 'roads', 'before': '2024-08-31', 'zones': 'communes'}

    def cost_s(self, inputs: Inputs) -> float:
        """600,000 buildings take 20 s, a layer of some thousand features less than one."""
        del inputs
        return 10.0

    def run(self, inputs: Inputs, data: Data, progress: ProgressCallback) -> FeatureCollection:
        """Zones with the figures of `zone_figures`, and the same of the whole as `summary`."""
        layer, before, after = read_states(inputs, data)
        pairs = read_pairs(layer, before, after, data)
        if not len(pairs.old_id):
            raise NothingThen(
                vi=f'Lớp "{layer.id}" không có đối tượng nào ở cả hai thời điểm.',
                en=f'The layer "{layer.id}" had no feature at either date.',
            )
        progress(0.4, Text(vi='Xếp vào từng vùng', en='Assigning to zones'))
        zones = data.zones(inputs.zones)
        counts = count_changes(pairs, zones)
        progress(0.6, Text(vi='Đo trong từng vùng', en='Measuring inside the zones'))
        amounts, sums = compare_measures(layer, before, after, pairs, zones, inputs, data)
        release_before = release_at(layer, parse_times(inputs.before), data)
        return zones.collection(
            (zone_figures(number, counts, amounts) for number in range(len(zones.codes))),
            {
                **inputs.model_dump(include={'filter', 'before', 'after'}),
                'layer': layer.id,
                'zones': inputs.zones.reference,
                'release_before': release_before,
                'release_after': release_at(layer, _times_after(inputs), data),
                **total_changes(pairs),
                **sums,
                'changed_by_column': by_column(pairs, compared_columns(layer, data)),
                'outside_zones': {name: int(values[-1]) for name, values in counts.items()},
                **data.provenance([*zones.notes, *list_caveats(release_before)]),
            },
        )


def compare_measures(
    layer: Layer,
    before: sql.Composed,
    after: sql.Composed,
    pairs: Pairs,
    zones: Zones,
    inputs: Inputs,
    data: Data,
) -> tuple[dict[str, Floats], dict[str, float]]:
    """The lengths or areas by zone and of the whole; nothing of points."""
    if kind_of(layer) == 'Point':
        return {}, {}
    display_unit = DISPLAY_UNITS[kind_of(layer)]
    zone_rows = data.source(inputs.zones)[1]
    old, new = (parts_of(layer, state, zones, zone_rows, data) for state in (before, after))
    sums = {'before': _total_measure(layer, before, data), 'after': _total_measure(layer, after, data)}
    return measure_changes(old, new, pairs, zones, display_unit), {
        f'{name}_{display_unit[0]}': column for name, column in sums.items()
    }


def zone_figures(number: int, counts: dict[str, Ints], amounts: dict[str, Floats]) -> dict[str, Any]:
    """The figures of one zone."""
    whole = {name: int(values[number]) for name, values in counts.items()}
    return whole | {name: round(float(values[number]), 3) for name, values in amounts.items()}


def read_states(inputs: Inputs, data: Data) -> tuple[Layer, sql.Composed, sql.Composed]:
    """The layer, and `here` of both states; raises NoHistory, BadTime."""
    if inputs.layer.collection is None or inputs.layer.datetime is not None:
        raise NoHistory(
            vi='layer: chỉ lớp đã phát hành mới có lịch sử; thời điểm cho bằng before và after.',
            en='layer: only a collection has a history; give its dates as before and after.',
        )
    first, last = parse_times(inputs.before), _times_after(inputs)
    if first.end is None or (last and (last.end is None or last.end <= first.end)):
        raise BadTime(
            vi=f'before ({inputs.before}) phải có trước after ({inputs.after}).',
            en=f'before ({inputs.before}) must be earlier than after ({inputs.after}).',
        )
    layer, before = data.source(inputs.layer, inputs.filter, times=_instant_before(first))
    _, after = data.source(inputs.layer, inputs.filter, times=_instant_before(last) if last else None)
    return layer, before, after


# A feature is what both states call by the same id; where versions in time have ids of their own (units), what has the
# same key but for its days. An area whose border only begins at another point is the same area: outlines that were put
# together anew do, and every unit would have changed where a few were merged.
# A place that is not there has no coordinates, and COPY of numbers wants some.
PAIRS = sql.SQL("""
    select coalesce(was.id, 'nan'::float8), coalesce(now.id, 'nan'::float8), ({differs})::float8,
        coalesce((not alike)::int::float8, 0),
        coalesce(ST_X(old_place), 'nan'), coalesce(ST_Y(old_place), 'nan'),
        coalesce(ST_X(new_place), 'nan'), coalesce(ST_Y(new_place), 'nan')
    from (select * from {before}) was
    full join (select * from {after}) now on {same},
    lateral (select case
        when was.geom = now.geom then true
        when ST_Dimension(was.geom) = 2 then ST_Normalize(was.geom) = ST_Normalize(now.geom)
        when was.id is not null and now.id is not null then false
    end as alike) zero,
    lateral (select unit.place_of(was.geom) as old_place) one,
    lateral (select case when alike then old_place else unit.place_of(now.geom) end as new_place) two
""")


def read_pairs(layer: Layer, before: sql.Composed, after: sql.Composed, data: Data) -> Pairs:
    """Pairs each feature of the earlier state with the same feature of the later one; either may be missing."""
    by_days = layer.publish.validity or ()
    key = [name for name in layer.key if name not in by_days] if by_days else ['id']
    same = sql.SQL(' and ').join(sql.SQL('was.{0} = now.{0}').format(sql.Identifier(name)) for name in key)
    bits = [
        sql.SQL('(was.{0} is distinct from now.{0})::int * {1}::bigint').format(
            sql.Identifier(name), sql.Literal(2**bit)
        )
        for bit, name in enumerate(compared_columns(layer, data))
    ]
    query = PAIRS.format(differs=sql.SQL(' + ').join(bits), before=before, after=after, same=same)
    columns = data.numbers(query, width=8)
    both = ~np.isnan(columns[:, :2]).any(axis=1)
    differs = np.where(both, columns[:, 2], 0).astype(np.int64)
    return Pairs(columns[:, 0], columns[:, 1], differs, columns[:, 3] > 0, columns[:, 4:6], columns[:, 6:])


def compared_columns(layer: Layer, data: Data) -> list[str]:
    """The columns whose values count; the days of a unit's version are not a change of the unit."""
    names = [name for name in layer.columns_for(data.audience) if name not in (layer.publish.validity or ())]
    return names[:MOST_COLUMNS]


def release_at(layer: Layer, times: Times | None, data: Data) -> int | None:
    """Number of the release that was in force at the end of `times`, or is now; None before the first one.

    A layer with validity shows every time by its present release.
    """
    release = data.read(layer, times)
    return release.number if release else None


def list_caveats(release_before: int | None) -> list[Text]:
    """What a reader of the result has to know."""
    notes = [
        Text(
            vi='changed gồm cả chỉnh sửa dữ liệu: đổi trong dữ liệu không nhất thiết là đổi ngoài thực địa.',
            en='A change of the data is not always a change on the ground: corrections count too.',
        )
    ]
    if release_before is None:
        first = Text(
            vi='Trước bản phát hành đầu tiên: mọi đối tượng được tính là thêm mới.',
            en='Before the first release there was nothing: every feature counts as added.',
        )
        notes.insert(0, first)
    return notes


def _instant_before(times: Times) -> Times:
    """The last moment alone: a unit that ended on that day is not the state at its end."""
    return Times(times.end, times.end)


def _times_after(inputs: Inputs) -> Times | None:
    return parse_times(inputs.after) if inputs.after else None


def _total_measure(layer: Layer, state: sql.Composed, data: Data) -> float:
    """Kilometres or hectares of all features, those outside every zone included."""
    query = sql.SQL('select coalesce(sum({}), 0)::float8 as total from {}')
    total = data.rows(query.format(MEASURES[kind_of(layer)], state))[0]['total']
    return round(float(total / DISPLAY_UNITS[kind_of(layer)][1]), 3)
