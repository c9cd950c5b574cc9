"""`dothi units` as its users meet it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from dothi.cli.app import app
from dothi.core.errors import DothiError, exit_code
from tests.nam_dinh import NAM_DINH


@pytest.fixture
def units(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Runs `dothi units …` in this process, on the project's locality; no database is there."""
    monkeypatch.setenv('DOTHI_LOCALITY', str(NAM_DINH))
    return lambda *arguments: CliRunner().invoke(app, ['units', *arguments])


def shown(done: Result) -> list[dict[str, Any]]:
    return json.loads(done.stdout)['units']


def test_units_of_a_day_come_with_what_they_were_and_become(units: Callable[..., Result]) -> None:
    """Without a day those of the reference date; with one, and a level, its own."""
    assert len(shown(units('--json'))) == 236
    communes = {one['code']: one for one in shown(units('--date', '01/10/2024', '--level', 'commune', '--json'))}
    assert len(communes) == 175
    assert [one['code'] for one in communes['13636']['predecessors']] == ['13639', '13642', '13636']
    assert [(one['code'], one['kind']) for one in communes['13636']['successors']] == [('13669', 'merge')]
    assert communes['13636']['decree'] == '1104/NQ-UBTVQH15'


@pytest.mark.parametrize(
    ('language', 'merge', 'nothing'), [('vi', 'sáp nhập', 'Không có'), ('en', 'merge', 'no units')]
)
def test_the_table_for_people_is_in_their_language(
    units: Callable[..., Result], language: str, merge: str, nothing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('DOTHI_LANG', language)
    table = units('--date', '2025-08-01').stdout
    assert merge in table
    assert 'Phường Thiên Trường' in table
    assert nothing in units('--date', '2025-08-01', '--level', 'district').stdout


def test_the_history_of_a_code_is_every_unit_that_had_it(units: Callable[..., Result]) -> None:
    names = [one['name'] for one in shown(units('history', '13669', '--json'))]
    assert names == ['Phường Trần Đăng Ninh', 'Phường Cửa Bắc', 'Phường Nam Định']


def test_a_table_is_converted_to_csv_and_estimates_are_marked(units: Callable[..., Result], tmp_path: Path) -> None:
    file = tmp_path / 'figures.csv'
    file.write_text('code,value\n13636,26704\n', encoding='utf-8')
    lines = units('convert', str(file), '--from', '2024-09-01', '--to', '2024-08-31').stdout.splitlines()
    assert lines[0] == 'code,name,value,estimated'
    assert '13639,Phường Vị Hoàng,6232,yes' in lines
    assert '13633,Phường Hạ Long,,no' in lines


@pytest.mark.parametrize('arguments', [('--level', 'hamlet'), ('history', '99999')])
def test_what_is_not_there_is_wrong_use(units: Callable[..., Result], arguments: tuple[str, str]) -> None:
    error = units(*arguments).exception
    assert isinstance(error, DothiError)
    assert exit_code(error) == 2
