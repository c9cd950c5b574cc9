"""What of an instance is demonstration data: layer by layer, and all that rests on it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal

from psycopg2 import sql
from psycopg2.extensions import connection as Connection
from psycopg2.extras import RealDictCursor
from pydantic import BaseModel

from dothi.core.locality import Locality
from dothi.core.text import Text

Kind = Literal[
    'rows', 'past_rows', 'raster', 'download', 'generalised', 'cells', 'delivery', 'refused', 'placed', 'edit', 'run',
    'result', 'file', 'original', 'tile', 'picture', 'sketch',
]  # fmt: skip
KINDS: dict[Kind, Text] = {
    'rows': Text(vi='đối tượng đang phục vụ', en='features that are served'),
    'past_rows': Text(vi='phiên bản cũ của đối tượng', en='earlier versions of features'),
    'raster': Text(vi='tệp raster', en='rasters'),
    'download': Text(vi='tệp tải về đã chuẩn bị', en='files that are ready for download'),
    'generalised': Text(vi='hình tổng quát hóa', en='generalised geometry'),
    'cells': Text(vi='số đếm cho ô bản đồ', en='counts for tiles'),
    'delivery': Text(vi='đợt giao với bản gốc và báo cáo', en='deliveries with original and report'),
    'refused': Text(vi='hàng bị từ chối', en='refused rows'),
    'placed': Text(vi='địa chỉ đã định vị', en='addresses that were placed'),
    'edit': Text(vi='chỉnh sửa trên đối tượng minh họa', en='edits of demonstration features'),
    'run': Text(vi='lần tính bộ chỉ tiêu', en='runs of indicator sets'),
    'result': Text(vi='kết quả phân tích và bản đồ in', en='results of analyses and printed maps'),
    'file': Text(vi='tệp trong kho chờ xóa', en='files of the store that wait to be removed'),
    'original': Text(vi='bản gốc trong kho', en='originals in the store'),
    'tile': Text(vi='ô bản đồ lưu sẵn', en='tiles that are kept'),
    'picture': Text(vi='ảnh bản đồ lưu sẵn', en='pictures that are kept'),
    'sketch': Text(vi='tệp của tỉnh minh họa trong thư mục trạng thái', en='files of the demo in the state folder'),
}
LAYERS = """
    select l.id, l.kind, l.demo_left_at as left_at, coalesce(r.rows_total, 0) as rows_total,
        coalesce(r.demo_rows, 0) as demo_rows,
        (select count(*) from catalog.release as d where d.layer_id = l.id and d.origin = 'demo') as demo_releases,
        array(
            select distinct d.agency from catalog.delivery as d
            where d.layer_id = l.id and d.origin = 'delivery' and d.status in ('accepted', 'unchanged')
                and d.agency is not null
            order by 1
        ) as agencies
    from catalog.layer as l left join catalog.release as r on r.number = l.current_release order by l.id
"""
ROWS = """
    select count(*) filter (where release_to is null), count(*) filter (where release_to is null and edited),
        count(*) filter (where release_to is not null)
    from demo_version
"""
OPEN_CONFLICTS = """
    select count(*) from catalog.conflict
    where layer_id = %s and status = 'open' and feature_id in (select id from demo_version)
"""


class Trace(BaseModel):
    """Something that is, or rests on, demonstration data, how many of it, and of which layer; None of no single one."""

    kind: Kind
    layer: str | None
    count: int

    @property
    def text(self) -> Text:
        """What it is, in words."""
        return KINDS[self.kind]


class LayerStanding(BaseModel):
    """How much of a layer or coverage is demonstration data, and how much is real.

    Rows of a coverage are its cells. edited_rows: of the demonstration rows, those that a person has changed.
    past_rows: closed versions. open_conflicts: of edits with deliveries, which a person has to decide first.
    agencies: those that have delivered real data. left_at: since when no demonstration has a place here.
    """

    id: str
    title: Text
    is_unit_layer: bool
    is_computed: bool
    demo_rows: int
    edited_rows: int
    past_rows: int
    real_rows: int
    demo_releases: int
    open_conflicts: int
    agencies: list[str]
    left_at: datetime | None

    @property
    def has_demo(self) -> bool:
        """Whether any row, of now or before, is demonstration data."""
        return self.demo_rows > 0 or self.past_rows > 0

    @property
    def is_emptied(self) -> bool:
        """Whether nothing is served any more once the demonstration is left."""
        return self.demo_rows > 0 and self.real_rows == 0


class Standing(BaseModel):
    """What is demonstration data. left_at: since when the instance is without it, None as long as it is not.

    shared_files: files with demonstration data that were handed out as answers to requests; these are not here.
    """

    left_at: datetime | None
    layers: list[LayerStanding]
    traces: list[Trace]
    shared_files: int = 0

    @property
    def is_clear(self) -> bool:
        """Whether no layer, file, tile, picture or result holds demonstration data."""
        return not self.traces


def find_standing(db: Connection, locality: Locality) -> Standing:
    """What is demonstration data in the database; each layer is counted anew."""
    with db.cursor(cursor_factory=RealDictCursor) as rows:
        rows.execute(LAYERS)
        layers = [_find_layer(db, locality, dict(row)) for row in rows.fetchall()]
    with db.cursor() as cursor:
        cursor.execute('select kind, layer_id, count from catalog.demo_traces() order by kind, layer_id')
        traces = [Trace(kind=kind, layer=layer, count=count) for kind, layer, count in cursor.fetchall()]
        cursor.execute('select left_at from catalog.demonstration_end')
        left = cursor.fetchone()
        cursor.execute(
            """select count(*) from catalog.data_request, jsonb_array_elements(files) as file
               where (file ->> 'demo')::boolean"""
        )
        (shared,) = cursor.fetchone() or (0,)
    return Standing(
        left_at=left[0] if left else None, layers=layers, traces=[*_row_traces(layers), *traces], shared_files=shared
    )


def _find_layer(db: Connection, locality: Locality, row: dict[str, Any]) -> LayerStanding:
    """The standing of the layer in a row of LAYERS."""
    name: str = row['id']
    counts = _count_versions(db, name) if row['kind'] == 'features' else _count_cells(row)
    return LayerStanding(
        id=name,
        title=_title(locality, name),
        is_unit_layer=name in locality.place.unit_layers,
        is_computed=is_computed(locality, name),
        demo_releases=row['demo_releases'],
        agencies=row['agencies'],
        left_at=row['left_at'],
        **counts,
    )


def _count_cells(row: dict[str, Any]) -> dict[str, int]:
    """The figures of a coverage: what it serves is all demonstration data, or all real."""
    real = row['rows_total'] - row['demo_rows']
    return {'demo_rows': row['demo_rows'], 'edited_rows': 0, 'past_rows': 0, 'real_rows': real, 'open_conflicts': 0}


def _count_versions(db: Connection, name: str) -> dict[str, int]:
    """The figures of a layer of features."""
    with db.cursor() as cursor:
        cursor.execute('select catalog.list_demo_versions(%s)', [name])
        cursor.execute(ROWS)
        demo, edited, past = cursor.fetchone() or (0, 0, 0)
        cursor.execute(OPEN_CONFLICTS, [name])
        (conflicts,) = cursor.fetchone() or (0,)
    real = open_rows(db, name) - demo
    return {
        'demo_rows': demo, 'edited_rows': edited, 'past_rows': past, 'real_rows': real, 'open_conflicts': conflicts,
    }  # fmt: skip


def open_rows(db: Connection, layer_id: str) -> int:
    """How many features the layer has now."""
    with db.cursor() as cursor:
        cursor.execute('select to_regclass(%s)', [f'layer."{layer_id}"'])
        if cursor.fetchone() == (None,):
            return 0
        cursor.execute(sql.SQL('select count(*) from {}').format(sql.Identifier('layer', layer_id)))
        (count,) = cursor.fetchone() or (0,)
    return int(count)


def is_computed(locality: Locality, layer_id: str) -> bool:
    """Whether the platform itself makes the layer, from what other layers hold."""
    layer = locality.layers.get(layer_id)
    return layer_id in locality.own or (layer is not None and layer.made_by is not None)


def _title(locality: Locality, layer_id: str) -> Text:
    """The layer's title; the id of one whose file is gone."""
    if layer_id in locality.layers or layer_id in locality.coverages:
        return locality.described(layer_id).title
    return Text(vi=layer_id, en=layer_id)


def _row_traces(layers: Iterable[LayerStanding]) -> list[Trace]:
    rows: list[tuple[Kind, str, int]] = [('rows', layer.id, layer.demo_rows) for layer in layers]
    rows += [('past_rows', layer.id, layer.past_rows) for layer in layers]
    return [Trace(kind=kind, layer=layer, count=count) for kind, layer, count in rows if count]
