"""What a primary calls wrong with its standby."""

import pytest

from dothi.core.standby_state import StandbyState


def test_who_replicates_a_database_of_its_own_copies_the_store_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in containers: nobody there says when the store was copied, and a warning for ever is none."""
    follows = StandbyState(is_connected=True, lag_bytes=0, lag_s=0, is_lost=False)
    gone = follows.model_copy(update={'is_connected': False})
    monkeypatch.setenv('DOTHI_DATABASE_URL', '')
    assert [state.fault for state in (follows, gone)] == ['store behind', 'gone']
    monkeypatch.setenv('DOTHI_DATABASE_URL', 'postgresql://dothi_admin@postgis:5432/dothi')
    assert [state.fault for state in (follows, gone)] == [None, 'gone']
