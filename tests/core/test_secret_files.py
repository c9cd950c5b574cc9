"""Secrets of an instance that has lost all of them are not made anew without a word."""

import shutil
from pathlib import Path

import pytest

from dothi.core.access.secrets import vault
from dothi.core.database import password
from dothi.core.edit_token import make_token
from dothi.core.locality import Locality
from dothi.core.migrate import migrate
from dothi.core.secret_files import SecretsAway, begin_secrets, require_any, require_secrets
from dothi.core.store_mark import mark_store


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state folder without a database, and with nothing else in it."""
    monkeypatch.setenv('DOTHI_STATE', str(tmp_path))
    monkeypatch.delenv('DOTHI_DATABASE_URL', raising=False)
    monkeypatch.delenv('DOTHI_SECRETS', raising=False)
    return tmp_path


def assert_refused_until_secrets_are_back(state: Path, before: str) -> None:
    """Nothing is made in the place of the secrets that lie `elsewhere`, and the password is as `before` with them."""
    for make in (lambda: password('worker'), vault, make_token, require_secrets):
        with pytest.raises(SecretsAway):
            make()
    assert not [*(state / 'secrets').glob('*')]
    shutil.rmtree(state / 'secrets', ignore_errors=True)
    shutil.move(state / 'elsewhere', state / 'secrets')
    assert password('worker') == before


@pytest.mark.parametrize('has_folder', [True, False])
def test_no_secret_is_made_beside_a_database_that_had_others(state: Path, has_folder: bool) -> None:
    before = password('worker')
    (state / 'postgis' / 'data').mkdir(parents=True)
    shutil.move(state / 'secrets', state / 'elsewhere')
    if has_folder:
        (state / 'secrets').mkdir()
    assert_refused_until_secrets_are_back(state, before)


def test_one_that_is_missing_beside_others_is_made(state: Path) -> None:
    """A version may need more of them; and whoever removes one wants a new one."""
    begin_secrets()
    (state / 'postgis' / 'data').mkdir(parents=True)
    assert password('worker')
    vault()


def test_the_database_of_another_server_has_its_secrets_where_they_are_made(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('DOTHI_DATABASE_URL', 'postgresql://somebody@127.0.0.1/dothi')
    (state / 'postgis' / 'data').mkdir(parents=True)
    assert password('worker')


def test_no_secret_is_made_beside_a_store_that_had_others(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database of another server lies elsewhere; the store was marked when the secrets were there."""
    monkeypatch.setenv('DOTHI_DATABASE_URL', 'postgresql://somebody@127.0.0.1/dothi')
    (state / 'store').mkdir()
    before = password('worker')
    mark_store()
    shutil.move(state / 'secrets', state / 'elsewhere')
    assert_refused_until_secrets_are_back(state, before)


def test_a_database_that_was_migrated_gets_no_other_passwords(
    database: dict[str, str], locality: Locality, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Store and secrets are gone together, with the disk that the state folder lay on; or it is another machine."""
    monkeypatch.setenv('DOTHI_STATE', str(tmp_path))
    monkeypatch.setenv('DOTHI_SECRETS', str(tmp_path / 'secrets'))
    with pytest.raises(SecretsAway):
        migrate(locality)
    assert not (tmp_path / 'secrets').exists()
    begin_secrets()
    require_any()
