"""Settings come from the environment when they are asked for, and are right without any."""

from pathlib import Path

import pytest

from dothi.core.settings import BadSetting, PathSettings, ServerSettings
from dothi.core.settings_table import SETTINGS


def test_every_setting_is_documented() -> None:
    for group in SETTINGS:
        assert group.__doc__
        assert all(field.description for field in group.model_fields.values()), group.__name__


def test_no_two_settings_share_a_variable() -> None:
    names = [name for group in SETTINGS for name in group.model_fields]
    assert len(names) == len(set(names))


def test_store_and_secrets_follow_the_state_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv('DOTHI_SECRETS', raising=False)
    monkeypatch.setenv('DOTHI_STATE', str(tmp_path))
    paths = PathSettings()
    assert (paths.store, paths.secrets, paths.run) == (str(tmp_path / 'store'), tmp_path / 'secrets', tmp_path / 'run')


def test_the_public_service_takes_the_next_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('DOTHI_PORT', '7000')
    assert ServerSettings().public_port == 7001
    monkeypatch.setenv('DOTHI_PUBLIC_PORT', '80')
    assert ServerSettings().public_port == 80


@pytest.mark.parametrize(
    ('variable', 'value'), [('DOTHI_PORT', 'abc'), ('DOTHI_PORT', '70000'), ('DOTHI_CORS_ORIGINS', 'https://a.example')]
)
def test_a_value_that_cannot_be_is_named_with_its_variable(
    variable: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(BadSetting, match=f"{variable}='{value}'"):
        ServerSettings()


@pytest.mark.parametrize('name', ['DOTHI_PORT', 'dothi_port'])
def test_a_change_of_the_environment_is_seen_at_once_and_nothing_is_read_twice(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.delenv('DOTHI_PORT', raising=False)
    before = ServerSettings()
    assert ServerSettings() is before
    monkeypatch.setenv(name, '5999')
    assert ServerSettings().port == 5999
    monkeypatch.delenv(name)
    assert ServerSettings() == before


def test_a_relative_folder_is_that_of_who_asks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv('DOTHI_STATE', 'state')
    for folder in (tmp_path, tmp_path.parent):
        monkeypatch.chdir(folder)
        assert PathSettings().state == folder / 'state'


def test_who_works_in_a_folder_that_is_gone_has_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    gone = tmp_path / 'gone'
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert ServerSettings().port
