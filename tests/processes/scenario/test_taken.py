"""Sites that an analysis found become a scenario, and the scenario gives what the analysis promised."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dothi.core.locality import Locality
from processes.queue.manager import run_process
from processes.queue.records import UnknownJob, open_desk
from processes.scenario.taken import NoPoints, additions_of_result
from tests.forked import ForkedProcess
from tests.processes.conftest import Loader, Town
from tests.processes.scenario.worlds import stored, under

STATION = {'name': 'Trạm đề xuất', 'kind': 'station'}


@pytest.fixture
def town(grid_town: Callable[..., Town], loader: Loader) -> None:
    """Homes at both ends of a road of 2 km, and a station at the one end."""
    zones = {'1': (0, 0, 2000, 2000)}
    homes = [(100, 10), (1900, 10)]
    loader.town(grid_town(blocks=4, side_m=500, homes=homes, people=[3, 5], facilities=[(0, 0)], zones=zones))


def test_the_sites_of_new_facility_serve_whom_it_promised(
    town: None, worker: ForkedProcess, locality: Locality, tmp_path: Path
) -> None:
    """The 5 people at the other end are gained; coverage on the scenario says 3 + 5, and so did the analysis."""
    inputs = {'facilities': 'health_facilities', 'count': 1, 'distance_m': 300}
    found = run_process('new-facility', inputs, 'internal')
    promised = json.loads(found.result.content())['summary']
    with open_desk('internal') as db:
        changes = additions_of_result(db, found.job_id, None, 'health_facilities', STATION, [])
        with pytest.raises(NoPoints):
            additions_of_result(db, found.job_id, None, 'health_facilities', STATION, ['99'])
        with pytest.raises(UnknownJob):
            additions_of_result(db, '00000000-0000-4000-8000-000000000009', None, 'health_facilities', STATION, [])
    assert [change['properties'] for change in changes] == [STATION]
    answer: Any = under(
        locality,
        tmp_path,
        stored(locality, changes),
        'service-coverage',
        facilities='health_facilities',
        distance_m=300,
    )
    covered = answer['result']['summary']['population_covered']
    assert covered == promised['population_covered_after'] == 8
