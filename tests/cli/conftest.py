"""Commands read files by the fork server of the tests, as they do beside a worker."""

from pathlib import Path

import pytest

from tests.conftest import share_room


@pytest.fixture
def database(database: dict[str, str], room: Path) -> dict[str, str]:
    """The environment of a fresh database, whose processes read files by the tests' fork server."""
    share_room(Path(database['DOTHI_STATE']), room)
    return database
