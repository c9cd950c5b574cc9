"""Messages name the command that starts this very installation."""

from pathlib import Path

import pytest

from dothi.core import start_command as module
from dothi.core.start_command import start_command


@pytest.fixture(autouse=True)
def nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wheel on a machine without systemd."""
    monkeypatch.setattr(module, 'IN_REPOSITORY', False)
    monkeypatch.setattr(module, 'CONTAINER_MARKS', (tmp_path / 'mark',))
    monkeypatch.setattr(module, 'TARGET_UNIT', tmp_path / 'dothi.target')


def test_a_wheel_is_started_by_its_command() -> None:
    assert start_command() == 'dothi up'


def test_a_container_is_started_by_compose(tmp_path: Path) -> None:
    """Nobody has make there."""
    (tmp_path / 'mark').touch()
    assert start_command() == 'docker compose up -d'


def test_what_systemd_runs_is_started_by_it(tmp_path: Path) -> None:
    (tmp_path / 'dothi.target').touch()
    assert start_command() == 'systemctl start dothi.target'


def test_a_checkout_is_started_by_make_also_inside_a_container(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / 'mark').touch()
    monkeypatch.setattr(module, 'IN_REPOSITORY', True)
    assert start_command() == 'make up'
