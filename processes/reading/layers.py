"""Layers, rasters and coordinate systems as an analysis sees them: those of its audience, narrowed by a filter."""

import json
from contextlib import suppress
from typing import Any

from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from dothi.core.cql2 import where
from dothi.core.crs import UnknownCrs, srid_of
from dothi.core.errors import DataRefused, EnvironmentMissing, WrongUse
from dothi.core.layer import Audience, Layer
from dothi.core.locality import Locality, UnknownLayer
from dothi.core.released_raster import Raster, released_raster
from dothi.core.text import Text
from processes.inputs import LayerRef

# CQL2 as text, or as its JSON.
type Filter = str | dict[str, Any]


class NoSuchColumn(WrongUse):
    """The layer lacks a column that the analysis needs, or this audience may not see it."""


class NotDelivered(EnvironmentMissing):
    """A layer that the analysis needs has no release yet."""


class NothingThen(DataRefused):
    """A layer had no data at the time that was asked for."""


class NothingPasses(DataRefused):
    """A filter lets nothing through, so that there is nothing to compute with."""


def nothing_then(layer_id: str, datetime: str) -> NothingThen:
    """The error for a layer whose first release came later."""
    return NothingThen(
        vi=f'Lớp "{layer_id}" chưa có dữ liệu vào lúc {datetime}. Chọn thời điểm sau bản phát hành đầu tiên.',
        en=f'The layer "{layer_id}" had no data at {datetime}. Choose a time after its first release.',
    )


def must_be_unfiltered(layer_ref: LayerRef, narrowed_by: object = None) -> None:
    """Raises NothingPasses where a filter was given for a layer of which nothing was read."""
    filters = [text for text in (layer_ref.filter, narrowed_by) if text is not None]
    if filters:
        excerpt = ' AND '.join(str(text)[:200] for text in filters)
        day = layer_ref.datetime
        raise NothingPasses(
            vi=f'Không có đối tượng nào của {layer_ref.phrase.vi}{f" vào {day}" if day else ""} qua bộ lọc {excerpt}. '
            f'Kiểm tra giá trị trong bộ lọc{", và ngày" if day else ""}.',
            en=f'No feature of {layer_ref.phrase.en}{f" on {day}" if day else ""} passes the filter {excerpt}. '
            f'Check the values in the filter{", and the day" if day else ""}.',
        )


def not_delivered(layer_id: str) -> NotDelivered:
    """The error for a layer without a release."""
    return NotDelivered(
        vi=f'Lớp "{layer_id}" chưa có dữ liệu. Chọn lớp khác, hoặc chờ đến khi được phát hành.',
        en=f'The layer "{layer_id}" has no data yet. Choose another, or wait until it is released.',
        steward=Text(
            vi=f'Nạp bằng "dothi deliver TỆP --layer {layer_id}".',
            en=f'Deliver it: "dothi deliver FILE --layer {layer_id}".',
        ),
    )


def visible_layer(layer_id: str, locality: Locality, audience: Audience) -> Layer:
    """The layer `layer_id`; one that `audience` may not see is as unknown to it as one that is not there."""
    visible = locality.layers_for(audience)
    if layer_id not in visible and layer_id not in locality.broken:
        raise UnknownLayer.with_suggestion(
            layer_id, visible, vi=f'không có lớp "{layer_id}".', en=f'there is no layer "{layer_id}".'
        )
    return locality.layer(layer_id)


def column_identifier(layer: Layer, name: str, audience: Audience) -> sql.Identifier:
    """The column `name`, or `id`, for use in SQL; raises NoSuchColumn with the nearest name."""
    visible = ['id', *layer.columns_for(audience)]
    if name not in visible:
        raise NoSuchColumn.with_suggestion(
            name,
            visible,
            vi=f'Lớp "{layer.id}" không có cột "{name}".',
            en=f'The layer "{layer.id}" has no column "{name}".',
        )
    return sql.Identifier(name)


def filter_condition(layer: Layer, filter: Filter, locality: Locality, audience: Audience) -> sql.Composable:
    """The SQL condition that the CQL2 filter means, its values already in it."""
    if isinstance(filter, str):
        return where.condition(layer, filter, srid=locality.srid, audience=audience)
    return where.condition(layer, json.dumps(filter), srid=locality.srid, audience=audience, language='cql2-json')


def open_raster(db: Connection, coverage_id: str, locality: Locality, audience: Audience) -> Raster:
    """What the coverage holds now; raises UnknownLayer, NotDelivered, MissingRaster."""
    coverages = locality.coverages_for(audience)
    if coverage_id not in coverages:
        raise UnknownLayer.with_suggestion(
            coverage_id, coverages, vi=f'"{coverage_id}" không phải là raster.', en=f'"{coverage_id}" is no coverage.'
        )
    released = released_raster(db, coverages[coverage_id])
    if released is None:
        raise not_delivered(coverage_id)
    return released


class UnservedCrs(WrongUse):
    """A coordinate system that the locality does not offer."""


def served_srid(text: str | None, locality: Locality) -> int:
    """EPSG number of the system that is asked for, the working CRS when none is; raises UnservedCrs."""
    if text is None:
        return locality.srid
    codes = {srid_of(code): code for code in locality.place.served_crs}
    with suppress(UnknownCrs):
        if (srid := srid_of(text)) in codes:
            return srid
    raise UnservedCrs.with_suggestion(
        text,
        codes.values(),
        vi=f'crs={text}: không phục vụ hệ tọa độ này.',
        en=f'crs={text}: this coordinate system is not served.',
    )
