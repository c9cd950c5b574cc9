"""What a request for records asks for, and which records answer it."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Any, cast

from psycopg2 import sql

from dothi.api.http import parameters
from dothi.api.http.client_filter import FILTER, FILTER_LANG, ClientFilter, requested_filter
from dothi.api.http.language import language
from dothi.api.http.offer import Offer
from dothi.api.http.parameters import COMMON, BadParameter, Parameter, Schema
from dothi.api.http.parsers import parse_datetime, parse_names
from dothi.api.http.query_parameters import BBOX, DATETIME, LIMIT, OFFSET, corners_reversed
from dothi.api.http.served_crs import CRS84
from dothi.api.http.service import service
from dothi.api.http.snapshot import Snapshot
from dothi.api.records.catalogue import Holdings
from dothi.api.records.queryables import CATALOGUE, KINDS, QUERYABLES, SORTABLES, records_relation
from dothi.core.cql2.errors import UnknownProperty
from dothi.core.crs import WGS84
from dothi.core.layer_source import Times
from dothi.core.text import LANGUAGES, Text, search_key


def _parse_keywords(name: str, text: str) -> list[str]:
    """Words that commas separate, without accents and case."""
    return [search_key(word) for word in parse_names(name, text)]


def _parse_phrases(name: str, text: str) -> list[str]:
    """Phrases that commas separate, without accents and case, with one space between words."""
    return [' '.join(word.split()) for word in _parse_keywords(name, text)]


def _parse_crs84(name: str, text: str) -> None:
    """Nothing; raises BadParameter for every system but the one in which records come."""
    if text.strip('[]') != CRS84:
        raise BadParameter(
            vi=f'{name}: bản ghi chỉ có ở hệ {CRS84}.', en=f'{name}: records come in the system {CRS84} only.'
        )


def _values_parameter(
    name: str, description: Text, codes: Callable[[Offer], Collection[str]] | None = None, example: str | None = None
) -> Parameter[list[str]]:
    """A parameter for several values with commas between them. codes: the values that there are, where they are few."""

    def schema(offer: Offer) -> Schema:
        return {'type': 'array', 'items': {'type': 'string', **({'enum': [*codes(offer)]} if codes else {})}}

    parse = _parse_keywords if name == 'keywords' else parse_names
    return Parameter(name, parse, schema, description, example=[example] if example else None)


def _title(name: str) -> Text:
    title = QUERYABLES[name].title
    return Text(vi='{title}.', en='{title}.').format(title=title)


def _interval_parameter(name: str) -> Parameter[Times]:
    title = QUERYABLES[name].title
    text = Text(vi='{title}: trong khoảng này (RFC 3339).', en='{title}: within this interval of RFC 3339.').format(
        title=title
    )
    return Parameter(name, parse_datetime, {'type': 'string'}, text, example='../2030-01-01')


# Equal to one of the values: the parameter by the column of records that it is compared with.
ONE_OF = {
    'id': _values_parameter('ids', Text(vi='Mã bản ghi.', en='Ids of records.'), example='document-decree-14-2014'),
    'type': _values_parameter('type', _title('type'), lambda _offer: KINDS),
    'theme': _values_parameter('theme', _title('theme'), lambda offer: sorted({of.theme for of in offer.layers})),
    'agency': _values_parameter('agency', _title('agency'), lambda offer: sorted({of.agency for of in offer.layers})),
    'license': _values_parameter('license', _title('license')),
    'access': _values_parameter('access', _title('access'), lambda _offer: ('public', 'internal')),
}
# One of the values is among the record's.
AMONG = {
    'keywords': _values_parameter(
        'keywords',
        Text(vi='Có một trong các từ khóa, không cần dấu.', en='With one of these keywords; accents do not matter.'),
        example='sieu du lieu',
    ),
    'languages': _values_parameter(
        'language', Text(vi='Tài nguyên có ở ngôn ngữ này.', en='Resources in this language.'), lambda _offer: LANGUAGES
    ),
    'external_ids': _values_parameter(
        'externalIds',
        Text(vi='Số hiệu, hoặc hệ:số hiệu.', en='External ids: value, scheme: or scheme:value.'),
        example='14/2014/ND-CP',
    ),
}
# A time within an interval, as in `datetime`.
WITHIN = tuple(map(_interval_parameter, ('updated', 'nextUpdateDue')))
ONLY_CRS84 = tuple(
    Parameter(
        name,
        _parse_crs84,
        {'type': 'string', 'format': 'uri', 'enum': [CRS84], 'default': CRS84},
        Text(vi='Bản ghi chỉ có ở hệ tọa độ này.', en='Records come in this coordinate system only.'),
    )
    for name in ('crs', 'bbox-crs', 'filter-crs')
)
PHRASES = Parameter(
    'q',
    _parse_phrases,
    {'type': 'array', 'items': {'type': 'string'}},
    Text(
        vi='Cụm từ cần tìm, không cần dấu; dấu phẩy nghĩa là hoặc.',
        en='Phrases to search for, accents do not matter; a comma means or.',
    ),
    example=['du lieu'],
)
SORTBY = Parameter(
    'sortby',
    parse_names,
    {'type': 'array', 'minItems': 1, 'items': {'type': 'string', 'pattern': f'[+-]?({"|".join(SORTABLES)})'}},
    Text(
        vi='Sắp theo các thuộc tính; dấu - là giảm dần.', en='Properties to sort by; - before one sorts it downwards.'
    ),
    example=['-updated'],
)
PARAMETERS: tuple[Parameter[Any], ...] = (
    *COMMON,
    LIMIT,
    replace(OFFSET, description=Text(vi='Số bản ghi bỏ qua ở đầu.', en='Records to leave out at the beginning.')),
    PHRASES,
    BBOX,
    replace(
        DATETIME,
        description=Text(
            vi='Bản ghi có thời gian giao với khoảng này (RFC 3339).',
            en='Records whose time meets this instant or interval of RFC 3339.',
        ),
        example='2014-01-01/2014-12-31',
    ),
    SORTBY,
    FILTER,
    FILTER_LANG,
    *ONLY_CRS84,
    *ONE_OF.values(),
    *AMONG.values(),
    *WITHIN,
)
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


def read_record_query() -> RecordQuery:
    """What the current request asks for; raises UnknownParameter, BadParameter, BadFilter, BadTime."""
    parameters.refuse_unknown(PARAMETERS)
    limits = service().limits
    for parameter in ONLY_CRS84:
        parameter.read()
    return RecordQuery(
        conditions=[condition for read in READERS for condition in read()],
        filter=_read_filter(),
        order=_order_terms(),
        limit=min(LIMIT.read() or limits.default_items, limits.max_items),
        offset=OFFSET.read() or 0,
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


def _one_of() -> list[sql.Composable]:
    return _value_conditions('({} = any({}))', ONE_OF)


def _among_conditions() -> list[sql.Composable]:
    return _value_conditions('({} ?| {})', AMONG)


def _value_conditions(form: str, by_column: dict[str, Parameter[list[str]]]) -> list[sql.Composable]:
    values = {column: parameter.read() for column, parameter in by_column.items()}
    return [
        sql.SQL(form).format(sql.Identifier(column), sql.Literal(texts)) for column, texts in values.items() if texts
    ]


def _search_conditions() -> list[sql.Composable]:
    """`q`: one of the phrases between commas; the words of a phrase follow one another, whatever accents they have."""
    phrases = PHRASES.read() or []
    conditions = [sql.SQL('strpos(words, {}) > 0').format(sql.Literal(phrase)) for phrase in phrases]
    return [sql.SQL('({})').format(sql.SQL(' or ').join(conditions))] if conditions else []


def _box_conditions() -> list[sql.Composable]:
    """Records that touch the box; also those without a place, as the standard says (17-069r4, requirement 24)."""
    box = BBOX.read()
    if box is None:
        return []
    west, south, east, north = box
    if south > north:
        raise corners_reversed()
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
    times = DATETIME.read()
    return _meets_conditions(times, sql.Identifier('begins'), sql.Identifier('ends')) if times else []


def _within_conditions() -> list[sql.Composable]:
    conditions: list[sql.Composable] = []
    for parameter in WITHIN:
        times = parameter.read()
        if times:
            name = parameter.name
            at = sql.SQL("({}::timestamp at time zone 'UTC')" if name == 'nextUpdateDue' else '{}').format(
                sql.Identifier(name)
            )
            conditions += [sql.SQL('({} is not null)').format(at), *_meets_conditions(times, at, at)]
    return conditions


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
    sort_keys = [(name.lstrip('+-').strip(), 'desc' if name.startswith('-') else 'asc') for name in SORTBY.read() or []]
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
