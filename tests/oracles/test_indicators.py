"""Values and verdicts of indicators by pandas: parts added up to larger units, shares and thresholds."""

import math

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dothi.core.indicator_set import IndicatorSet
from processes.evaluation.verdicts import rolled_up, value_of, verdict_of
from tests.matrix import number_of_examples
from tests.processes.test_indicators import TOWN

SET = IndicatorSet.model_validate(TOWN)
# A commune, the district above it and the province above that; a district may lack its communes' figures.
PARENTS = {'11': '1', '12': '1', '21': '2', '22': '2', '1': '0', '2': '0', '0': None}
FIGURES = st.dictionaries(st.sampled_from(['11', '12', '21', '22']), st.integers(0, 9) | st.just(math.nan), min_size=1)


@settings(max_examples=number_of_examples(15, 100), deadline=None)
@given(FIGURES, FIGURES, st.sampled_from(['green', 'served', 'density']))
def test_parts_add_up_and_are_judged(numerators: dict[str, float], denominators: dict[str, float], name: str) -> None:
    """A figure that is not known makes those above it unknown; a denominator of 0 has no value and nothing to judge."""
    indicator = SET.indicators[name]
    columns = {'numerator': numerators, 'denominator': denominators}
    table = pd.DataFrame({key: pd.Series({**column}, dtype=float) for key, column in columns.items()})
    for column in columns.values():
        own = pd.Series(column, dtype=float)
        district = own.groupby(own.index.map(PARENTS)).sum(min_count=1).where(lambda one: one.index.notna())
        unknown = {PARENTS[code] for code, value in column.items() if math.isnan(value)}
        district[district.index.isin(unknown)] = math.nan
        whole = pd.Series({'0': math.nan if unknown else own.sum()})
        expected = pd.concat([own, district, whole]).to_dict()
        assert rolled_up(column, PARENTS) == pytest.approx(expected, nan_ok=True)
    table['value'] = (indicator.factor * table['numerator'] / table['denominator'].where(lambda one: one != 0)).round(
        indicator.decimals
    )
    for code, row in table.iterrows():
        value = value_of(indicator, row['numerator'], row['denominator'])
        assert value == (None if math.isnan(row['value']) else pytest.approx(row['value'])), code
        met = row['value'] >= (indicator.threshold or 0)
        judged = not math.isnan(row['value']) and indicator.threshold is not None
        expected = ('met' if met else 'not_met') if judged else None
        assert verdict_of(value, indicator.threshold, indicator.direction, []) == expected
