"""Which rows of a layer a reader gets: those in force now, or those of another time."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from psycopg2 import sql

from dothi.core.clearance import CLEARANCE
from dothi.core.cql2.times import instant
from dothi.core.durations import shifted
from dothi.core.errors import WrongUse
from dothi.core.layer import Audience, Layer
from dothi.core.locality import Locality

# Each table of layers, and where its rows are shown with restricted columns.
VIEWS = {'layer': 'guarded', 'history': 'guarded_history'}

type Ends = tuple[datetime | None, datetime | None]


class BadTime(WrongUse):
    """A time that cannot be read."""


@dataclass(frozen=True)
class Times:
    """An instant (both ends the same) or an interval, closed; None is an open end. A day is an interval."""

    begin: datetime | None
    end: datetime | None


def source(
    layer: Layer, locality: Locality, audience: Audience, times: Times | None = None, *, clearance: bool = False
) -> sql.Composable:
    """What to select from: `id`, the columns that `audience` sees, `geom`, `geom_wgs84`, `release_from`; with
    `clearance` also CLEARANCE, which only versions that are open now have.

    A layer with validity columns gives what is valid at some time within `times`, or without these on the locality's
    reference date, or all of it where its file says so; any other layer what was released at the end of `times`, or
    is now. It is a subquery in brackets without an alias: `sql.SQL('select ... from {} as f').format(source(...))`.
    The planner looks through it, and it names the columns because the reader's role may not select all of them.
    """
    if layer.publish.validity:
        condition = _valid(layer.publish.validity, times or _usual(layer, locality))
        return _subquery(table_of(layer, locality), layer, audience, condition, clearance)
    if times is None or times.end is None:
        return _subquery(table_of(layer, locality), layer, audience, sql.SQL('true'), clearance)
    return _released(layer, locality, audience, times.end)


def parse_times(text: str) -> Times:
    """The value of a `datetime` parameter: `2024-08-31`, `2024-08-31T12:00:00Z`, `../2024-08-31`, `2020-01-01/..`.

    One end of an interval may be a duration: `2024-08-31/P2D`. The standard has none, its executable tests ask for it.
    """
    begin, slash, end = text.strip().partition('/')
    first, last = _ends(begin, end) if slash else (_moments(begin), _moments(begin))
    if not slash and first == (None, None):
        raise _bad(text)
    if first[0] and last[1] and first[0] > last[1]:
        raise BadTime(
            vi=f'datetime={text}: đầu khoảng ở sau cuối khoảng.', en=f'datetime={text}: it begins after its end.'
        )
    return Times(first[0], last[1])


def day(on: date) -> Times:
    """The whole of one day, in UTC."""
    return Times(datetime.combine(on, time.min, UTC), datetime.combine(on, time.max, UTC))


def _ends(begin: str, end: str) -> tuple[Ends, Ends]:
    """What the two parts of an interval mean, of which one may be a duration from the other."""
    if end.startswith('P'):
        first = _moments(begin)
        return first, _shifted(first[0], end, 1)
    if begin.startswith('P'):
        last = _moments(end)
        return _shifted(last[1], begin, -1), last
    return _moments(begin), _moments(end)


def _shifted(moment: datetime | None, duration: str, sign: int) -> Ends:
    try:
        if moment is not None:
            at = shifted(moment, duration, sign)
            return at, at
    except (ValueError, OverflowError):
        pass
    raise _bad(duration)


def _moments(text: str) -> Ends:
    """The first and last moment that `text` means; None twice for an open end."""
    if text in ('', '..'):
        return None, None
    try:
        if re.fullmatch(r'\d{4}-\d{2}-\d{2}', text):
            whole = day(date.fromisoformat(text))
            return whole.begin, whole.end
        if 'T' not in text.upper():
            raise _bad(text)
        # in a zone of its own the first or last day of the calendar may lie beyond it
        at = instant(text.upper().replace(' ', '+')).astimezone(UTC)
    except (ValueError, OverflowError):
        raise _bad(text) from None
    return at, at


def _usual(layer: Layer, locality: Locality) -> Times:
    """The time that is meant where none is named."""
    return Times(None, None) if layer.publish.without_datetime == 'all' else day(locality.place.reference_date)


def _valid(columns: tuple[str, str], times: Times) -> sql.Composable:
    """Rows valid on some day of `times`; `valid_to` is the first day on which a row is not valid any more."""
    begins, ends = map(sql.Identifier, columns)
    parts: list[sql.Composable] = [sql.SQL('true')]
    if times.end:
        last = sql.Literal(times.end.astimezone(UTC).date())
        parts.append(sql.SQL('({0} is null or {0} <= {1})').format(begins, last))
    if times.begin:
        first = sql.Literal(times.begin.astimezone(UTC).date())
        parts.append(sql.SQL('({0} is null or {0} > {1})').format(ends, first))
    return sql.SQL(' and ').join(parts)


def table_of(layer: Layer, locality: Locality, schema: str = 'layer') -> sql.Identifier:
    """The layer's table; for who sees restricted columns of it, the view that shows them (dothi/core/guard_sync.py)."""
    return sql.Identifier(VIEWS[schema] if layer.id in locality.masked else schema, layer.id)


def _released(layer: Layer, locality: Locality, audience: Audience, at: datetime) -> sql.Composable:
    """The versions that were open after the last release of the layer before `at`."""
    number = sql.SQL('(select max(number) from catalog.release where layer_id = {} and released_at <= {})').format(
        sql.Literal(layer.id), sql.Literal(at)
    )
    still_open = _subquery(table_of(layer, locality), layer, audience, sql.SQL('release_from <= {}').format(number))
    was_open = sql.SQL('release_from <= {0} and release_to > {0}').format(number)
    since_closed = _subquery(table_of(layer, locality, 'history'), layer, audience, was_open)
    return sql.SQL('({} union all {})').format(still_open, since_closed)


def _subquery(
    table: sql.Identifier, layer: Layer, audience: Audience, condition: sql.Composable, clearance: bool = False
) -> sql.Composed:
    names = ['id', *layer.columns_for(audience), 'geom', 'geom_wgs84', 'release_from', *[CLEARANCE] * clearance]
    columns = sql.SQL(', ').join(map(sql.Identifier, names))
    return sql.SQL('(select {} from {} where {})').format(columns, table, condition)


def _bad(text: str) -> BadTime:
    return BadTime(
        vi=f'datetime={text[:100]}: viết là 2024-08-31, 2024-08-31T12:00:00Z, hoặc khoảng 2024-01-01/.. (RFC 3339).',
        en=f'datetime={text[:100]}: write 2024-08-31, 2024-08-31T12:00:00Z, or an interval 2024-01-01/.. (RFC 3339).',
    )
