"""Points and periods of time in filters, and how two of them may lie to one another (OGC 21-065, 7.8)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from psycopg2 import sql

from dothi.core.cql2_errors import BadFilter


@dataclass(frozen=True)
class Period:
    """Begin and end, as SQL of type timestamptz; they are the same for a point in time."""

    begin: sql.Composable
    end: sql.Composable


# Conditions in the begins (a, c) and ends (b, d) of two periods.
FORMS = {
    'after': '{a} > {d}',
    'before': '{b} < {c}',
    'contains': '{a} < {c} and {b} > {d}',
    'disjoint': '{a} > {d} or {b} < {c}',
    'during': '{a} > {c} and {b} < {d}',
    'equals': '{a} = {c} and {b} = {d}',
    'finishedby': '{a} < {c} and {b} = {d}',
    'finishes': '{a} > {c} and {b} = {d}',
    'intersects': '{a} <= {d} and {b} >= {c}',
    'meets': '{b} = {c}',
    'metby': '{a} = {d}',
    'overlappedby': '{a} > {c} and {a} < {d} and {b} > {d}',
    'overlaps': '{a} < {c} and {b} > {c} and {b} < {d}',
    'startedby': '{a} = {c} and {b} > {d}',
    'starts': '{a} = {c} and {b} < {d}',
}


def _relation(form: str) -> Callable[[Period, Period], sql.Composable]:
    def condition(one: Period, other: Period) -> sql.Composable:
        return sql.SQL(f'({form})').format(a=one.begin, b=one.end, c=other.begin, d=other.end)

    return condition


RELATIONS = {name: _relation(form) for name, form in FORMS.items()}
TEMPORAL = frozenset(f't_{name}' for name in RELATIONS)


def moment(node: dict[str, Any]) -> tuple[sql.Composable, str]:
    """A literal in SQL, and its kind: date or timestamp; raises BadFilter where it is neither."""
    kind, given = next(iter(node.items()))
    try:
        if kind == 'date' or len(given) == 10:
            return sql.SQL('{}::date').format(sql.Literal(date.fromisoformat(given))), 'date'
        return sql.SQL('{}::timestamptz').format(sql.Literal(instant(given))), 'timestamp'
    except (TypeError, ValueError):
        raise BadFilter(
            vi=f'"{given}" không phải ngày (2024-08-31) hay thời điểm (2024-08-31T00:00:00Z).',
            en=f'"{given}" is neither a date (2024-08-31) nor a timestamp (2024-08-31T00:00:00Z).',
        ) from None


def instant(text: str) -> datetime:
    """An RFC 3339 timestamp; one without a zone is in UTC. Raises ValueError."""
    read = datetime.fromisoformat(text)
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def zoned(at: sql.Composable, kind: str) -> sql.Composable:
    """A date or timestamp as timestamptz; a date begins at midnight UTC, whatever the session's zone."""
    return sql.SQL("({}::timestamp at time zone 'UTC')").format(at) if kind == 'date' else at


OPEN_BEGIN, OPEN_END = sql.SQL("'-infinity'::timestamptz"), sql.SQL("'infinity'::timestamptz")
