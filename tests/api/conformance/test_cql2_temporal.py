"""CQL2 (OGC 21-065), class Temporal Functions."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.api.conformance.filtering import PLACES, Filters

CLASSES = ['http://www.opengis.net/spec/cql2/1.0/conf/temporal-functions']
pytestmark = pytest.mark.real_data

type Span = tuple[Any, Any]

# Of two spans (begin, end), both within; the first five are for instants too (tables 6 and 7).
EVERY_TIME: dict[str, Callable[[Span, Span], bool]] = {
    'T_AFTER': lambda one, other: one[0] > other[1],
    'T_BEFORE': lambda one, other: one[1] < other[0],
    'T_DISJOINT': lambda one, other: one[0] > other[1] or one[1] < other[0],
    'T_EQUALS': lambda one, other: one == other,
    'T_INTERSECTS': lambda one, other: not (one[0] > other[1] or one[1] < other[0]),
}
OF_INTERVALS: dict[str, Callable[[Span, Span], bool]] = {
    'T_CONTAINS': lambda one, other: one[0] < other[0] and one[1] > other[1],
    'T_DURING': lambda one, other: one[0] > other[0] and one[1] < other[1],
    'T_FINISHEDBY': lambda one, other: one[0] < other[0] and one[1] == other[1],
    'T_FINISHES': lambda one, other: one[0] > other[0] and one[1] == other[1],
    'T_MEETS': lambda one, other: one[1] == other[0],
    'T_METBY': lambda one, other: one[0] == other[1],
    'T_OVERLAPPEDBY': lambda one, other: other[0] < one[0] < other[1] < one[1],
    'T_OVERLAPS': lambda one, other: one[0] < other[0] < one[1] < other[1],
    'T_STARTEDBY': lambda one, other: one[0] == other[0] and one[1] > other[1],
    'T_STARTS': lambda one, other: one[0] == other[0] and one[1] < other[1],
}
FUNCTIONS = EVERY_TIME | OF_INTERVALS
# Every way in which two intervals can lie: ends that are those of the features, between them, outside and open.
MOMENTS = ['2021-04-16T10:15:59Z', '2022-04-16T10:13:19Z', '2022-04-16T10:16:06Z', '..']
FIRST, LAST = '0', '9'


def bounds(begin: str, end: str) -> Span:
    """As texts, which sort like the times that they are."""
    return FIRST if begin == '..' else begin, LAST if end == '..' else end


@pytest.mark.parametrize('name', FUNCTIONS)
def test_temporal_functions_of_intervals(filters: Filters, name: str) -> None:
    """/req/temporal-functions/temporal-functions: two columns as an interval, against intervals, open ones too."""
    literals = [
        (begin, end) for begin in MOMENTS for end in MOMENTS if '..' in (begin, end) or begin < end
    ]  # fmt: skip
    for begin, end in literals:
        span = bounds(begin, end)

        def meaning(one: dict[str, Any], span: Span = span) -> bool | None:
            return FUNCTIONS[name]((one['start'], one['end']), span) if one['start'] else None

        def turned(one: dict[str, Any], span: Span = span) -> bool | None:
            return FUNCTIONS[name](span, (one['start'], one['end'])) if one['start'] else None

        written = f"INTERVAL('{begin}', '{end}')"
        filters.check(PLACES, f'{name}(INTERVAL(start, "end"), {written})', meaning)
        if '..' not in (begin, end):
            filters.check(PLACES, f'{name}({written}, INTERVAL(start, "end"))', turned)


@pytest.mark.parametrize('name', EVERY_TIME)
@pytest.mark.parametrize(
    ('column', 'moments', 'kind'),
    [
        ('start', ['2021-04-16T10:15:59Z', '2022-04-16T10:13:19Z', '2000-01-01T00:00:00Z'], 'TIMESTAMP'),
        ('date', ['2021-04-16', '2022-04-16', '2000-01-01'], 'DATE'),
    ],
)
def test_temporal_functions_of_instants(
    filters: Filters, name: str, column: str, moments: list[str], kind: str
) -> None:
    """Dates and timestamps against one another, and against intervals of their kind."""
    spans = {f"{kind}('{at}')": (at, at) for at in moments}
    spans |= {f"INTERVAL('{moments[2]}', '{at}')": (moments[2], at) for at in moments[:2]}
    spans |= {f"INTERVAL('..', '{at}')": (FIRST, at) for at in moments[:2]}
    for text, span in spans.items():

        def meaning(one: dict[str, Any], span: Span = span) -> bool | None:
            return EVERY_TIME[name]((one[column],) * 2, span) if one[column] else None

        def turned(one: dict[str, Any], span: Span = span) -> bool | None:
            return EVERY_TIME[name](span, (one[column],) * 2) if one[column] else None

        filters.check(PLACES, f'{name}("{column}", {text})', meaning)
        filters.check(PLACES, f'{name}({text}, "{column}")', turned)


@pytest.mark.parametrize('name', OF_INTERVALS)
def test_temporal_functions_of_intervals_only_refuse_instants(filters: Filters, name: str) -> None:
    """ "Using these functions with instants will result in a client error." """
    interval = "INTERVAL('2022-01-01', '2022-12-31')"
    for text in (f'{name}("date", {interval})', f"{name}({interval}, DATE('2022-04-16'))", f'{name}("date", start)'):
        assert filters.ask(PLACES, text).status_code == 400, text


def test_temporal_functions_read_zones_and_fractions(filters: Filters) -> None:
    """A timestamp is an instant, however it is written."""
    for written in ('2022-04-16T10:13:19.000Z', '2022-04-16T17:13:19+07:00', '2022-04-16T05:13:19.0-05:00'):
        filters.check(
            PLACES,
            f"T_EQUALS(start, TIMESTAMP('{written}'))",
            lambda one: one['start'] == '2022-04-16T10:13:19Z' if one['start'] else None,
        )
    assert not filters.found(PLACES, "T_EQUALS(start, TIMESTAMP('2022-04-16T10:13:19.001Z'))")


def test_temporal_functions_take_a_day_as_long_as_it_is(filters: Filters) -> None:
    """Where timestamps meet days, a day lasts from its first moment to its last, in UTC."""
    first, last = datetime(2022, 4, 16, tzinfo=UTC), datetime(2022, 4, 16, 23, 59, 59, 999999, UTC)

    def start(one: dict[str, Any]) -> datetime | None:
        return datetime.fromisoformat(one['start']) if one['start'] else None

    for text in ("DATE('2022-04-16')", "INTERVAL('2022-04-16', '2022-04-16')"):
        filters.check(
            PLACES, f'T_INTERSECTS(start, {text})', lambda one: first <= at <= last if (at := start(one)) else None
        )
        filters.check(PLACES, f'T_AFTER(start, {text})', lambda one: at > last if (at := start(one)) else None)


def test_temporal_functions_refuse_what_is_no_time(filters: Filters) -> None:
    for text in (
        "T_AFTER(name, DATE('2022-01-01'))", "T_AFTER(start, DATE('2022-02-30'))", "T_AFTER(start, TIMESTAMP('noon'))",
        "T_AFTER(start, INTERVAL('2022-01-01', name))", 'T_AFTER(start, 5)', "INTERVAL('..', '..') = start",
    ):  # fmt: skip
        assert filters.ask(PLACES, text).status_code == 400, text
