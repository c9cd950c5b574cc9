"""What lives and does nothing is no part that is well."""

import os
from pathlib import Path

import pytest

from dothi.core.foreground import record_foreground
from dothi.core.heartbeat import beat
from dothi.core.readiness import files_readiness

HOUR_S = 3_600


@pytest.mark.parametrize(('age_s', 'states'), [(0, set()), (HOUR_S, {'silent'}), (-HOUR_S, {'silent'})])
def test_an_inbox_that_was_stopped_is_missed_though_its_session_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, age_s: int, states: set[str]
) -> None:
    """It was called well until it was killed, after 45 s, and under systemd after five minutes."""
    monkeypatch.setenv('DOTHI_STATE', str(tmp_path))
    record_foreground('inbox')
    assert beat(tmp_path / 'run', 'inbox')
    sign = tmp_path / 'run' / 'inbox.alive'
    time_s = sign.stat().st_mtime - age_s
    os.utime(sign, (time_s, time_s))
    assert {state for name, state in files_readiness().items() if name == 'inbox'} == states
    (tmp_path / 'run' / 'inbox.foreground').unlink()
    assert 'inbox' not in files_readiness()
