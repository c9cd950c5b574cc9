"""What a request for records asks for, and which records answer it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from psycopg2 import sql

from dothi.api.http import parameters
from dothi.api.http.client_filter import ClientFilter, requested_filter
from dothi.api.http.language import language
from dothi.api.http.parameters import COMMON, BadParameter, request_parameters
from dothi.api.http.served_crs import CRS84
from dothi.api.http.service import service
from dothi.api.http.snapshot import Snapshot
from dothi.api.records.catalogue import Holdings
from dothi.api.records.queryables import CATALOGUE, SORTABLES, records_relation
from dothi.core.cql2.errors import UnknownProperty
from dothi.core.crs import WGS84
from dothi.core.layer_source import BadTime, Times, parse_times
from dothi.core.text import search_key

# Equal to one of the values, which commas separate.
ONE_OF = {'ids': 'id', 'type': 'type', 'theme': 'theme', 'agency': 'agency', 'license': 'license', 'access': 'access'}
# One of the values is among the record's.
AMONG = {'keywords': 'keywords', 'language': 'languages', 'externalIds': 'external_ids'}
# A time within an interval, as in `datetime`.
WITHIN = ('updated', 'nextUpdateDue')
CRS_PARAMETERS = ('crs', 'bbox-crs', 'filter-crs')
OWN = (
    'limit', 'offset', 'q', 'bbox', 'datetime', 'sortby', 'filter', 'filter-lang', *CRS_PARAMETERS, *ONE_OF, *AMONG,
    *WITHIN,
)  # fmt: skip
DEFAULT_ORDER = (('title', 'asc'),)
# Vietnamese letters in the order of the alphabet, and not of their code points.
ORDERED = {'title': 'title collate "vi-x-icu"'}


@dataclass(frozen=True)
class RecordPage:
    """How many records match, and the ids of those on the page, in order."""

    matched: int
    ids: list[str]


@dataclass(frozen=True)
class RecordQuery:
    """A page of records: conditions beside the filter, the filter, order, and place of the page."""

    conditions: list[sql.Composable]
    filter: ClientFilter | None
    order: list[sql.Composable]
    limit: int
    offset: int


def read_asked() -> RecordQuery:
    """What the current request asks for; raises UnknownParameter, BadParameter, BadFilter, BadTime."""
    parameters.refuse_unknown((*COMMON, *OWN))
    limits = service().limits
    for name in CRS_PARAMETERS:
        _only_crs84(name)
    return RecordQuery(
        conditions=[condition for read in READERS for condition in read()],
        filter=_read_filter(),
        order=_order_terms(),
        limit=min(parameters.whole_number('limit', limits.default_items, 1), limits.max_items),
        offset=parameters.whole_number('offset', 0, 0),
    )


def find_records(db: Snapshot, among: Holdings, record_query: RecordQuery) -> RecordPage:
    """The records that `record_query` means; raises BadFilter, UnknownProperty, TooExpensive."""
    records = sql.SQL('{} as records').format(records_relation(among.rows[language()]))
    conditions = [*record_query.conditions]
    if record_query.filter is not None:
        rows = sql.SQL('(select * from {})').format(records)
        conditions.append(record_query.filter.condition(db, CATALOGUE, rows, conditions, srid=WGS84))
    order = sql.SQL(', ').join([*record_query.order, sql.SQL('id')])
    statement = sql.SQL("""
        with found as materialized (
            select id, row_number() over (order by {order}) as place from {records} where {conditions}
        )
        select
            (select count(*) from found),
            array(select id from found where place > {first} and place <= {last} order by place)""").format(
        order=order,
        records=records,
        conditions=sql.SQL(' and ').join(conditions or [sql.SQL('true')]),
        first=sql.Literal(record_query.offset),
        last=sql.Literal(record_query.offset + record_query.limit),
    )
    ((matched, ids),) = db.rows(statement)
    return RecordPage(matched, ids)


def _only_crs84(name: str) -> None:
    if request_parameters().get(name, '').strip('[]') not in ('', CRS84):
        raise BadParameter(
            vi=f'{name}: bản ghi chỉ có ở hệ {CRS84}.', en=f'{name}: records come in the system {CRS84} only.'
        )


def _parameter_values(name: str) -> list[str]:
    return [part.strip() for part in request_parameters().get(name, '').split(',') if part.strip()]


def _one_of() -> list[sql.Composable]:
    by_column = {column: _parameter_values(name) for name, column in ONE_OF.items()}
    form = sql.SQL('({} = any({}))')
    return [form.format(sql.Identifier(column), sql.Literal(values)) for column, values in by_column.items() if values]


def _among_conditions() -> list[sql.Composable]:
    by_column = {column: _parameter_values(name) for name, column in AMONG.items()}
    by_column['keywords'] = [search_key(keyword) for keyword in by_column['keywords']]
    form = sql.SQL('({} ?| {})')
    return [form.format(sql.Identifier(column), sql.Literal(values)) for column, values in by_column.items() if values]


def _search_conditions() -> list[sql.Composable]:
    """`q`: one of the phrases between commas; the words of a phrase follow one another, whatever accents they have."""
    phrases = [' '.join(search_key(phrase).split()) for phrase in _parameter_values('q')]
    conditions = [sql.SQL('strpos(words, {}) > 0').format(sql.Literal(phrase)) for phrase in phrases]
    return [sql.SQL('({})').format(sql.SQL(' or ').join(conditions))] if conditions else []


def _box_conditions() -> list[sql.Composable]:
    """Records that touch the box; also those without a place, as the standard says (17-069r4, requirement 24)."""
    box = parameters.read_bbox()
    if box is None:
        return []
    west, south, east, north = box
    if south > north:
        raise BadParameter(
            vi=f'bbox={request_parameters()["bbox"]}: góc dưới trái phải đứng trước góc trên phải.',
            en=f'bbox={request_parameters()["bbox"]}: the lower left corner comes before the upper right one.',
        )
    parts = [(west, east)] if west <= east else [(west, 180.0), (-180.0, east)]
    touching = [
        sql.SQL('ST_Intersects(geom, ST_MakeEnvelope({}, {}, {}, {}, {}))').format(
            *map(sql.Literal, (x1, south, x2, north, WGS84))
        )
        for x1, x2 in parts
    ]
    return [sql.SQL('(geom is null or {})').format(sql.SQL(' or ').join(touching))]


def _datetime_conditions() -> list[sql.Composable]:
    """Records whose time meets the interval; one without a time has no end on either side."""
    times = parameters.read_datetime()
    return _meets_conditions(times, sql.Identifier('begins'), sql.Identifier('ends')) if times else []


def _within_conditions() -> list[sql.Composable]:
    conditions: list[sql.Composable] = []
    for name in WITHIN:
        text = request_parameters().get(name, '').strip()
        if text:
            at = sql.SQL("({}::timestamp at time zone 'UTC')" if name == 'nextUpdateDue' else '{}').format(
                sql.Identifier(name)
            )
            conditions += [sql.SQL('({} is not null)').format(at), *_meets_conditions(_read_times(name, text), at, at)]
    return conditions


def _read_times(name: str, text: str) -> Times:
    """As `parse_times`, in whose errors the parameter is called `name`."""
    try:
        return parse_times(text)
    except BadTime as error:
        vi, en = (message.replace('datetime=', f'{name}=', 1) for message in (error.text.vi, error.text.en))
        raise BadTime(vi, en) from None


def _meets_conditions(times: Times, begins: sql.Composable, ends: sql.Composable) -> list[sql.Composable]:
    parts = []
    if times.end:
        parts.append(sql.SQL('({} <= {})').format(begins, sql.Literal(times.end)))
    if times.begin:
        parts.append(sql.SQL('({} >= {})').format(ends, sql.Literal(times.begin)))
    return cast(list[sql.Composable], parts)


def _read_filter() -> ClientFilter | None:
    parsed_filter = requested_filter()
    if parsed_filter is not None:
        parsed_filter.check(CATALOGUE)
    return parsed_filter


READERS: tuple[Callable[[], list[sql.Composable]], ...] = (
    _one_of,
    _among_conditions,
    _search_conditions,
    _box_conditions,
    _datetime_conditions,
    _within_conditions,
)


def _order_terms() -> list[sql.Composable]:
    """The wanted order, or by title; what has no value comes last, upwards and downwards."""
    sort_keys = [
        (part.lstrip('+-').strip(), 'desc' if part.startswith('-') else 'asc') for part in _parameter_values('sortby')
    ]
    order = [(name, direction) for name, direction in sort_keys if name] or DEFAULT_ORDER
    for name, _ in order:
        if name not in SORTABLES:
            raise UnknownProperty.of(name, CATALOGUE.id, SORTABLES)
    return [
        sql.SQL('{} {} nulls last').format(
            sql.SQL(ORDERED[name]) if name in ORDERED else sql.Identifier(name), sql.SQL(direction)
        )
        for name, direction in order
    ]
