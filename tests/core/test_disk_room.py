"""What is said of a disk that is full leads to that disk."""

import pytest

from dothi.core import disk_room
from dothi.core.database import no_database
from dothi.core.errors import describe


def test_a_database_that_ended_for_want_of_room_leads_to_its_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """It ends with some MB left, too few for another segment of its log, and would end again where it is started."""
    monkeypatch.delenv('DOTHI_DATABASE_URL', raising=False)
    ended = Exception('server closed the connection unexpectedly')
    assert 'du -xhd2' not in str(describe(no_database(ended)))
    monkeypatch.setattr(disk_room, 'LOG_SEGMENT_MB', 2**40)
    assert 'du -xhd2' in str(describe(no_database(ended)))
