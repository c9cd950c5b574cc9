"""Points and periods of time in filters, and how two of them may lie to one another (OGC 21-065, 7.8)."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from psycopg2 import sql

from dothi.core.cql2.errors import BadFilter

# RFC 3339; a zone may be left out.
RFC3339 = re.compile(r'\d{4}-\d{2}-\d{2}([Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})?)?')

# Conditions in the begins (a, c) and ends (b, d) of two periods. The first five are for points in time too.
FORMS = {
    'after': '{a} > {d}',
    'before': '{b} < {c}',
    'disjoint': '{a} > {d} or {b} < {c}',
    'equals': '{a} = {c} and {b} = {d}',
    'intersects': '{a} <= {d} and {b} >= {c}',
    'contains': '{a} < {c} and {b} > {d}',
    'during': '{a} > {c} and {b} < {d}',
    'finishedby': '{a} < {c} and {b} = {d}',
    'finishes': '{a} > {c} and {b} = {d}',
    'meets': '{b} = {c}',
    'metby': '{a} = {d}',
    'overlappedby': '{a} > {c} and {a} < {d} and {b} > {d}',
    'overlaps': '{a} < {c} and {b} > {c} and {b} < {d}',
    'startedby': '{a} = {c} and {b} > {d}',
    'starts': '{a} = {c} and {b} < {d}',
}
FOR_INSTANTS = ('after', 'before', 'disjoint', 'equals', 'intersects')
TEMPORAL = frozenset(f't_{name}' for name in FORMS)


@dataclass(frozen=True)
class End:
    """One end of a period: SQL of a date or timestamp; None where it is open."""

    sql: sql.Composable | None
    kind: str


@dataclass(frozen=True)
class Period:
    """From begin to end, both within; the same for a point in time."""

    begin: End
    end: End
    instant: bool


def relation(name: str, one: Period, other: Period) -> sql.Composable:
    """The condition `name` (without `t_`) between two periods; raises BadFilter where it is for intervals only.

    Days are compared as days. Where a timestamp meets them, a day lasts from its first to its last moment in UTC.
    """
    if name not in FOR_INSTANTS and (one.instant or other.instant):
        raise _for_intervals(name)
    ends = (one.begin, one.end, other.begin, other.end)
    kind = 'timestamp' if any(end.kind == 'timestamp' for end in ends if end.sql) else 'date'
    a, c = (_first(period.begin, kind) for period in (one, other))
    b, d = (_last(period.end, kind) for period in (one, other))
    return sql.SQL(f'({FORMS[name]})').format(a=a, b=b, c=c, d=d)


def moment(node: dict[str, Any]) -> tuple[sql.Composable, str]:
    """A literal in SQL, and its kind: date or timestamp; raises BadFilter where it is neither."""
    kind, text = next(iter(node.items()))
    try:
        if not RFC3339.fullmatch(text):
            raise ValueError
        if kind == 'date' or len(text) == 10:
            return sql.SQL('{}::date').format(sql.Literal(date.fromisoformat(text))), 'date'
        return sql.SQL('{}::timestamptz').format(sql.Literal(instant(text.upper()))), 'timestamp'
    except (TypeError, ValueError, OverflowError):
        raise BadFilter(
            vi=f'"{text}" không phải ngày (2024-08-31) hay thời điểm (2024-08-31T00:00:00Z).',
            en=f'"{text}" is neither a date (2024-08-31) nor a timestamp (2024-08-31T00:00:00Z).',
        ) from None


def instant(text: str) -> datetime:
    """An RFC 3339 timestamp; one without a zone is in UTC. Raises ValueError."""
    read = datetime.fromisoformat(text)
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def zoned(at: sql.Composable, kind: str) -> sql.Composable:
    """A date or timestamp as timestamptz; a date begins at midnight UTC, whatever the session's zone."""
    return sql.SQL("({}::timestamp at time zone 'UTC')").format(at) if kind == 'date' else at


def _first(end: End, kind: str) -> sql.Composable:
    if end.sql is None:
        return sql.SQL("'-infinity'::{}").format(_type(kind))
    return end.sql if end.kind == kind else zoned(end.sql, 'date')


def _last(end: End, kind: str) -> sql.Composable:
    if end.sql is None:
        return sql.SQL("'infinity'::{}").format(_type(kind))
    if end.kind == kind:
        return end.sql
    next_day = zoned(sql.SQL('({} + 1)').format(end.sql), 'date')
    return sql.SQL("({} - interval '1 microsecond')").format(next_day)


def _type(kind: str) -> sql.SQL:
    return sql.SQL('date' if kind == 'date' else 'timestamptz')


def _for_intervals(name: str) -> BadFilter:
    full, instead = f'T_{name.upper()}', ', '.join(f'T_{other.upper()}' for other in FOR_INSTANTS)
    return BadFilter(
        vi=f"{full} chỉ so sánh hai khoảng INTERVAL('…', '…'); với một ngày hay thời điểm dùng {instead}.",
        en=f"{full} compares two intervals, INTERVAL('…', '…'); for a date or timestamp there are {instead}.",
    )
