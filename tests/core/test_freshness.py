"""An agency is told in time that an update is due, and is late the day after."""

from datetime import UTC, date, datetime

import pytest

from dothi.core.freshness import freshness, of_layer
from dothi.core.locality import Locality


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ('today', 'state'),
    [('2026-06-12', 'current'), ('2026-06-13', 'due'), ('2026-07-01', 'due'), ('2026-07-02', 'late')],
)
def test_the_last_tenth_of_the_cycle_is_due_and_the_day_after_is_late(today: str, state: str) -> None:
    """Half a year from 1 January ends on 1 July; a tenth of its 181 days is 18 days before it, so from 13 June on."""
    found = freshness('P6M', 'education', at('2026-01-01'), date.fromisoformat(today), UTC)
    assert (found.state, found.due) == (state, date(2026, 7, 1))


def test_what_never_came_has_no_date() -> None:
    found = freshness('P1Y', 'education', None, date(2026, 1, 1), UTC)
    assert (found.state, found.due, found.last_delivered) == ('never', None, None)


def test_a_district_keeps_the_whole_layer_up_and_is_told_apart(locality: Locality) -> None:
    layer = locality.layer('schools')
    delivered = {'education': at('2020-01-01'), 'district_366': at('2026-01-01')}
    whole, district = of_layer(layer, delivered, date(2026, 1, 2), UTC)
    assert (whole.agency, whole.state) == ('education', 'current')
    assert (district.agency, district.state) == ('district_366', 'current')
