"""Whatever ends the leaving of the demonstration, and whatever goes on beside it: a layer has left it whole or not."""

from collections.abc import Callable
from typing import Any

import psycopg2
import pytest

from dothi.core.locality import Locality
from dothi.core.progress import Progress, silent
from dothi.local.leave_demo import leave_demo, look_for_demo
from etl.demonstration.leaving import LeaveOrder
from etl.desk.deliver import deliver
from etl.desk.deliveries import LostDatabase
from etl.desk.options import DeliveryOptions
from tests.etl.conftest import Agency, Query, Send
from tests.etl.crashing import Moment, at, cut, ended, forked, killed_at
from tests.matrix import EXHAUSTIVE

LAYERS = ('markets', 'schools')
# Of the first layer, of which what was made from it goes with it; and after both, when only files are there.
IN_A_LAYER = [(stage, 'start') for stage in ('lock', 'release', 'generalise', 'results', 'finish')]
MOMENTS = [*IN_A_LAYER, ('leave', 'end')]
# By day: while rows go, and after both.
KILLED = MOMENTS if EXHAUSTIVE else [('release', 'start'), ('leave', 'end')]
CUT = IN_A_LAYER[1:] if EXHAUSTIVE else [('results', 'start')]
CODES = 'select code from layer.schools order by code'
type Leaving = Callable[[Progress], object]


@pytest.fixture
def leaving(database: dict[str, str], locality: Locality, agency: Agency, send: Send) -> Leaving:
    """Leaves two layers; in one a real row is beside two of the demonstration."""
    send(agency.schools('a', 'b', name='1.geojson'), 'schools', origin='demo')
    send(agency.schools('real', name='2.geojson'), 'schools', mode='upsert')
    rows: list[tuple[dict[str, Any], Any]] = [({'MA_CHO': 'm', 'TEN_CHO': 'Chợ', 'HANG_CHO': '1'}, agency.point())]
    assert send(agency.geojson('3.geojson', rows), 'markets', origin='demo').release
    return lambda progress: leave_demo(LeaveOrder('chief', LAYERS), locality, progress)


def held(query: Query) -> dict[str, int]:
    """By layer, how many rows are served, and were."""
    return {
        layer: query(f'select (select count(*) from layer.{layer}) + (select count(*) from history.{layer})')[0][0]
        for layer in LAYERS
    }


def must_end_well(leaving: Leaving, query: Query, locality: Locality) -> None:
    """The same again ends what was begun."""
    leaving(silent)
    assert query(CODES) == [('real',)]
    assert held(query) == {'markets': 0, 'schools': 1}
    assert look_for_demo(locality).is_clear
    assert query('select count(*) from catalog.forsaken_file') == [(0,)]
    assert query("select layer_id, count(*) from catalog.release where origin = 'leave' group by 1 order by 1") == [
        ('markets', 1),
        ('schools', 1),
    ]


@pytest.mark.parametrize('moment', KILLED)
def test_killed(leaving: Leaving, query: Query, locality: Locality, moment: Moment) -> None:
    before = held(query)
    killed_at(moment, leaving)
    assert held(query) == (before if moment in IN_A_LAYER else {'markets': 0, 'schools': 1})
    must_end_well(leaving, query, locality)


@pytest.mark.parametrize('moment', CUT)
def test_the_connection_is_lost(leaving: Leaving, query: Query, locality: Locality, moment: Moment) -> None:
    before = held(query)
    with pytest.raises((LostDatabase, psycopg2.Error)):
        leaving(at(moment, cut))
    assert held(query) == before
    must_end_well(leaving, query, locality)


def test_readers_see_all_of_a_layer_until_it_is_left(leaving: Leaving, query: Query, locality: Locality) -> None:
    """Read by somebody else just before the end: neither blocked, nor shown a half."""
    seen: list[dict[str, int]] = []
    before = held(query)
    leaving(at(('finish', 'start'), lambda: seen.append(held(query))))
    assert seen == [before]


def test_two_at_once_leave_it_once(leaving: Leaving, query: Query, locality: Locality) -> None:
    child = forked(lambda: leaving(silent))
    leaving(silent)
    assert ended(child) == 0
    must_end_well(leaving, query, locality)


def test_a_delivery_beside_it_waits_and_is_released(
    leaving: Leaving, agency: Agency, query: Query, locality: Locality
) -> None:
    file = agency.schools('late', name='late.geojson')
    options = DeliveryOptions(layer='schools', mode='upsert')
    children: list[int] = []

    def begin() -> None:
        children.append(forked(lambda: deliver(file, options, locality)))

    # of the first layer: the second one is still to be locked, so either may come first
    leaving(at(('release', 'start'), begin))
    assert [ended(child) for child in children] == [0]
    assert query(CODES) == [('late',), ('real',)]
    assert look_for_demo(locality).is_clear


def test_demonstration_data_that_waits_for_its_turn_finds_no_place(
    leaving: Leaving, agency: Agency, query: Query, locality: Locality
) -> None:
    file = agency.schools('again', name='again.geojson')
    options = DeliveryOptions(layer='schools', origin='demo', mode='upsert')
    leaving(silent)
    report = deliver(file, options, locality)
    assert (report.verdict, report.unchanged) == ('accepted', True)
    assert query(CODES) == [('real',)]
