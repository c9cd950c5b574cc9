"""A tiny demo province, drawn and written once for all tests of it."""

from pathlib import Path

import pytest

from demo.write import LOCALITY, Demo, DemoFile, write_demo

TINY = 2_000


@pytest.fixture(scope='session')
def demo() -> Demo:
    """The province in memory, with 2,000 buildings."""
    return Demo(LOCALITY, TINY, seed=1)


@pytest.fixture(scope='session')
def written(tmp_path_factory: pytest.TempPathFactory) -> list[DemoFile]:
    """The same province as files."""
    return write_demo(tmp_path_factory.mktemp('demo'), buildings=TINY)


@pytest.fixture(scope='session')
def file(written: list[DemoFile]) -> dict[str, Path]:
    """Path of each file by its stem."""
    return {item.path.stem: item.path for item in written}
