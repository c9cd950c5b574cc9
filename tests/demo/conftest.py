"""A tiny demo province, drawn and written once for all tests of it."""

from pathlib import Path

import pytest

from demo.drawing import Demo
from demo.sent import DemoFile
from tests.conftest import DEMO_BUILDINGS
from tests.nam_dinh import NAM_DINH


@pytest.fixture(scope='session')
def demo() -> Demo:
    """The province in memory, with 2,000 buildings."""
    return Demo(NAM_DINH, DEMO_BUILDINGS, seed=1)


@pytest.fixture(scope='session')
def written(demo_files: list[DemoFile]) -> list[DemoFile]:
    """The same province as files."""
    return demo_files


@pytest.fixture(scope='session')
def file(written: list[DemoFile]) -> dict[str, Path]:
    """Path of each file by its stem."""
    return {item.path.stem: item.path for item in written}
