"""The demo province, written and delivered once for all tests of it, and the services on it."""

import fcntl
import os
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from demo import write
from demo.drawing import Demo
from demo.sent import DemoFile
from dothi.core import database as core_database
from dothi.core.locality import Locality
from dothi.local.demo import demo_options
from etl.desk.deliver import deliver
from tests.databases import Instance, fresh, use
from tests.matrix import EXHAUSTIVE
from tests.nam_dinh import NAM_DINH
from tests.services import Province, serving, shared_services

DEMO_BUILDINGS = 2_000


@pytest.fixture(scope='session')
def drawn_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the demo, drawn and written by the first of pytest-xdist's workers that wants it.

    `demo`: its files. `files.pickle`: the list of them. `demo.pickle`: the province in memory, a `Demo`.
    """
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if 'PYTEST_XDIST_WORKER' in os.environ else base
    with (shared / 'demo.lock').open('w') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / 'files.pickle').exists():
            (shared / 'demo').mkdir()
            _draw(shared / 'demo')
    return shared


def _draw(folder: Path) -> None:
    """Both hold the same province: drawing it takes 14 s of processor time, and reading it 0.3 s."""
    drawn: list[Demo] = []

    def draw(*arguments: Any) -> Demo:
        drawn.append(Demo(*arguments))
        return drawn[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(write, 'Demo', draw)
        files = write.write_demo(folder, locality_path=NAM_DINH, buildings=DEMO_BUILDINGS)
    (folder.parent / 'demo.pickle').write_bytes(pickle.dumps(drawn[0]))
    (folder.parent / 'files.pickle').write_bytes(pickle.dumps(files))


@pytest.fixture(scope='session')
def demo_files(drawn_demo: Path) -> list[DemoFile]:
    """The demo's files, with few buildings."""
    loaded: list[DemoFile] = pickle.loads((drawn_demo / 'files.pickle').read_bytes())
    return loaded


@pytest.fixture(scope='session')
def province_template(
    instance: Instance, template: str, demo_files: list[DemoFile], locality: Locality, shared_folder: Path
) -> str:
    """Name of a database with the demo province delivered, to be copied."""
    name = 'template_province'
    environment = instance.environment(instance.create(name, template), shared_folder / 'province-template')
    with pytest.MonkeyPatch.context() as patch:
        use(patch, environment)
        for file in demo_files:
            deliver(file.path, demo_options(file), locality)
        core_database.fresh()
    return name


@pytest.fixture
def province_database(
    instance: Instance, province_template: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, str]]:
    """A database of its own with the demo province in it; nothing is running on it."""
    yield from fresh(instance, province_template, tmp_path, monkeypatch)


@pytest.fixture(scope='session')
def province(instance: Instance, province_template: str, shared_folder: Path) -> Iterator[Province]:
    """Both services and a worker on a demo province that all tests share and none may change."""
    environment = instance.environment(instance.create('province', province_template), shared_folder / 'province')
    # the rasters of the releases lie where they were delivered
    environment['DOTHI_STORE'] = str(shared_folder / 'province-template' / 'store')
    if not EXHAUSTIVE:
        # the other formats are tested in tests/api/test_downloads.py, and would be written for each layer and audience
        environment['DOTHI_DOWNLOADS'] = '["csv"]'
    with shared_services('province') as services:
        yield services.enter_context(serving(environment, shared_folder / 'province'))


@pytest.fixture
def readable_province(province: Province, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """The database of the shared services, for a test that changes nothing in it; with a state folder of its own.

    A copy of the database, and a first look at everything in it, takes a second and a half.
    """
    environment = province.environment | {'DOTHI_STATE': str(tmp_path)}
    use(monkeypatch, environment)
    yield environment
    core_database.fresh()
