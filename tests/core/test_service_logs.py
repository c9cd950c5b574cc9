"""Logs of services: one that has grown too large is set aside when its service starts."""

from pathlib import Path

import pytest

from dothi.core import services
from dothi.core.services import set_aside


def test_a_large_log_is_set_aside_and_a_small_one_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, 'LONGEST_LOG_BYTES', 10)
    log, aside = tmp_path / 'public.log', tmp_path / 'public.log.1'
    set_aside(log)
    log.write_text('short')
    set_aside(log)
    assert log.read_text() == 'short'
    log.write_text('longer than ten bytes')
    set_aside(log)
    assert not log.exists()
    assert aside.read_text() == 'longer than ten bytes'
