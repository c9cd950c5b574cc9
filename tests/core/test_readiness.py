"""What lives and does nothing is no part that is well."""

import os
import time
from pathlib import Path

import pytest

from dothi.core.foreground import record_foreground
from dothi.core.heartbeat import beat
from dothi.core.readiness import files_readiness

HOUR_S = 3_600


@pytest.mark.parametrize('age_s', [0, HOUR_S, -HOUR_S])
def test_an_inbox_that_was_stopped_is_missed_though_its_session_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, age_s: int
) -> None:
    """It was called well until it was killed, after 45 s, and under systemd after five minutes.

    One that gives signs is not missed where its file system has another clock, or the clock has jumped.
    """
    monkeypatch.setenv('DOTHI_STATE', str(tmp_path))
    monkeypatch.setenv('DOTHI_WORKER_SILENT_S', '2')
    record_foreground('inbox')
    sign, states = tmp_path / 'run' / 'inbox.alive', []
    for _ in range(4):
        assert beat(tmp_path / 'run', 'inbox')
        time_s = sign.stat().st_mtime - age_s
        os.utime(sign, (time_s, time_s))
        states.append(files_readiness().get('inbox'))
        time.sleep(0.8)
    assert states == [None] * 4
    time.sleep(1.4)
    assert files_readiness()['inbox'] == 'silent'
    (tmp_path / 'run' / 'inbox.foreground').unlink()
    assert 'inbox' not in files_readiness()
