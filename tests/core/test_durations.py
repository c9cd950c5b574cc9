"""Durations in time intervals, by the calendar."""

from datetime import UTC, datetime

import pytest

from dothi.core.durations import shifted
from dothi.core.layer_source import BadTime, parse_times


def at(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)


@pytest.mark.parametrize(
    ('duration', 'end'),
    [
        ('P2D', at(2024, 2, 2)),
        ('P1M', at(2024, 2, 29)),  # there is no 31st of February
        ('P1Y1M', at(2025, 2, 28)),
        ('P1W', at(2024, 2, 7)),
        ('PT12H31M12S', at(2024, 1, 31, 12, 31, 12)),
    ],
)
def test_a_duration_goes_by_the_calendar(duration: str, end: datetime) -> None:
    assert shifted(at(2024, 1, 31), duration) == end


@pytest.mark.parametrize('duration', ['', 'P', 'PT', 'P1', 'P-1D', 'P1D1M', 'P999999Y'])
def test_what_is_no_duration_is_refused(duration: str) -> None:
    with pytest.raises((ValueError, OverflowError)):
        shifted(at(2024, 1, 31), duration)


def test_an_interval_may_have_a_duration_at_either_end() -> None:
    """OGC's executable tests ask for the first form."""
    after = parse_times('2024-01-31/P2D')
    assert (after.begin, after.end) == (at(2024, 1, 31), at(2024, 2, 2))
    before = parse_times('P1M/2024-03-31T00:00:00Z')
    assert (before.begin, before.end) == (at(2024, 2, 29), at(2024, 3, 31))
    for text in ('P1D', 'P1D/P1D', '../P1D', 'P1D/..', '2024-01-31/P1X'):
        with pytest.raises(BadTime):
            parse_times(text)
