"""Names that a running service has read at its start: who changes them hears how the new ones come to be shown."""

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dothi.cli.app import app
from dothi.core.process_table import start_time
from dothi.core.settings import PathSettings
from dothi.local.services import code_fingerprint, hold_old_names
from tests.nam_dinh import whole_copy


@pytest.fixture
def agencies(database: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """`agencies.yml` of a locality, an hour older than its one running service, which is this process."""
    folder = whole_copy(tmp_path / 'place')
    monkeypatch.setenv('DOTHI_LOCALITY', str(folder))
    run = PathSettings().run
    run.mkdir(parents=True, exist_ok=True)
    (run / 'worker.pid').write_text(f'{os.getpid()} {start_time(os.getpid())} x', encoding='utf-8')
    started_at = (run / 'worker.pid').stat().st_mtime
    for name in ('locality.yml', 'agencies.yml'):
        os.utime(folder / name, (started_at - 3600, started_at - 3600))
    return folder / 'agencies.yml'


def rename_an_office(agencies: Path) -> None:
    agencies.write_text(agencies.read_text(encoding='utf-8').replace('Sở Y tế', 'Sở Y tế mới'), encoding='utf-8')
    newer = (PathSettings().run / 'worker.pid').stat().st_mtime + 60
    os.utime(agencies, (newer, newer))


def test_migrate_says_that_services_hold_the_former_names(agencies: Path) -> None:
    assert not hold_old_names()
    assert 'dothi up' not in CliRunner().invoke(app, ['migrate']).stderr
    rename_an_office(agencies)
    assert hold_old_names()
    assert 'dothi up' in CliRunner().invoke(app, ['migrate']).stderr


def test_up_starts_services_anew_where_a_name_has_changed(agencies: Path) -> None:
    before = code_fingerprint()
    assert code_fingerprint() == before
    rename_an_office(agencies)
    assert code_fingerprint() != before
