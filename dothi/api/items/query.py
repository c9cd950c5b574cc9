"""What a request for items asks for, read from its parameters."""

import unicodedata
from dataclasses import dataclass

from psycopg2 import sql

from dothi.api.http import client_filter, parameters
from dothi.api.http.client_filter import ClientFilter, requested_filter
from dothi.api.http.parameters import COMMON, BadParameter, request_parameters
from dothi.api.http.served_crs import ServedCrs, chosen_crs
from dothi.api.http.service import Service, service
from dothi.api.http.snapshot import snapshot
from dothi.api.items.box import Box, read_box
from dothi.api.items.paging import Order, Values, order_by, order_of, read_cursor, rows_behind
from dothi.core.cql2.errors import UnknownProperty
from dothi.core.filter_cost import require_affordable
from dothi.core.layer import Audience, Column, Layer
from dothi.core.layer_source import source

# Parameters that every collection has, beside those of all resources and one per column.
OWN = (
    'limit', 'offset', 'cursor', 'bbox', 'bbox-crs', 'crs', 'datetime', *client_filter.NAMES,
    'properties', 'skipGeometry', 'sortby', 'q', 'max-allowable-offset', 'headers',
)  # fmt: skip
# Every term of `q` is looked for on its own.
LONGEST_SEARCH = 200


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

    def limited_rows(self, most: int) -> sql.Composable:
        """A statement with at most so many of the matching rows, from the beginning of the page on."""
        place = rows_behind(self.order, self.after) if self.after is not None else sql.SQL('true')
        form = sql.SQL('select * from {} as f where {} and {} order by {} limit {} offset {}')
        return form.format(
            self.rows, self.where, place, order_by(self.order), sql.Literal(most), sql.Literal(self.offset)
        )


def known_parameters(layer: Layer, audience: Audience) -> tuple[str, ...]:
    """The query parameters of the layer's items."""
    return (*COMMON, *OWN, *layer.columns_for(audience))


def read_query(layer: Layer, form: str, service: Service) -> Query:
    """The query of the current request, for an answer in the format `form`.

    Raises UnknownParameter, BadParameter, BadFilter, BadTime, UnservedCrs, TooExpensive.
    """
    columns = layer.columns_for(service.audience)
    parameters.refuse_unknown(known_parameters(layer, service.audience))
    times, box = parameters.read_datetime(), read_box(service.locality)
    feature_filter, conditions = (
        requested_filter(),
        [*_equality_conditions(columns), *_search_conditions(layer, columns)],
    )
    only_box = not (feature_filter or conditions) and times is None and layer.publish.validity is None
    if box is not None:
        conditions.append(box.touches(service.locality.srid))
    rows = source(layer, service.locality, service.audience, times)
    limits, order = service.limits, _read_order(layer, columns)
    crs = wanted_crs(form, service)
    return Query(
        layer=layer,
        rows=rows,
        conditions=conditions if only_box else _weigh_conditions(conditions, feature_filter, layer, rows),
        columns=_selected_columns(layer, columns),
        crs=crs,
        geometry=None if parameters.yes_or_no('skipGeometry') else geometry_sql(layer, crs, service),
        order=order,
        limit=min(parameters.whole_number('limit', limits.default_items, 1), limits.max_items),
        offset=parameters.whole_number('offset', 0, 0),
        after=read_cursor(request_parameters().get('cursor', ''), order),
        box=box,
        only_box=only_box,
    )


def wanted_crs(form: str, service: Service) -> ServedCrs:
    """The system of the answer's coordinates; raises UnservedCrs.

    JSON-LD calls them longitude and latitude, so there it is CRS84 whatever is asked for.
    """
    chosen = chosen_crs(request_parameters().get('crs'), service.locality, 'crs')
    return chosen_crs(None, service.locality, 'crs') if form == 'jsonld' else chosen


def geometry_sql(layer: Layer, crs: ServedCrs, service: Service) -> sql.Composable:
    """SQL of a row's geometry as GeoJSON, generalised as the current request asks for it."""
    tolerance, multi = parameters.read_length('max-allowable-offset'), layer.geometry.startswith('Multi')
    return crs.geojson(service.locality.srid, tolerance, multi=multi)


def _weigh_conditions(
    conditions: list[sql.Composable], client_filter_: ClientFilter | None, layer: Layer, rows: sql.Composable
) -> list[sql.Composable]:
    """The conditions and the filter, if they cost no more together than the audience may spend."""
    with snapshot() as db:
        if client_filter_ is not None:
            return [*conditions, client_filter_.condition(db, layer, rows, conditions)]
        require_affordable(db.rows, rows, conditions, service().audience)
    return conditions


def _equality_conditions(columns: dict[str, Column]) -> list[sql.Composable]:
    """`column=value`; a column that is called like a parameter of ours is reached by `filter` only."""
    by_column = {
        name: text for name, text in request_parameters().items() if name in columns and name not in (*COMMON, *OWN)
    }
    return [
        sql.SQL('({} = {})').format(sql.Identifier(name), parameters.value_for(name, columns[name], text))
        for name, text in by_column.items()
    ]


def _search_conditions(layer: Layer, columns: dict[str, Column]) -> list[sql.Composable]:
    """`q`: every term, without regard to accents and case, in one of the layer's searchable columns."""
    # released text is NFC; some keyboards write decomposed letters
    text = unicodedata.normalize('NFC', request_parameters().get('q', '')).strip()
    if not text:
        return []
    if len(text) > LONGEST_SEARCH:
        raise BadParameter(
            vi=f'q: dài {len(text)} ký tự, nhiều nhất {LONGEST_SEARCH}.',
            en=f'q: {len(text)} characters long, {LONGEST_SEARCH} at most.',
        )
    searched = [sql.Identifier(name) for name in layer.publish.search if name in columns]
    if not searched:
        raise BadParameter(
            vi=f'q: lớp "{layer.id}" không có cột để tìm kiếm.', en=f'q: "{layer.id}" has no column to search in.'
        )
    joined = sql.SQL("concat_ws(' ', {})").format(sql.SQL(', ').join(searched))
    form = sql.SQL('(strpos({}, {}) > 0)')
    return [form.format(_plain_text(joined), _plain_text(sql.Literal(term))) for term in text.split()]


def _plain_text(text: sql.Composable) -> sql.Composable:
    return sql.SQL('lower(public.unaccent({}))').format(text)


def _selected_columns(layer: Layer, columns: dict[str, Column]) -> dict[str, Column]:
    text = request_parameters().get('properties')
    if text is None:
        return columns
    names = [name.strip() for name in text.split(',') if name.strip()]
    return {name: columns[_require_column(name, layer, columns)] for name in names}


def _read_order(layer: Layer, columns: dict[str, Column]) -> Order:
    terms = []
    for part in request_parameters().get('sortby', '').split(','):
        # an unescaped + arrives as a space
        name = part.strip()
        sign = name[:1] if name not in columns and name[:1] in ('+', '-') else ''
        if name:
            terms.append((_require_column(name.removeprefix(sign), layer, [*columns, 'id']), sign == '-'))
    return order_of(layer, terms, columns)


def _require_column(name: str, layer: Layer, columns: dict[str, Column] | list[str]) -> str:
    if name not in columns:
        raise UnknownProperty.of(name, layer.id, columns)
    return name
