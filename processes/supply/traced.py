"""What a trace finds, whatever flows in the network, and how it reads and draws what it needs."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from psycopg2 import sql

from dothi.core.arrays import Bools, Floats, Ints
from dothi.core.errors import NotFound
from dothi.core.text import Text
from processes.data import HOMES, Data, Homes
from processes.geojson import geojson_feature
from processes.inputs import LayerRef
from processes.reading.layers import column_identifier

# A plant feeds the node, and a line leads to the station, that is nearest to it and not farther than this.
TOUCH_M = 50.0

# A layer, and what is told of those of its features that are drawn, by id.
type LayerMembers = tuple[LayerRef, dict[int, dict[str, Any]]]
type Rows = list[dict[str, Any]]


class UnknownAsset(NotFound):
    """The network has nothing with this code."""


class NothingFailed(NotFound):
    """No feature passes the filter of what fails."""


@dataclass(frozen=True)
class AffectedHomes:
    """Homes without supply: their numbers, the code of what each of them is on, and the way to it; shape (a,)."""

    home: Ints
    on: list[str]
    distance_m: Floats


@dataclass(frozen=True)
class Trace:
    """What an event does. facts: for the summary. affected: which homes lose supply."""

    network: LayerMembers
    controls: LayerMembers
    facts: dict[str, Any]
    caveats: Sequence[Text]
    affected: Callable[[Homes], AffectedHomes]


def read_rows(layer_ref: LayerRef, data: Data, *names: str) -> Rows:
    """id, code, WKB and the named columns of every feature, in the order of their codes."""
    layer, rows = data.source(layer_ref)
    code = column_identifier(layer, layer.identifier, data.audience)
    identifiers = [column_identifier(layer, name, data.audience) for name in names]
    columns = sql.SQL(', ').join([sql.SQL('id'), sql.SQL('{}::text as code').format(code), *identifiers])
    return data.rows(sql.SQL('select {}, ST_AsBinary(geom) as wkb from {} order by 2').format(columns, rows))


def failing_rows(failed: LayerRef, among: LayerRef, network: Rows, data: Data) -> Bools:
    """Which rows of the layer `among` have a code of what fails; raises NothingFailed, UnknownAsset."""
    codes = [row['code'] for row in read_rows(failed, data)]
    network_codes = [row['code'] for row in network]
    if not codes:
        raise NothingFailed(
            vi=f'Không đối tượng nào của {failed.phrase.vi} qua bộ lọc. Kiểm tra mã trong bộ lọc.',
            en=f'No feature of {failed.phrase.en} passes the filter. Check the code in it.',
        )
    unknown = sorted({*codes} - {*network_codes})
    if unknown:
        raise UnknownAsset(
            vi=f'Không có mã "{unknown[0]}" trong {among.phrase.vi}. Đầu vào "failed" phải chọn đối tượng của lớp này.',
            en=f'There is no "{unknown[0]}" in {among.phrase.en}. The input "failed" has to name features of it.',
        )
    return np.isin(np.array(network_codes, dtype=object), codes)


def traced_features(layer_ref: LayerRef, members: dict[int, dict[str, Any]], data: Data) -> list[Any]:
    """The features with these ids, in the order of their codes, each with its code and what is told of it."""
    layer, rows = data.source(layer_ref)
    query = sql.SQL(
        'select id, {}::text as code, ST_AsGeoJSON(geom_wgs84, 7) as geometry from {} where id = any({}) order by 2'
    ).format(column_identifier(layer, layer.identifier, data.audience), rows, sql.Literal([*members]))
    return [
        geojson_feature(row['id'], json.loads(row['geometry']), {'code': row['code'], **members[row['id']]})
        for row in (data.rows(query) if members else [])
    ]


def without_supply(homes: Homes, affected: AffectedHomes) -> LayerMembers:
    """The buildings that lose supply, with their people and what they are on."""
    ids, people = homes.ids[affected.home].tolist(), homes.population[affected.home].tolist()
    rows = zip(ids, people, affected.on, affected.distance_m.round(2).tolist(), strict=True)
    return HOMES, {
        home_id: {'people': int(n), 'on': on, 'distance_m': distance_m} for home_id, n, on, distance_m in rows
    }
