"""A tiny demo province, drawn and written once for all tests of it."""

import pickle
from pathlib import Path

import pytest

from demo.drawing import Demo
from demo.sent import DemoFile


@pytest.fixture(scope='module')
def demo(drawn_demo: Path) -> Demo:
    """The province in memory, with 2,000 buildings; read for each file anew: it takes 100 MB."""
    loaded: Demo = pickle.loads((drawn_demo / 'demo.pickle').read_bytes())
    return loaded


@pytest.fixture(scope='session')
def written(demo_files: list[DemoFile]) -> list[DemoFile]:
    """The same province as files."""
    return demo_files


@pytest.fixture(scope='session')
def file(written: list[DemoFile]) -> dict[str, Path]:
    """Path of each file by its stem."""
    return {item.path.stem: item.path for item in written}
