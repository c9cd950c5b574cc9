"""Norms through a scenario: another value for one row, cited as such, and told where the row is in force no more."""

from pathlib import Path
from typing import Any

import pytest
import shapely

from dothi.core.locality import Locality
from etl.editing.checks import Unfit
from tests.processes.conftest import Loader
from tests.processes.scenario.worlds import caveats, stored, under

CORRIDOR = {'kind': 'norm', 'norm': 'power_line_corridor', 'subject': 'power_line', 'class': '(35,110]', 'value': 6.0}


@pytest.fixture
def line(loader: Loader) -> None:
    """A line of 110 kV, whose corridor is 4 m wide by the norm, and a house 5 m from it."""
    power_line = {'code': 'L', 'voltage_kv': 110, 'insulated': False}
    loader.load('power_lines', [(shapely.LineString([(0, 0), (100, 0)]), power_line)])
    house = shapely.MultiPolygon([shapely.box(40, 5, 50, 15)])
    loader.load('buildings', [(house, {'code': 'B', 'use': 'residential'})])


def conflicts(locality: Locality, drafts: Path, *changes: dict[str, Any]) -> Any:
    inputs = {'lines': 'power_lines', 'kind': 'power_line', 'targets': 'buildings'}
    return under(locality, drafts, changes, 'corridor-conflicts', **inputs)


def test_a_wider_corridor_reaches_the_house(line: None, locality: Locality, tmp_path: Path) -> None:
    """5 m away: outside 4 m, within 6 m, and the result says that nobody has decided that."""
    (norm,) = stored(locality, [CORRIDOR])
    plain, wider = conflicts(locality, tmp_path), conflicts(locality, tmp_path, norm)
    assert (len(plain['features']), len(wider['features'])) == (0, 1)
    cited = wider['features'][0]['properties']
    assert (cited['width_m'], cited['verified']) == (6.0, False)


def test_only_the_row_that_is_meant_changes(line: None, locality: Locality, tmp_path: Path) -> None:
    """The corridor of the next class leaves a line of 110 kV as it is."""
    (norm,) = stored(locality, [{**CORRIDOR, 'class': '(110,220]', 'value': 60.0}])
    assert conflicts(locality, tmp_path, norm)['features'] == []


def test_a_row_that_there_is_not_is_refused_with_those_that_there_are(locality: Locality, line: None) -> None:
    with pytest.raises(Unfit, match=r'Change 1: the rows of "power_line_corridor" are .*power_line, any, \(35,110\]'):
        stored(locality, [{**CORRIDOR, 'class': '(35,111]'}])
    with pytest.raises(Unfit, match=r'there is no norm "power_line_coridor"\. Did you mean "power_line_corridor"'):
        stored(locality, [{**CORRIDOR, 'norm': 'power_line_coridor'}])


def test_a_row_that_is_not_in_force_any_more_is_told(line: None, locality: Locality, tmp_path: Path) -> None:
    """The norm was amended since the version was stored: its change has no effect."""
    answer = conflicts(locality, tmp_path, {**CORRIDOR, 'class': '(35,120]'})
    assert 'a row of the norm power_line_corridor that is not in force any more' in caveats(answer)
    assert answer['features'] == []
