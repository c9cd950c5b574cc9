"""A command that an administrator types works with the settings of the services that systemd runs."""

import os
import subprocess
from pathlib import Path

import pytest

from dothi.cli.people import _portal_url
from dothi.core.process_table import start_time
from dothi.local.systemd import settings_file as module
from dothi.local.systemd.settings_file import read_assignments, take_service_settings

SETTINGS = """\
# DOTHI_PORT=1
; DOTHI_PORT=2
DOTHI_LOCALITY=ninh_binh
DOTHI_TRUSTED_PROXIES=["127.0.0.1"]
 DOTHI_MAIL_FROM = "dothi@example.vn"
DOTHI_MAIL_PASSWORD='a=b #c'
export DOTHI_PORT=3
"""


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The settings file of a wheel on a machine where the units are; the environment has no setting yet."""
    file, target = tmp_path / 'dothi.env', tmp_path / 'dothi.target'
    file.write_text(SETTINGS, encoding='utf-8')
    target.touch()
    monkeypatch.setattr(module, 'IN_REPOSITORY', False)
    monkeypatch.setattr(module, 'TARGET_UNIT', target)
    monkeypatch.setattr(module, 'SETTINGS_FILE', file)
    environment = {name: value for name, value in os.environ.items() if not name.startswith('DOTHI_')}
    monkeypatch.setattr(os, 'environ', environment)
    return file


def test_lines_are_read_as_systemd_reads_them(settings: Path) -> None:
    assert read_assignments(settings) == {
        'DOTHI_LOCALITY': 'ninh_binh',
        'DOTHI_TRUSTED_PROXIES': '["127.0.0.1"]',
        'DOTHI_MAIL_FROM': 'dothi@example.vn',
        'DOTHI_MAIL_PASSWORD': 'a=b #c',
    }


def test_a_command_takes_what_its_own_environment_does_not_say(settings: Path) -> None:
    """Also the state folder, which is another one for the user of the services than for root."""
    os.environ['DOTHI_MAIL_FROM'] = 'admin@example.vn'
    take_service_settings()
    assert os.environ['DOTHI_STATE'] == '/var/lib/dothi'
    assert os.environ['DOTHI_LOCALITY'] == 'ninh_binh'
    assert os.environ['DOTHI_MAIL_FROM'] == 'admin@example.vn'


def test_another_instance_has_settings_of_its_own(settings: Path) -> None:
    os.environ['DOTHI_STATE'] = '/srv/copy'
    take_service_settings()
    assert 'DOTHI_LOCALITY' not in os.environ


@pytest.mark.parametrize('absent', ['SETTINGS_FILE', 'TARGET_UNIT'])
def test_without_units_or_the_right_to_read_nothing_is_taken(
    absent: str, settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, absent, settings.parent / 'absent')
    take_service_settings()
    assert 'DOTHI_STATE' not in os.environ


def test_a_checkout_is_an_instance_of_its_own(settings: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, 'IN_REPOSITORY', True)
    take_service_settings()
    assert 'DOTHI_LOCALITY' not in os.environ


def test_a_link_leads_to_where_the_running_service_is_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The address is a setting of that service alone, which no command has."""
    monkeypatch.setenv('DOTHI_STATE', str(tmp_path))
    monkeypatch.delenv('DOTHI_PUBLIC_URL', raising=False)
    service = subprocess.Popen(
        ['sleep', '600'], env={'DOTHI_PUBLIC_URL': 'https://office.example/', 'PATH': os.defpath}
    )
    try:
        (tmp_path / 'run').mkdir()
        (tmp_path / 'run' / 'internal.foreground').write_text(f'{service.pid} {start_time(service.pid)}')
        assert _portal_url() == 'https://office.example'
    finally:
        service.kill()
        service.wait()
