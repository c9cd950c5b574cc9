"""Query parameters of OGC API - Features that other standards have taken over: page, box, time, coordinate systems."""

from dothi.api.http.offer import Offer
from dothi.api.http.parameters import Parameter, Schema, bad_value
from dothi.api.http.parsers import parse_bbox, parse_datetime, parse_names, whole_number
from dothi.api.http.served_crs import crs_parameter
from dothi.core.errors import WrongUse
from dothi.core.limit_settings import LimitSettings
from dothi.core.text import Text


def limit_schema(default: int, most: int) -> Schema:
    """The schema of `limit`."""
    return {'type': 'integer', 'minimum': 1, 'maximum': most, 'default': default}


def _limit_schema(_offer: Offer) -> Schema:
    return limit_schema(LimitSettings().default_items, LimitSettings().max_items)


# QGIS learns from `components.parameters.limit` how large a page may be.
LIMIT = Parameter(
    'limit',
    whole_number(1),
    _limit_schema,
    Text(
        vi='Số đối tượng trên một trang; lớn hơn mức tối đa thì tính là mức tối đa.',
        en='Features on one page; more than the maximum counts as the maximum.',
    ),
)
OFFSET = Parameter(
    'offset',
    whole_number(0),
    {'type': 'integer', 'minimum': 0, 'default': 0},
    Text(
        vi='Số đối tượng bỏ qua ở đầu; liên kết "next" dùng `cursor`, nhanh hơn.',
        en='Features to leave out at the beginning; "next" links use `cursor`, which is faster.',
    ),
)
BBOX = Parameter(
    'bbox',
    parse_bbox,
    # four or six numbers; minItems and maxItems stand outside of oneOf too, for who knows the first edition only
    {
        'type': 'array',
        'items': {'type': 'number'},
        'minItems': 4,
        'maxItems': 6,
        'oneOf': [{'minItems': 4, 'maxItems': 4}, {'minItems': 6, 'maxItems': 6}],
    },
    Text(
        vi='Đối tượng chạm khung này: tây, nam, đông, bắc (theo `bbox-crs`).',
        en='Features that touch this box: west, south, east, north (in `bbox-crs`).',
    ),
    example=lambda offer: [*offer.locality.place.extent_wgs84],
)
BBOX_CRS = crs_parameter(
    'bbox-crs',
    Text(vi='Hệ tọa độ của `bbox`, theo thứ tự trục của nó.', en='Coordinate system of `bbox`, in its own order.'),
)
CRS = crs_parameter(
    'crs',
    Text(
        vi='Hệ tọa độ của câu trả lời, theo thứ tự trục của hệ đó.',
        en='Coordinate system of the answer, in its own axis order.',
    ),
)
DATETIME = Parameter(
    'datetime',
    parse_datetime,
    {'type': 'string'},
    Text(
        vi='Thời điểm hoặc khoảng thời gian theo RFC 3339.',
        en='An instant or interval, as RFC 3339 writes them.',
    ),
    example=lambda offer: f'{offer.locality.place.reference_date}/..',
)
COLLECTIONS = Parameter(
    'collections',
    parse_names,
    {'type': 'array', 'items': {'type': 'string'}},
    Text(vi='Chỉ những lớp này, theo thứ tự này.', en='Only these collections, in this order.'),
    example=lambda offer: [source.id for source in (*offer.layers, *offer.coverages)][:2],
)


def corners_reversed() -> WrongUse:
    """The error for a `bbox` that begins with its upper corner."""
    return bad_value(
        'bbox',
        BBOX.text,
        'góc dưới trái phải đứng trước góc trên phải.',
        'the lower left corner comes before the upper right one.',
    )


def read_collections() -> list[str]:
    """The ids in `collections`, each once; an address of a collection stands for its id."""
    names = [name.rstrip('/').rpartition('/')[2] for name in COLLECTIONS.read() or []]
    return list(dict.fromkeys(names))
