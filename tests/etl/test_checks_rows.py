"""The doctor's checks of single rows: thin polygons, other units of measure, old surveys, units of the place."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import get_args

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from dothi.core.layer import Checks, Column, Layer
from dothi.core.row_faults import FAULT_KINDS, FaultCode
from dothi.core.text import Text
from etl.doctor.columns import Matching
from etl.doctor.rows.dates import survey_dates
from etl.doctor.rows.factors import count, counted, likely_factors, range_texts, whole_column, whole_columns
from etl.doctor.rows.slivers import least_width, mean_width, slivers
from etl.doctor.rows.units import Parent, outside_parents, unknown_units
from etl.report.problems import Finding
from etl.report.quality import severity_of

WORDS = Text(vi='x', en='x')
SOME = {'id': 'a', 'title': WORDS, 'description': WORDS, 'theme': 't', 'agency': 'g', 'access': 'public'}


def layer(columns: Mapping[str, Column], checks: Checks | None = None) -> Layer:
    """A layer of points with these columns, keyed by the first."""
    return Layer(
        **SOME,
        licence='CC0',
        update_cycle='P1Y',
        geometry='Point',
        key=[next(iter(columns))],
        columns=columns,
        source={'crs': 'EPSG:9209'},
        checks=checks or Checks(),
    )


def as_they_are(columns: Iterable[str]) -> Matching:
    return Matching({name: name for name in columns}, [], [])


@given(st.floats(0.001, 1_000), st.floats(0.001, 1_000), st.floats(0, 3))
def test_the_mean_width_of_a_rectangle_is_its_shorter_side(width: float, length: float, turn: float) -> None:
    """However thin it is and however it lies."""
    box = shapely.affinity.rotate(shapely.box(0, 0, width, length), turn, use_radians=True)
    assert mean_width(np.array([box]))[0] == pytest.approx(min(width, length), rel=1e-6)


def test_what_is_more_compact_than_a_square_is_no_sliver() -> None:
    """A circle of radius 1 is as wide as its diameter."""
    assert mean_width(np.array([shapely.Point(0, 0).buffer(1, 64)]))[0] == pytest.approx(2, rel=1e-3)


def test_a_multipolygon_is_as_wide_as_its_thinnest_part() -> None:
    parts = shapely.MultiPolygon([shapely.box(0, 0, 10, 10), shapely.box(20, 0, 20.25, 8)])
    assert least_width(np.array([parts, shapely.box(0, 0, 3, 3), None])).tolist()[:2] == [0.25, 3]


def test_slivers_are_told_with_their_width() -> None:
    (found,) = slivers(np.array([shapely.box(0, 0, 0.4, 50), shapely.box(0, 0, 0.5, 50), None]), 0.5)
    assert (found.code, found.rows.tolist()) == ('sliver', [0])
    assert 'only 0.4 m wide (limit 0.5 m)' in found.text(0).en


WIDTH = Column(type='number', title=WORDS, unit='m', min=1, max=60)


@pytest.mark.parametrize(
    ('value', 'factor'),
    [(3_500, 1_000), (350, 100), (65, 10), (0.02, 0.001), (61_000_000, np.nan), (-3_500, np.nan), (0, np.nan)],
)
def test_a_factor_is_likely_when_it_brings_the_value_within_the_limits(value: float, factor: float) -> None:
    """3,500 could be 35 m in centimetres, and is taken for 3.5 m in millimetres."""
    found = likely_factors(np.array([float(value)]), WIDTH)[0]
    assert found == factor or (np.isnan(found) and np.isnan(factor))


def test_a_width_in_millimetres_is_told_as_such() -> None:
    says = Text(vi='ngoài.', en='outside.')
    (told,) = range_texts(np.array([3_500.0]), WIDTH, says)
    assert isinstance(told, Text)
    assert told.en == 'outside. It seems to be in mm: 3.5 m then.'
    assert told.vi == 'ngoài. Có vẻ ghi theo mm: khi đó là 3,5 m.'


def test_a_column_without_a_unit_or_with_one_limit_tells_no_factor() -> None:
    for column in (WIDTH.model_copy(update={'unit': None}), WIDTH.model_copy(update={'max': None})):
        assert np.isnan(likely_factors(np.array([3_500.0]), column)).all()


def test_surveys_after_the_day_and_older_than_allowed_are_told() -> None:
    """Five years before 2024-08-31 is 2019-08-31; that day itself is still fresh, and today is not the future."""
    columns = {'code': Column(type='text', title=WORDS), 'on': Column(type='date', title=WORDS)}
    days = [date(2024, 9, 1), date(2024, 8, 31), date(2019, 8, 31), date(2019, 8, 30), None]
    checks = Checks(survey_date='on', stale_after='P5Y')
    found = survey_dates({'on': pa.array(days)}, layer(columns, checks), as_they_are(columns), date(2024, 8, 31))
    assert [(finding.code, finding.rows.tolist()) for finding in found] == [('date_future', [0]), ('date_stale', [3])]


SQUARE: dict[str, shapely.Geometry] = {
    '366': shapely.box(0, 0, 1_000, 1_000),
    '365': shapely.box(1_000, 0, 2_000, 1_000),
}
PARENT = Parent(
    'unit',
    'districts',
    date(2024, 8, 31),
    {code: {} for code in (*SQUARE, '356')},
    SQUARE,
    Text(vi='Huyện', en='Districts'),
)


def test_a_code_that_is_no_units_on_the_day_is_told() -> None:
    codes = {'unit': pa.array(['366', '358', None])}
    (found,) = unknown_units(codes, [PARENT], as_they_are(codes))
    assert (found.code, found.rows.tolist()) == ('unknown_unit', [1])
    assert 'in force on 2024-08-31' in found.text(0).en


def test_a_row_is_outside_its_unit_beyond_the_tolerance_only() -> None:
    """150 m into the neighbour is within 200 m; 350 m is not; a unit without a polygon and no unit tell nothing."""
    codes = {'unit': pa.array(['366', '366', '366', '356', None, '365'])}
    xs = [500, 1_150, 1_350, 5_000, 5_000, 1_500]
    points = np.array([shapely.Point(x, 500) for x in xs])
    (found,) = outside_parents(codes, points, [PARENT], as_they_are(codes), 200)
    assert (found.code, found.rows.tolist()) == ('outside_parent', [2])
    assert 'lies 350 m away' in found.text(0).en


def test_every_fault_has_an_element_and_a_severity() -> None:
    assert set(get_args(FaultCode)) == set(FAULT_KINDS), 'a code stands in FaultCode and in FAULT_KINDS (row_faults.py)'


def test_a_layer_file_sets_the_severity_of_what_it_may_judge_and_of_nothing_else() -> None:
    columns = {'code': Column(type='text', title=WORDS)}
    strict = layer(columns, Checks(severity={'sliver': 'error'}))
    assert severity_of('sliver', strict) == 'error'
    assert severity_of('gap', strict) == 'warning'
    with pytest.raises(ValidationError, match='geometry_invalid is always an error'):
        Checks(severity={'geometry_invalid': 'warning'})


def test_an_age_needs_the_column_of_the_survey() -> None:
    with pytest.raises(ValidationError, match=r'checks\.survey_date'):
        Checks(stale_after='P5Y')
    with pytest.raises(ValidationError, match='surveyed'):
        layer({'code': Column(type='text', title=WORDS)}, Checks(survey_date='surveyed'))


def test_a_column_in_centimetres_is_told_once_although_some_values_could_be_millimetres() -> None:
    """Of 300, 500 and 3,500 only centimetres fit all three; 4 m beside them is a minority."""
    columns = {'code': Column(type='text', title=WORDS), 'width': WIDTH}
    typed = {'width': pa.array([300.0, 500, 3_500, 4])}
    found = [Finding('range', np.array([0, 1, 2]), WORDS, 'width')]
    narrow = layer(columns, Checks())
    off = count(found, typed, narrow, as_they_are(columns))
    assert whole_columns(off, counted(typed | {'code': pa.nulls(4)}, narrow)) == {'width': (100, 3)}
    assert 'in cm; the layer has m' in whole_column('RONG', WIDTH, 100, 3, 4).en


def test_a_few_values_in_another_unit_do_not_make_a_column() -> None:
    assert whole_columns(Counter({('width', 1_000.0): 2}), Counter({'width': 4})) == {}
