"""The dimension TIME: the days on which something became otherwise, and how a value of it is read."""

import re
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from psycopg2 import sql

from dothi.api.http.parameters import quote_parameter
from dothi.api.http.service import service
from dothi.api.http.snapshot import Snapshot
from dothi.api.ows.contents import Leaf
from dothi.api.ows.errors import InvalidDimensionValue, MissingDimensionValue, bad_value
from dothi.core.layer import Layer
from dothi.core.layer_source import BadTime, Times, parse_times, source

# Days that are listed one by one; a client that offers them in a list or on a slider shows each.
MOST_DAYS = 100
CURRENT = 'current'
# QGIS 3.40 leaves the placeholder in the address when it asks for the features at a pixel of a tile.
UNFILLED = '{time}'
# Annex D of OGC 06-042 cuts off what is not said: a month, a year.
SHORT = re.compile(r'(\d{4})(?:-(\d{2}))?')
RELEASED = """select layer_id, array_agg(distinct (released_at at time zone 'UTC')::date) from catalog.release
    group by layer_id"""


@dataclass(frozen=True)
class TimeDimension:
    """On which days a layer became otherwise, and the value that is meant where none is named."""

    days: tuple[date, ...]
    usual: str

    @property
    def values(self) -> list[str]:
        """The days, or where they are too many the period between the first and the last of them."""
        if len(self.days) > MOST_DAYS:
            return [f'{self.days[0].isoformat()}/{self.days[-1].isoformat()}/P1D']
        return [day.isoformat() for day in self.days]


def time_dimensions(db: Snapshot, leaves: Iterable[Leaf]) -> dict[str, TimeDimension]:
    """The dimension of each layer by id: of one with validity by it, of any other by its releases."""
    released = {name: _of_days(days) for name, days in db.rows(sql.SQL(RELEASED))}
    return {leaf.name: _by_validity(db, leaf) or released[leaf.name] for leaf in leaves}


def read_time(text: str) -> Times | None:
    """What TIME means: a day, a moment, a month, a year, or an interval of them; None is what is served without it.

    Raises InvalidDimensionValue. Clients that play through time send `begin/end/step`: a picture is of one interval.
    """
    if text.lower() in {CURRENT, UNFILLED}:
        return None
    if ',' in text:
        raise bad_value(
            InvalidDimensionValue, 'TIME', text, 'mỗi ảnh chỉ vẽ một thời điểm.', 'a picture shows one time only.'
        )
    begin, slash, end = text.partition('/')
    last = end.partition('/')[0]
    try:
        return parse_times(f'{_first_day(begin)}/{_last_day(last)}' if slash else _whole_seconds(text))
    except (BadTime, ValueError):
        value = quote_parameter('TIME', text)
        raise InvalidDimensionValue(
            vi=f'{value}: viết là 2024-08-31, 2024-08-31T12:00:00Z, 2024-08, 2024 hoặc 2024-01/2024-06.',
            en=f'{value}: write 2024-08-31, 2024-08-31T12:00:00Z, 2024-08, 2024 or 2024-01/2024-06.',
            locator='TIME',
        ) from None


def must_have_value(text: str) -> str:
    """The value of a TIME that is there; raises MissingDimensionValue for an empty one."""
    if not text:
        raise MissingDimensionValue(
            vi='TIME: thiếu giá trị. Bỏ tham số này để có dữ liệu hiện hành.',
            en='TIME: its value is missing. Leave the parameter out to get what is current.',
            locator='TIME',
        )
    return text


def _of_days(days: list[date]) -> TimeDimension:
    listed = tuple(sorted(days))
    return TimeDimension(listed, listed[-1].isoformat())


def _by_validity(db: Snapshot, leaf: Leaf) -> TimeDimension | None:
    """The days on which a feature became valid or ceased to be; None where nothing says so that the reader may see."""
    layer = leaf.data
    columns = layer.publish.validity if isinstance(layer, Layer) else None
    if not isinstance(layer, Layer) or not columns or not {*columns} <= layer.columns_for(service().audience).keys():
        return None
    rows = source(layer, service().locality, service().audience, Times(None, None))
    form = """select distinct day::date from {} as f, unnest(array[{}::timestamptz, {}::timestamptz]) as day
        where day is not null order by 1"""
    listed = tuple(day for (day,) in db.rows(sql.SQL(form).format(rows, *map(sql.Identifier, columns))))
    if not listed:
        return None
    if layer.publish.without_datetime == 'all':
        return TimeDimension(listed, f'{listed[0].isoformat()}/{listed[-1].isoformat()}')
    return TimeDimension(listed, service().locality.place.reference_date.isoformat())


def _whole_seconds(text: str) -> str:
    """Return a year or a month as the interval that it covers."""
    return f'{_first_day(text)}/{_last_day(text)}' if SHORT.fullmatch(text) else text


def _first_day(text: str) -> str:
    short = SHORT.fullmatch(text)
    return f'{short[1]}-{short[2] or "01"}-01' if short else text


def _last_day(text: str) -> str:
    short = SHORT.fullmatch(text)
    if not short:
        return text
    year, month = int(short[1]), int(short[2] or 12)
    return date(year, month, monthrange(year, month)[1]).isoformat()
