"""One database for all oracles: worlds are loaded into it one after the other, and analyses read it without a queue."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dothi.core.arrays import Floats
from dothi.core.crs import WGS84, proj_string, transformer
from dothi.core.locality import Locality
from tests.conftest import Instance, fresh, use
from tests.processes.conftest import ORIGIN, Loader, answered, area, empty, features


@pytest.fixture(scope='package')
def shared_database(
    instance: Instance, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, str]]:
    with pytest.MonkeyPatch.context() as patch:
        yield from fresh(instance, template, tmp_path_factory.mktemp('state'), patch)


@pytest.fixture
def database(shared_database: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    use(monkeypatch, shared_database)
    return shared_database


@pytest.fixture
def loader(database: dict[str, str], locality: Locality) -> Loader:
    empty()
    return Loader(locality)


@pytest.fixture
def answer(locality: Locality, tmp_path: Path) -> Callable[..., Any]:
    """What a process says: `answer('flood-exposure', level_m=1.0)`."""

    def ask(process_id: str, **inputs: Any) -> Any:
        return answered(locality, tmp_path / 'drafts', process_id, **inputs)

    return ask


def zones_of(boxes: Mapping[str, tuple[float, float, float, float]]) -> dict[str, Any]:
    """Rectangles of the town as zones to be sent along, by their codes."""
    return features(*(area(name, *box) for name, box in boxes.items()))


def in_metres(lon_lat: Sequence[Sequence[float]] | Floats) -> Floats:
    """Coordinates of the town, relative to ORIGIN, of coordinates in CRS84; both shape (n, 2)."""
    change = transformer(proj_string(WGS84), proj_string(9209)).transform
    return np.column_stack(change(*np.asarray(lon_lat).T)) - ORIGIN
