"""Values, proofs, verdicts and trends, worked out by hand; no database."""

import math
from datetime import UTC, date, datetime
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dothi.core.catalog import Release
from dothi.core.indicator_set import Indicator, indicator_set
from dothi.core.locality import load_locality
from dothi.core.text import Text
from processes.evaluation.evaluated import Evaluation
from processes.evaluation.figures import Figures
from processes.evaluation.period import BadPeriod, period_of
from processes.evaluation.units import Unit, Units
from processes.evaluation.verdicts import Proof, proof_of, rolled_up, trend_of, value_of, verdict_of
from processes.forms.own_layer import NEVER
from tests.nam_dinh import NAM_DINH

ANY = Text(vi='x', en='x')
# Two communes in one district, one in another, and one of no district, as after 2025.
PARENTS = {'a': 'd1', 'b': 'd1', 'c': 'd2', 'x': 'p', 'd1': 'p', 'd2': 'p', 'p': None}
GOOD = [Proof('roads', 1)]


def indicator(**more: Any) -> Indicator:
    return Indicator(title=ANY, numerator='n', unit='%', direction='higher', source=ANY, **more)


def release(day: str, *, demo_rows: int = 0) -> Release:
    at = datetime.fromisoformat(day).replace(tzinfo=UTC)
    counts = dict.fromkeys(('rows_added', 'rows_changed', 'rows_closed', 'rows_bad'), 0)
    nothing = dict.fromkeys(('as_of', 'extent', 'extent_wgs84', 'note'))
    told = {'number': 7, 'layer_id': 'roads', 'origin': 'delivery', 'scope': 'all', 'mode': 'replace', 'rows_total': 1}
    return Release(**told, **counts, **nothing, demo_rows=demo_rows, released_at=at)


def test_larger_units_have_the_sums_of_their_parts() -> None:
    sums = rolled_up({'a': 1, 'b': 2, 'c': 4, 'x': 8}, PARENTS)
    assert sums == {'a': 1, 'b': 2, 'c': 4, 'x': 8, 'd1': 3, 'd2': 4, 'p': 15}


def test_what_is_not_known_of_a_part_is_not_known_of_the_whole() -> None:
    sums = rolled_up({'a': math.nan, 'b': 2, 'c': 4, 'x': 8}, PARENTS)
    assert math.isnan(sums['d1'])
    assert math.isnan(sums['p'])
    assert sums['d2'] == 4


@given(st.dictionaries(st.sampled_from('abcx'), st.integers(0, 10**6), min_size=1))
def test_the_whole_is_the_sum_of_numerators_over_the_sum_of_denominators(people: dict[str, int]) -> None:
    """Never the mean of the shares: a district of ten people weighs ten."""
    served = {code: count // 3 for code, count in people.items()}
    whole = [rolled_up(figures, PARENTS)['p'] for figures in (served, people)]
    assert whole == [sum(served.values()), sum(people.values())]
    expected = round(100 * whole[0] / whole[1], 2) if whole[1] else None
    assert value_of(indicator(denominator='d', factor=100), *whole) == expected


def test_a_value_is_rounded_as_it_is_shown() -> None:
    assert value_of(indicator(denominator='d', factor=100), 1, 3) == 33.33
    assert value_of(indicator(decimals=0), 12.6, None) == 13
    assert value_of(indicator(denominator='d'), 1, 0) is None
    assert value_of(indicator(denominator='d'), math.nan, 3) is None


@pytest.mark.parametrize(
    ('value', 'direction', 'verdict'),
    [
        (99.99, 'higher', 'not_met'),
        (100, 'higher', 'met'),
        (100, 'lower', 'met'),
        (100.01, 'lower', 'not_met'),
        (None, 'lower', None),
    ],
)
def test_a_value_on_the_threshold_meets_it(
    value: float | None, direction: Literal['higher', 'lower'], verdict: str | None
) -> None:
    assert verdict_of(value, 100, direction, GOOD) == verdict


def test_without_evidence_nothing_is_shown_however_good_the_value() -> None:
    for fault in ('missing', 'late', 'demo'):
        assert verdict_of(100, 50, 'higher', [*GOOD, Proof('schools', fault=fault)]) == 'not_shown'
    assert verdict_of(None, 50, 'higher', GOOD, is_known=False) == 'not_shown'
    assert verdict_of(3, None, 'higher', GOOD) is None


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_a_better_value_never_turns_a_verdict_for_the_worse(one: float, other: float) -> None:
    less, more = sorted((one, other))
    assert [verdict_of(value, 0, 'higher', GOOD) for value in (less, more)] != ['met', 'not_met']
    assert [verdict_of(value, 0, 'lower', GOOD) for value in (less, more)] != ['not_met', 'met']


@pytest.mark.parametrize(
    ('value', 'before', 'direction', 'trend'),
    [
        (2, 1, 'higher', 'better'),
        (2, 1, 'lower', 'worse'),
        (1, 2, 'higher', 'worse'),
        (1, 2, 'lower', 'better'),
        (1, 1, 'lower', 'same'),
        (None, 1, 'lower', None),
        (1, None, 'lower', None),
    ],
)
def test_the_trend_follows_the_direction(
    value: int | None, before: int | None, direction: Literal['higher', 'lower'], trend: str | None
) -> None:
    assert trend_of(value, before, direction) == trend


def test_a_release_proves_something_until_its_cycle_is_over() -> None:
    """Half a year from 2026-01-15 is up to 2026-07-15, that day included."""
    last, next_day = date(2026, 7, 15), date(2026, 7, 16)
    assert proof_of(release('2026-01-15'), [], 'P6M', last, real=False).fault is None
    assert proof_of(release('2026-01-15'), [], 'P6M', next_day, real=False).fault == 'late'


def test_a_delivery_that_brought_nothing_new_counts() -> None:
    later = datetime(2026, 3, 1, tzinfo=UTC)
    found = proof_of(release('2026-01-15'), [later], 'P6M', date(2026, 8, 1), real=False)
    assert (found.fault, found.delivered, found.due) == (None, date(2026, 3, 1), date(2026, 9, 1))


def test_demonstration_data_proves_nothing_where_real_data_is_demanded() -> None:
    demo = release('2026-01-15', demo_rows=1)
    assert proof_of(demo, [], 'P6M', date(2026, 2, 1), real=True).fault == 'demo'
    shown = proof_of(demo, [], 'P6M', date(2026, 2, 1), real=False)
    assert (shown.fault, shown.demo) == (None, True)


TODAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ('first', 'last', 'expected'),
    [
        (None, None, ('2026-01-01', '2026-12-31')),
        ('2026-07-01', '2026-09-30', ('2026-07-01', '2026-09-30')),
        ('2025-04-01', None, ('2025-04-01', '2025-12-31')),
        (None, '2025-06-30', ('2025-01-01', '2025-06-30')),
    ],
)
def test_a_period_is_the_year_where_an_end_is_left_out(
    first: str | None, last: str | None, expected: tuple[str, str]
) -> None:
    period = period_of(first, last, TODAY)
    assert (period.first.isoformat(), period.last.isoformat()) == expected


def test_what_planners_keep_of_results_is_no_layer_that_somebody_owes() -> None:
    """It is never late and has no bad rows, so that every kept one would have raised both shares."""
    measures = indicator_set('pilot', load_locality(NAM_DINH)).measures
    for name in ('layers', 'layers_current', 'layers_within_quality'):
        assert f"definition ->> 'update_cycle' is distinct from '{NEVER}'" in (measures[name].sql or '')


def test_what_districts_are_counted_for_is_told_of_nothing_once_there_are_none() -> None:
    """As from 2025-07-01 on: the other criteria of the set are told all the same."""
    place = load_locality(NAM_DINH)
    chosen = indicator_set('pilot', place)
    commune = Unit('1', 'Xã', 'commune', '36', b'', {})
    units = Units(
        date(2025, 8, 1),
        ['province', 'commune'],
        {'36': Unit('36', 'Tỉnh', 'province', None, b'', {}), '1': commune},
        [],
    )
    ones = {
        name: Figures({unit.code: 1.0 for unit in units.of(measure.level)}, ())
        for name, measure in chosen.measures.items()
    }
    period = period_of('2025-01-01', None, TODAY)
    found = Evaluation(chosen, period, units, units.levels, ones, {name: [] for name in chosen.indicators}, {})
    told = {name: found.describe_indicator(name)['value'] for name in chosen.indicators}
    assert (told['deliveries_on_time'], told['layers_current'], told['road_density']) == (None, 100, 1)


def test_evidence_is_asked_for_on_the_last_day_or_today() -> None:
    assert period_of('2026-07-01', '2026-09-30', TODAY).evidence_on(TODAY) == date(2026, 9, 30)
    assert period_of(None, None, TODAY).evidence_on(TODAY) == TODAY


@pytest.mark.parametrize(
    ('first', 'last', 'said'),
    [
        ('2026-02-30', None, '2026-02-30'),
        ('2026-06-01', '2026-05-01', 'after'),
        ('2026-12-01', None, 'today'),
        ('2026-01-01', '9999-12-31', 'period_to'),
    ],
)
def test_a_period_that_cannot_be_is_refused(first: str, last: str | None, said: str) -> None:
    with pytest.raises(BadPeriod, match=said):
        period_of(first, last, TODAY)
