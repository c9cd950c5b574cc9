"""The query of a request for items: its parameters, and the page that they mean."""

import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from psycopg2 import sql

from dothi.api.http import parameters
from dothi.api.http.client_filter import FILTER, FILTER_CRS, FILTER_LANG, ClientFilter, requested_filter
from dothi.api.http.column_schemas import column_schema
from dothi.api.http.offer import Offer
from dothi.api.http.parameters import COMMON, BadParameter, Parameter, plain_text, request_parameters
from dothi.api.http.parsers import column_value, one_of, parse_boolean, parse_length, parse_names
from dothi.api.http.query_parameters import BBOX, BBOX_CRS, CRS, DATETIME, LIMIT, OFFSET
from dothi.api.http.served_crs import ServedCrs, default_crs
from dothi.api.http.service import Service, service
from dothi.api.http.snapshot import snapshot
from dothi.api.items.box import Box, read_box
from dothi.api.items.paging import BY_ID, Order, Values, order_by, order_of, read_cursor, rows_behind
from dothi.core.cql2.errors import UnknownProperty
from dothi.core.export.formats import PAGED
from dothi.core.filter_cost import require_affordable
from dothi.core.layer import Column, Layer
from dothi.core.layer_source import Times, source
from dothi.core.text import Text
from etl.editing.open_edits import OpenEdit, rows_with_edits

# Every term of `q` is looked for on its own.
LONGEST_SEARCH = 200
# Every open version, whatever it is valid.
ALWAYS = Times(None, None)


def example_filter(offer: Offer) -> str:
    """A CQL2 text about the first column with known values, else about the first."""
    for name, column in offer.columns.items():
        if column.domain and column.type == 'text':
            return f'"{name}" = \'{next(iter(column.domain))}\''
    return f'"{next(iter(offer.columns))}" is not null'


def _describe_search(offer: Offer) -> Text:
    names = ', '.join(searched_columns(offer.layer, offer.columns))
    return Text(
        vi=f'Từ cần tìm trong {names}; không cần dấu.', en=f'Words to search for in {names}, without accents too.'
    )


def parse_search(name: str, text: str) -> list[str]:
    """The terms to look for, each on its own."""
    # released text is NFC; some keyboards write decomposed letters
    terms = unicodedata.normalize('NFC', text)
    if len(terms) > LONGEST_SEARCH:
        raise BadParameter(
            vi=f'{name}: dài {len(terms)} ký tự, nhiều nhất {LONGEST_SEARCH}.',
            en=f'{name}: {len(terms)} characters long, {LONGEST_SEARCH} at most.',
        )
    return terms.split()


CURSOR = Parameter(
    'cursor',
    plain_text,
    {'type': 'string'},
    Text(
        vi='Chỗ bắt đầu của trang; chỉ lấy từ liên kết "next".',
        en='Where a page begins; only values from "next" links.',
    ),
)
PROPERTIES = Parameter(
    'properties',
    parse_names,
    lambda offer: {'type': 'array', 'items': {'type': 'string', 'enum': [*offer.columns]}},
    Text(vi='Thuộc tính cần có.', en='Properties to answer.'),
    example=lambda offer: [next(iter(offer.columns))],
)
SKIP_GEOMETRY = Parameter(
    'skipGeometry',
    parse_boolean,
    {'type': 'boolean', 'default': False},
    Text(vi='Bỏ hình học.', en='Leaves the geometry out.'),
)
SORTBY = Parameter(
    'sortby',
    parse_names,
    {'type': 'array', 'items': {'type': 'string'}},
    Text(vi='Sắp theo các thuộc tính; dấu - là giảm dần.', en='Properties to sort by; - before one sorts downwards.'),
    example=lambda offer: [f'-{next(iter(offer.columns))}', 'id'],
)
SEARCH = Parameter('q', parse_search, {'type': 'string'}, _describe_search, example='nam')
MAX_ALLOWABLE_OFFSET = Parameter(
    'max-allowable-offset',
    parse_length,
    {'type': 'number', 'minimum': 0},
    Text(
        vi='Giản lược hình học: lệch nhiều nhất chừng này, theo đơn vị của `crs`.',
        en='Generalises geometries, by at most so much, in units of `crs`.',
    ),
    example=0.001,
)
HEADERS = Parameter(
    'headers',
    one_of('names', 'titles'),
    {'type': 'string', 'enum': ['names', 'titles']},
    Text(vi='Đầu cột của csv và xlsx: mã hay tên cột.', en="Headings of csv and xlsx: the columns' names or titles."),
)
PAGE_PARAMETERS: tuple[Parameter[Any], ...] = (
    *COMMON, LIMIT, OFFSET, CURSOR, BBOX, BBOX_CRS, CRS, DATETIME, replace(FILTER, example=example_filter),
    FILTER_LANG, FILTER_CRS, PROPERTIES, SKIP_GEOMETRY, SORTBY, SEARCH, MAX_ALLOWABLE_OFFSET, HEADERS,
)  # fmt: skip
FEATURE_PARAMETERS: tuple[Parameter[Any], ...] = (*COMMON, CRS, MAX_ALLOWABLE_OFFSET, HEADERS)


@dataclass(frozen=True)
class Query:
    """A page of a layer: from where, which rows, which columns, in which order and system.

    geometry: SQL of a row's geometry as GeoJSON, None where it is left out. after: what the last feature of the page
    before has in the columns of `order`. only_box: whether nothing is left out but by paging and by `box`.
    """

    layer: Layer
    rows: sql.Composable
    conditions: list[sql.Composable]
    columns: dict[str, Column]
    crs: ServedCrs
    geometry: sql.Composable | None
    tolerance: float
    order: Order
    limit: int
    offset: int
    after: Values | None
    box: Box | None
    only_box: bool

    @property
    def whole(self) -> bool:
        """Whether the query selects all features, apart from paging."""
        return self.only_box and self.box is None

    @property
    def where(self) -> sql.Composable:
        """All conditions of the query, without that of the page."""
        return sql.SQL(' and ').join(self.conditions) if self.conditions else sql.SQL('true')

    @property
    def is_plain(self) -> bool:
        """Whether it is a page of the whole layer in the order of its ids."""
        return self.whole and self.order == (BY_ID,) and (self.after is None or str(self.after[0]).isdecimal())

    def limited_rows(
        self, most: sql.Composable, offset: sql.Composable, place: sql.Composable | None = None
    ) -> sql.Composable:
        """A statement with at most `most` of the matching rows, from the beginning of the page on.

        place: the condition of rows after those of the page before; by default with the values of that page's last.
        """
        behind = sql.SQL('true') if self.after is None else place or rows_behind(self.order, self.after)
        form = sql.SQL('select * from {} as f where {} and {} order by {} limit {} offset {}')
        return form.format(self.rows, self.where, behind, order_by(self.order), most, offset)


def page_parameters(columns: dict[str, Column]) -> tuple[Parameter[Any], ...]:
    """The parameters of a layer's items: PAGE_PARAMETERS, and one for each of its columns."""
    return (*PAGE_PARAMETERS, *_column_parameters(columns))


def _column_parameters(columns: dict[str, Column]) -> list[Parameter[sql.Composable]]:
    """`column=value`; a column that is called like a parameter of ours is reached by `filter` only."""
    own_names = {parameter.name for parameter in PAGE_PARAMETERS}
    return [_column_parameter(name, column) for name, column in columns.items() if name not in own_names]


def _column_parameter(name: str, column: Column) -> Parameter[sql.Composable]:
    return Parameter(
        name,
        column_value(column),
        lambda _offer: column_schema(column),
        lambda _offer: Text(vi='{column}: đúng bằng giá trị này', en='{column}: equal to this value').format(
            column=column.title
        ),
    )


def searched_columns(layer: Layer, columns: Collection[str]) -> list[str]:
    """The columns that `q` searches; where there are none, the layer has no such parameter."""
    return [name for name in layer.publish.search if name in columns]


def read_query(layer: Layer, form: str, service: Service, edits: Sequence[OpenEdit] = ()) -> Query:
    """The query of the current request, for an answer in the format `form`.

    edits: laid over the rows of the layer.
    Raises UnknownParameter, BadParameter, BadFilter, BadTime, UnservedCrs, TooExpensive.
    """
    words = (layer.id, form, *_words_without_place())
    remembered: Query | None = None if edits else service.plain_queries.get(words)
    if remembered is not None:
        return replace(remembered, offset=OFFSET.read() or 0, after=read_cursor(CURSOR.text, remembered.order))
    query = _read_all_words(layer, form, service, edits)
    if query.is_plain:
        service.plain_queries.keep(words, query)
    return query


def _words_without_place() -> list[tuple[str, str]]:
    """Names and values of the current request's parameters, without the values of those that say where a page begins.

    Their names stay: what comes twice is no request that was read before.
    """
    places = (OFFSET.name, CURSOR.name)
    return [(name, '' if name in places else value) for name, value in request_parameters().items(multi=True)]


def _read_all_words(layer: Layer, form: str, service: Service, edits: Sequence[OpenEdit]) -> Query:
    columns = layer.columns_for(service.audience)
    column_parameters = _remembered_column_parameters(layer, columns)
    parameters.refuse_unknown((*PAGE_PARAMETERS, *column_parameters))
    times, box, feature_filter = DATETIME.read(), read_box(), requested_filter()
    conditions = [*_equality_conditions(column_parameters), *_search_conditions(layer, columns)]
    only_box = not (feature_filter or conditions or edits) and times is None and layer.publish.validity is None
    if box is not None:
        conditions.append(box.touches(service.locality.srid))
    rows = source(layer, service.locality, service.audience, times)
    if edits:
        rows = rows_with_edits(rows, columns, edits)
    limits, order = service.limits, _read_order(layer, columns)
    crs = wanted_crs(form)
    return Query(
        layer=layer,
        rows=rows,
        conditions=conditions if only_box else _weigh_conditions(conditions, feature_filter, layer, rows),
        columns=_selected_columns(layer, columns),
        crs=crs,
        geometry=None if SKIP_GEOMETRY.read() else geometry_sql(layer, crs),
        tolerance=requested_tolerance(),
        order=order,
        limit=min(LIMIT.read() or limits.default_items, limits.max_items),
        offset=OFFSET.read() or 0,
        after=read_cursor(CURSOR.text, order),
        box=box,
        only_box=only_box,
    )


def feature_query(layer: Layer, feature_id: int, form: str) -> Query:
    """The query for one feature of the current request, as a page that holds nothing else."""
    columns, crs = layer.columns_for(service().audience), wanted_crs(form)
    return Query(
        layer=layer,
        rows=source(layer, service().locality, service().audience, ALWAYS),
        conditions=[sql.SQL('id = {}').format(sql.Literal(feature_id))],
        columns=columns,
        crs=crs,
        geometry=geometry_sql(layer, crs),
        tolerance=requested_tolerance(),
        order=order_of(layer, [], columns),
        limit=1,
        offset=0,
        after=None,
        box=None,
        only_box=False,
    )


def wanted_crs(form: str) -> ServedCrs:
    """The system of the answer's coordinates; raises UnservedCrs.

    JSON-LD and some files call them longitude and latitude, so there it is CRS84 whatever is asked for.
    """
    chosen, only_wgs84 = CRS.read() or default_crs(), form == 'jsonld' or (form in PAGED and PAGED[form].only_wgs84)
    return default_crs() if only_wgs84 else chosen


def geometry_sql(layer: Layer, crs: ServedCrs) -> sql.Composable:
    """SQL of a row's geometry as GeoJSON, generalised as the current request asks for it."""
    return geojson_sql(layer, crs, requested_tolerance())


def geojson_sql(layer: Layer, crs: ServedCrs, tolerance: float) -> sql.Composable:
    """SQL of a row's geometry as GeoJSON in `crs`, generalised by at most `tolerance` in its units."""
    return crs.geojson(service().locality.srid, tolerance, multi=layer.geometry.startswith('Multi'))


def requested_tolerance() -> float:
    """How far geometries may be from what is stored, in units of the request's system."""
    return MAX_ALLOWABLE_OFFSET.read() or 0.0


def _weigh_conditions(
    conditions: list[sql.Composable], client_filter_: ClientFilter | None, layer: Layer, rows: sql.Composable
) -> list[sql.Composable]:
    """The conditions and the filter, if they cost no more together than the audience may spend."""
    with snapshot() as db:
        if client_filter_ is not None:
            return [*conditions, client_filter_.condition(db, layer, rows, conditions)]
        require_affordable(db.rows, rows, conditions, service().audience)
    return conditions


def _remembered_column_parameters(layer: Layer, columns: dict[str, Column]) -> tuple[Parameter[sql.Composable], ...]:
    """`_column_parameters` of the layer; the same for each request to a service."""
    kept = service().column_parameters
    column_parameters = kept.get(layer.id)
    if column_parameters is None:
        column_parameters = tuple(_column_parameters(columns))
        kept.keep(layer.id, column_parameters)
    return column_parameters


def _equality_conditions(column_parameters: Iterable[Parameter[sql.Composable]]) -> list[sql.Composable]:
    arguments = request_parameters()
    return [
        sql.SQL('({} = {})').format(sql.Identifier(name), parameter.parse(name, arguments[name]))
        for parameter in column_parameters
        # without a value it is left out, as every other parameter: a form sends all of its fields
        if arguments.get(name := parameter.name)
    ]


def _search_conditions(layer: Layer, columns: dict[str, Column]) -> list[sql.Composable]:
    """`q`: every term, without regard to accents and case, in one of the layer's searchable columns."""
    terms = SEARCH.read() or []
    searched = [sql.Identifier(name) for name in searched_columns(layer, columns)]
    if terms and not searched:
        raise BadParameter(
            vi=f'q: lớp "{layer.id}" không có cột để tìm kiếm.', en=f'q: "{layer.id}" has no column to search in.'
        )
    return term_conditions(searched, terms)


def term_conditions(searched: list[sql.Identifier], terms: list[str]) -> list[sql.Composable]:
    """SQL of a condition for each term: it is in one of the columns, without regard to accents and case."""
    joined = sql.SQL("concat_ws(' ', {})").format(sql.SQL(', ').join(searched))
    form = sql.SQL('(strpos({}, {}) > 0)')
    return [form.format(plain_text_of(joined), plain_text_of(sql.Literal(term))) for term in terms]


def plain_text_of(text: sql.Composable) -> sql.Composable:
    """SQL of the text without accents, in small letters."""
    return sql.SQL('lower(public.unaccent({}))').format(text)


def _selected_columns(layer: Layer, columns: dict[str, Column]) -> dict[str, Column]:
    """The columns of the answer; none where `properties` is empty."""
    if not PROPERTIES.is_present:
        return columns
    return {name: columns[_require_column(name, layer, columns)] for name in PROPERTIES.read() or []}


def _read_order(layer: Layer, columns: dict[str, Column]) -> Order:
    terms = []
    for name in SORTBY.read() or []:
        # an unescaped + has arrived as a space, which is gone
        sign = name[:1] if name not in columns and name[:1] in ('+', '-') else ''
        terms.append((_require_column(name.removeprefix(sign), layer, [*columns, 'id']), sign == '-'))
    return order_of(layer, terms, columns)


def _require_column(name: str, layer: Layer, columns: Iterable[str]) -> str:
    if name not in columns:
        raise UnknownProperty.of(name, layer.id, columns)
    return name
