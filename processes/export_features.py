"""Features of a layer as a file, for what is too large to wait for. How to use it: docs/how-to/download-data.md."""

from typing import Any, ClassVar, Literal

from psycopg2 import sql

from dothi.core.access.person import Action
from dothi.core.errors import WrongUse
from dothi.core.export.extract import Extract
from dothi.core.export.formats import FORMATS, FormatName
from dothi.core.layer import Column, Layer
from dothi.core.layer_source import parse_times
from dothi.core.text import Text
from processes.base import Process, ProgressCallback
from processes.data import Data
from processes.inputs import LANG, LayerRef, ProcessInputs, input_field
from processes.outputs import Output, ResultFile
from processes.reading.layers import column_identifier, served_srid

WRITING = Text(vi='Đang ghi tệp', en='Writing the file')


class NotACollection(WrongUse):
    """The input is no collection: features that were sent along, or a result, need no export."""


class BadBox(WrongUse):
    """A bounding box that is not west, south, east, north."""


class Inputs(ProcessInputs):
    """What the reader may choose."""

    collection: LayerRef = input_field(
        Text(vi='Lớp', en='Collection'), Text(vi='Lớp cần xuất.', en='The collection to export.')
    )
    format: FormatName = input_field(
        Text(vi='Định dạng', en='Format'),
        Text(vi='Định dạng của tệp; parquet là GeoParquet.', en='Format of the file; parquet is GeoParquet.'),
        default='gpkg',
    )
    filter: str | dict[str, Any] | None = input_field(
        Text(vi='Bộ lọc', en='Filter'),
        Text(vi='Bộ lọc CQL2, dạng chữ hoặc JSON.', en='CQL2 filter, as text or as JSON.'),
        default=None,
        filters='collection',
    )
    bbox: list[float] | None = input_field(
        Text(vi='Khung', en='Box'),
        Text(
            vi='Tây, nam, đông, bắc, theo kinh độ và vĩ độ (CRS84).',
            en='West, south, east, north, in longitude and latitude (CRS84).',
        ),
        default=None,
        min_length=4,
        max_length=4,
    )
    datetime: str | None = input_field(
        Text(vi='Thời gian', en='Time'),
        Text(
            vi='Thời điểm hoặc khoảng thời gian theo RFC 3339, như ở /items; "../.." cho mọi phiên bản có hiệu lực.',
            en='An instant or interval of RFC 3339, as for /items; "../.." gives all that was ever valid.',
        ),
        default=None,
    )
    crs: str | None = input_field(
        Text(vi='Hệ tọa độ', en='Coordinate system'),
        Text(
            vi='Mã EPSG hoặc URI; bỏ trống là hệ lưu trữ. Tọa độ luôn đông trước, bắc sau.',
            en='EPSG code or URI; that of the storage when left out. Coordinates have east before north.',
        ),
        default=None,
    )
    properties: list[str] | None = input_field(
        Text(vi='Thuộc tính', en='Properties'),
        Text(vi='Các cột cần có; bỏ trống là tất cả.', en='Columns to write; all when left out.'),
        default=None,
        column_of='collection',
    )
    headers: Literal['names', 'titles'] | None = input_field(
        Text(vi='Tiêu đề cột', en='Headings'),
        Text(
            vi='Của csv và xlsx: names là mã cột, titles là tên cột.',
            en="Of csv and xlsx: the columns' names or their titles.",
        ),
        default=None,
    )
    lang: Literal['vi', 'en'] = LANG


class ExportFeatures(Process[Inputs]):
    """A file with the chosen features."""

    takes_scenario = False
    title = Text(vi='Xuất dữ liệu ra tệp', en='Export of features')
    description = Text(
        vi='Ghi các đối tượng của một lớp, cả lớp hoặc phần được lọc, ra một tệp để tải về.',
        en='Writes the features of a layer, all or those that a filter lets through, into a file to download.',
    )
    example: ClassVar[dict[str, Any]] = {'collection': 'buildings', 'format': 'gpkg', 'filter': 'floors >= 3'}
    run_action = Action.DOWNLOAD
    outputs: ClassVar[dict[str, Output]] = {
        'result': Output(Text(vi='Tệp', en='File'), tuple(form.media_type for form in FORMATS.values()))
    }

    def downloaded_layer(self, inputs: Inputs) -> str | None:
        """The layer."""
        return inputs.collection.collection

    def run(self, inputs: Inputs, data: Data, progress: ProgressCallback) -> ResultFile:
        """The file, which is called after layer and release."""
        extract = extract_of(inputs, data)
        (all_rows,) = data.rows(sql.SQL('select count(*) from ({}) as f').format(extract.select(sql.SQL('1'))))
        total = all_rows['count']
        chosen = FORMATS[inputs.format]
        name = f'{extract.file_name}.{chosen.name}'
        draft = data.draft(name)
        with data.evaluation():
            chosen.write(data.db, extract, draft, lambda done: progress(done / max(total, 1), WRITING))
        return ResultFile(draft, chosen.media_type, name, total)


def extract_of(inputs: Inputs, data: Data) -> Extract:
    """The rows that `inputs` ask for."""
    at = inputs.datetime or inputs.collection.datetime
    times = parse_times(at) if at else None
    if inputs.collection.collection is None:
        raise NotACollection(
            vi='Đầu vào "collection": chỉ xuất được lớp. Kết quả của tác vụ có sẵn ở /jobs/{id}/results.',
            en='Input "collection": only collections are exported. The result of a job is at /jobs/{id}/results.',
        )
    layer, rows = data.source(inputs.collection, inputs.filter, _filter_by_box(inputs.bbox), times=times)
    return Extract(
        layer=layer,
        columns=_chosen_columns(layer, inputs.properties, data),
        release=data.read(layer, times) or data.release(layer),
        tail=sql.SQL('from {} order by id').format(rows),
        srid=served_srid(inputs.crs, data.locality),
        working_srid=data.locality.srid,
        lang=inputs.lang,
        headers=inputs.headers or FORMATS[inputs.format].headings,
    )


def _chosen_columns(layer: Layer, names: list[str] | None, data: Data) -> dict[str, Column]:
    """The columns to write; raises NoSuchColumn, also for one that the reader may not see."""
    visible = layer.columns_for(data.audience)
    for name in names or ():
        column_identifier(layer, name, data.audience)
    return visible if names is None else {name: visible[name] for name in names}


def _filter_by_box(box: list[float] | None) -> str | None:
    """The box as a filter; raises BadBox. West of it may be a larger number than east: it then crosses 180°."""
    if box is None:
        return None
    west, south, east, north = box
    if south > north or max(map(abs, box)) > 360:
        raise BadBox(
            vi=f'bbox={box}: viết là tây, nam, đông, bắc, theo kinh độ và vĩ độ.',
            en=f'bbox={box}: write west, south, east, north, in longitude and latitude.',
        )
    return f'S_INTERSECTS(geom, BBOX({west!r}, {south!r}, {east!r}, {north!r}))'
