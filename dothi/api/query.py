"""What a request for items asks for, read from its parameters."""

import base64
import binascii
from dataclasses import dataclass
from typing import Literal, cast

from flask import request
from psycopg2 import sql

from dothi.api import parameters
from dothi.api.parameters import BadParameter
from dothi.api.served_crs import ServedCrs, chosen_crs
from dothi.api.service import Service
from dothi.core import cql2
from dothi.core.cql2_errors import UnknownProperty
from dothi.core.cql2_parse import Language
from dothi.core.crs import WGS84
from dothi.core.layer import Audience, Column, Layer
from dothi.core.layer_source import source

# Parameters that every collection has, beside one per column.
COMMON = ('f', 'lang')
OWN = (
    'limit', 'offset', 'cursor', 'bbox', 'bbox-crs', 'crs', 'datetime', 'filter', 'filter-lang', 'filter-crs',
    'properties', 'skipGeometry', 'sortby', 'q',
)  # fmt: skip


@dataclass(frozen=True)
class Query:
    """A page of a layer: from where, which rows, which columns, in which order and system."""

    layer: Layer
    rows: sql.Composable
    conditions: list[sql.Composable]
    columns: dict[str, Column]
    crs: ServedCrs
    geometry: sql.Composable | None
    order: list[tuple[str, Literal['asc', 'desc']]]
    limit: int
    offset: int
    after: int | None
    whole: bool

    @property
    def where(self) -> sql.Composable:
        """All conditions but the place of the page."""
        return sql.SQL(' and ').join(self.conditions) if self.conditions else sql.SQL('true')


def known_parameters(layer: Layer, audience: Audience) -> tuple[str, ...]:
    """The query parameters of the layer's items."""
    return (*COMMON, *OWN, *layer.columns_for(audience))


def read_query(layer: Layer, service: Service) -> Query:
    """The query of the current request; raises UnknownParameter, BadParameter, BadFilter, BadTime, UnservedCrs."""
    columns = layer.columns_for(service.audience)
    parameters.refuse_unknown(known_parameters(layer, service.audience))
    times = parameters.times()
    conditions = [*_box(service), *_filter(layer, service), *_equal(columns), *_search(layer, columns)]
    limits = service.limits
    crs = chosen_crs(request.args.get('crs'), service.locality, 'crs')
    return Query(
        layer=layer,
        rows=source(layer, service.locality, service.audience, times),
        conditions=conditions,
        columns=_selected(layer, columns),
        crs=crs,
        geometry=None if parameters.yes_or_no('skipGeometry') else crs.geojson(service.locality.srid),
        order=_order(layer, columns),
        limit=min(parameters.whole_number('limit', limits.default_items, 1), limits.max_items),
        offset=parameters.whole_number('offset', 0, 0),
        after=_cursor(),
        whole=not conditions and times is None and layer.publish.validity is None,
    )


def cursor_of(feature_id: int) -> str:
    """What `cursor` says so that a page begins after this feature; to be passed on, not to be read."""
    return base64.urlsafe_b64encode(f'after {feature_id}'.encode()).decode().rstrip('=')


def _cursor() -> int | None:
    text = request.args.get('cursor', '')
    if not text:
        return None
    if request.args.get('sortby', '').strip():
        raise BadParameter(
            vi='cursor không dùng cùng sortby: trang sắp theo sortby nối tiếp bằng offset.',
            en='cursor does not go with sortby: pages in that order follow one another by offset.',
        )
    try:
        word, _, number = base64.urlsafe_b64decode(text + '=' * (-len(text) % 4)).decode().partition(' ')
        if word == 'after' and abs(int(number)) < 2**63:
            return int(number)
    except (binascii.Error, UnicodeDecodeError, ValueError):
        pass
    raise BadParameter(
        vi='cursor: chỉ dùng giá trị có trong liên kết "next".', en='cursor: use only values from a "next" link.'
    )


def _box(service: Service) -> list[sql.Composable]:
    box = parameters.box()
    crs = chosen_crs(request.args.get('bbox-crs'), service.locality, 'bbox-crs')
    if box is None:
        return []
    x1, y1, x2, y2 = (box[1], box[0], box[3], box[2]) if crs.yx else box
    if y1 > y2 or (x1 > x2 and crs.srid != WGS84):
        raise BadParameter(
            vi=f'bbox={request.args["bbox"]}: góc dưới trái phải đứng trước góc trên phải.',
            en=f'bbox={request.args["bbox"]}: the lower left corner comes before the upper right one.',
        )
    # west > east crosses the antimeridian
    parts = [(x1, x2)] if x1 <= x2 else [(x1, 180.0), (-180.0, x2)]
    touching = [_touches(crs, west, y1, east, y2, service.locality.srid) for west, east in parts]
    return [sql.SQL('({})').format(sql.SQL(' or ').join(touching))]


def _touches(crs: ServedCrs, x1: float, y1: float, x2: float, y2: float, working: int) -> sql.Composable:
    envelope = sql.SQL('ST_MakeEnvelope({}, {}, {}, {}, {})').format(*map(sql.Literal, (x1, y1, x2, y2, crs.srid)))
    if crs.srid == working:
        return sql.SQL('ST_Intersects(geom, {})').format(envelope)
    if crs.srid != WGS84:
        # a straight side in one system is bent in another: corners between the corners keep it within a hair
        side = max(x2 - x1, y2 - y1) / 16
        bent = sql.SQL('ST_Segmentize({}, {})').format(envelope, sql.Literal(side)) if side > 0 else envelope
        envelope = sql.SQL('ST_Transform({}, {})').format(bent, sql.Literal(WGS84))
    return sql.SQL('ST_Intersects(geom_wgs84, {})').format(envelope)


def _filter(layer: Layer, service: Service) -> list[sql.Composable]:
    language = cast(Language, parameters.one_of('filter-lang', ('cql2-text', 'cql2-json')))
    crs = chosen_crs(request.args.get('filter-crs'), service.locality, 'filter-crs')
    text = request.args.get('filter', '')
    if not text.strip():
        return []
    meaning = cql2.condition(
        layer, text, srid=service.locality.srid, audience=service.audience, language=language, space=crs.space
    )
    return [meaning]


def _equal(columns: dict[str, Column]) -> list[sql.Composable]:
    """`column=value`; a column that is called like a parameter of ours is reached by `filter` only."""
    named = {name: text for name, text in request.args.items() if name in columns and name not in (*COMMON, *OWN)}
    return [
        sql.SQL('({} = {})').format(sql.Identifier(name), parameters.value_for(name, columns[name], text))
        for name, text in named.items()
    ]


def _search(layer: Layer, columns: dict[str, Column]) -> list[sql.Composable]:
    """`q`: every term, without regard to accents and case, in one of the layer's searchable columns."""
    text = request.args.get('q', '').strip()
    if not text:
        return []
    searched = [sql.Identifier(name) for name in layer.publish.search if name in columns]
    if not searched:
        raise BadParameter(
            vi=f'q: lớp "{layer.id}" không có cột để tìm kiếm.', en=f'q: "{layer.id}" has no column to search in.'
        )
    joined = sql.SQL("concat_ws(' ', {})").format(sql.SQL(', ').join(searched))
    form = sql.SQL('(strpos({}, {}) > 0)')
    return [form.format(_plain(joined), _plain(sql.Literal(term))) for term in text.split()]


def _plain(text: sql.Composable) -> sql.Composable:
    return sql.SQL('lower(public.unaccent({}))').format(text)


def _selected(layer: Layer, columns: dict[str, Column]) -> dict[str, Column]:
    text = request.args.get('properties')
    if text is None:
        return columns
    names = [name.strip() for name in text.split(',') if name.strip()]
    return {name: columns[_known(name, layer, columns)] for name in names}


def _order(layer: Layer, columns: dict[str, Column]) -> list[tuple[str, Literal['asc', 'desc']]]:
    order: list[tuple[str, Literal['asc', 'desc']]] = []
    for part in request.args.get('sortby', '').split(','):
        # an unescaped + arrives as a space
        name = part.strip().lstrip('+-')
        if name:
            order.append((_known(name, layer, [*columns, 'id']), 'desc' if part.strip().startswith('-') else 'asc'))
    return order


def _known(name: str, layer: Layer, columns: dict[str, Column] | list[str]) -> str:
    if name not in columns:
        raise UnknownProperty.of(name, layer.id, columns)
    return name
