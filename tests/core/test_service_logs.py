"""Logs of services: one that has grown too large is set aside, also while its service writes into it."""

from pathlib import Path

import pytest

from dothi.core import services
from dothi.core.services import rotate_logs, set_aside


def test_a_large_log_is_set_aside_and_a_small_one_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, 'LONGEST_LOG_BYTES', 10)
    log, aside = tmp_path / 'public.log', tmp_path / 'public.log.1'
    set_aside(log)
    log.write_text('short')
    set_aside(log)
    assert log.read_text() == 'short'
    log.write_text('longer than ten bytes')
    set_aside(log)
    assert log.read_text() == ''
    assert aside.read_text() == 'longer than ten bytes'


def test_a_service_goes_on_with_its_log_after_it_was_set_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, 'LONGEST_LOG_BYTES', 10)
    monkeypatch.setenv('DOTHI_STATE', str(tmp_path))
    (tmp_path / 'run').mkdir()
    log = tmp_path / 'run' / 'public.log'
    with log.open('ab', buffering=0) as written:
        written.write(b'longer than ten bytes')
        rotate_logs()
        written.write(b'next')
    assert log.read_text() == 'next'
    assert log.with_name('public.log.1').read_text() == 'longer than ten bytes'
