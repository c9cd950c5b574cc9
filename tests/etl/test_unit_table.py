"""Tables of figures by unit, on the units of another day."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from dothi.core.locality import Locality
from dothi.core.unit_crosswalk import NotDivisible
from etl.unit_table import BadUnitTable, UnitTable, convert_table

OLD, NEW, LAST = date(2020, 3, 1), date(2024, 9, 1), date(2025, 7, 1)


@pytest.fixture
def table(tmp_path: Path) -> Callable[..., Path]:
    def write(text: str, encoding: str = 'utf-8') -> Path:
        path = tmp_path / 'hoc_sinh.csv'
        path.write_bytes(text.encode(encoding))
        return path

    return write


def test_figures_of_merged_communes_add_up(table: Callable[..., Path], locality: Locality) -> None:
    """13639 and 13642 are both in 13636 since 2024; as a spreadsheet writes it, with a mark, semicolons and commas."""
    file = table('MA_XA;HS\n13639;10,5\n13642;4\n', 'utf-8-sig')
    found = convert_table(file, locality, UnitTable('commune', OLD, 'MA_XA', 'HS'), 'commune', NEW)
    assert (found.values, found.estimated) == ({'13636': 14.5}, frozenset())
    assert len(found.units) == 175


def test_old_districts_are_known_from_old_communes(table: Callable[..., Path], locality: Locality) -> None:
    """13711 was in 358, which is part of 356 since 2024."""
    file = table('code,value\n13711,3\n13639,4\n')
    found = convert_table(file, locality, UnitTable('commune', OLD), 'district', NEW)
    assert found.values == {'356': 7}


def test_districts_are_not_rebuilt_from_the_communes_of_2025(table: Callable[..., Path], locality: Locality) -> None:
    """Four wards lie in two former districts each: no figure is made up for them."""
    with pytest.raises(NotDivisible, match='13699'):
        convert_table(table('code,value\n13741,3\n'), locality, UnitTable('commune', LAST), 'district', NEW)


@pytest.mark.parametrize(
    ('text', 'says'),
    [
        ('code,value\n13639,ten\n', r'hoc_sinh.csv:2.*"ten" is not a number'),
        ('code,value\n13639,1\n99999,1\n', r'hoc_sinh.csv:3.*"99999".*in force on 2020-03-01'),
        ('code,value\n13639,1\n13639,1\n', r'hoc_sinh.csv:3.*second row'),
        ('ma,value\n13639,1\n', r'no column "code".*'),
    ],
)  # fmt: skip
def test_a_table_that_is_not_right_is_refused_with_line_and_reason(
    table: Callable[..., Path], locality: Locality, text: str, says: str
) -> None:
    with pytest.raises(BadUnitTable, match=says):
        convert_table(table(text), locality, UnitTable('commune', OLD), 'commune', NEW)
