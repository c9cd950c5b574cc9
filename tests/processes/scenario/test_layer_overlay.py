"""A layer through a scenario: added, changed and closed features count, gone ones are told, filters apply to all."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import shapely

from dothi.core.locality import Locality
from tests.processes.conftest import Loader, Town, feature
from tests.processes.scenario.worlds import caveats, stored, under


@pytest.fixture
def town(grid_town: Callable[..., Town], loader: Loader) -> Loader:
    """Homes 10 m above the lower road at x = 100 and x = 1,900; a station at x = 0."""
    zones = {'1': (0, 0, 1000, 1000), '2': (1000, 0, 2000, 1000)}
    loader.town(
        grid_town(
            blocks=4, side_m=500, homes=[(100, 10), (1900, 10)], people=[3, 5], facilities=[(0, 0)], zones=zones
        )
    )
    return loader


def added_station(x: float, y: float, **properties: Any) -> dict[str, Any]:
    values = {'name': 'Trạm mới', 'kind': 'station', **properties}
    return {
        'kind': 'add', 'layer': 'health_facilities', 'properties': values,
        'geometry': feature(shapely.Point(x, y))['geometry'],
    }  # fmt: skip


def covered(answer: Any) -> int:
    return int(answer['result']['summary']['covered'])


@pytest.fixture
def coverage(town: Loader, locality: Locality, tmp_path: Path) -> Callable[..., Any]:
    def run(*changes: dict[str, Any], **inputs: Any) -> Any:
        given = {'facilities': 'health_facilities', 'distance_m': 300, **inputs}
        return under(locality, tmp_path, stored(locality, changes), 'service-coverage', **given)

    return run


def test_an_added_station_serves_who_lives_beside_it(coverage: Callable[..., Any]) -> None:
    answer = coverage(added_station(2000, 0))
    print(answer['result']['summary'])
    assert covered(answer) == 8
