"""A store that is not there, or not the one of the instance, takes nothing."""

from pathlib import Path

import pytest

from dothi.core.readiness import files_readiness
from dothi.core.store_mark import StoreAway, is_store_own, mark_store, read_mark, require_store, store_away, write_mark
from dothi.core.text import for_steward
from etl.desk.archive import keep, original
from processes.queue.store import keep_draft


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state folder with an empty store and no secrets."""
    monkeypatch.setenv('DOTHI_STATE', str(tmp_path))
    for name in ('DOTHI_SECRETS', 'DOTHI_STORE'):
        monkeypatch.delenv(name, raising=False)
    for name in ('run', 'store', 'secrets'):
        (tmp_path / name).mkdir()
    (tmp_path / 'run' / 'database_url').touch()
    return tmp_path


def test_nothing_is_put_in_the_place_of_a_store_that_is_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would be hidden when the disk of the store is mounted again, and a service would call the store well."""
    monkeypatch.setenv('DOTHI_STATE', str(tmp_path))
    for name in ('DOTHI_SECRETS', 'DOTHI_STORE'):
        monkeypatch.delenv(name, raising=False)
    require_store()
    (tmp_path / 'run').mkdir()
    (tmp_path / 'run' / 'database_url').touch()
    with pytest.raises(StoreAway):
        require_store()
    with pytest.raises(StoreAway):
        keep(original(Path(__file__)), 1)
    with pytest.raises(StoreAway):
        keep_draft(Path(__file__), 'results/internal/x/y')
    assert not (tmp_path / 'store').exists()
    (tmp_path / 'store').mkdir()
    require_store()


def test_an_empty_mount_point_is_not_the_store(state: Path) -> None:
    """Whoever mounts the disk again finds nothing hidden by it."""
    mark_store()
    require_store()
    assert files_readiness()['store'] == 'ok'
    (state / 'store').rename(state / 'on the disk')
    (state / 'store').mkdir()
    with pytest.raises(StoreAway):
        require_store()
    with pytest.raises(StoreAway):
        keep(original(Path(__file__)), 1)
    with pytest.raises(StoreAway):
        keep_draft(Path(__file__), 'results/internal/x/y')
    assert not list((state / 'store').iterdir())
    assert files_readiness()['store'] == 'foreign'
    (state / 'store').rmdir()
    (state / 'on the disk').rename(state / 'store')
    require_store()


def test_the_store_of_another_instance_is_not_the_store(state: Path) -> None:
    mark_store()
    write_mark(state / 'store', 'f' * 32)
    assert not is_store_own()


def test_a_store_that_was_moved_is_the_store(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mark_store()
    (state / 'store').rename(state / 'moved')
    monkeypatch.setenv('DOTHI_STORE', str(state / 'moved'))
    require_store()


def test_an_empty_one_is_begun_with_on_purpose_by_the_command_that_is_named(state: Path) -> None:
    mark_store()
    (state / 'store' / 'store_id').unlink()
    command = f'cp -p {state}/secrets/store_id {state}/store/'
    assert command in for_steward(store_away().text).en
    (state / 'store' / 'store_id').write_bytes((state / 'secrets' / 'store_id').read_bytes())
    require_store()


@pytest.mark.parametrize('damage', [b'', bytes(33), b'\xff' * 9, b'no mark'])
def test_a_mark_among_the_secrets_that_is_damaged_is_taken_from_the_store(state: Path, damage: bytes) -> None:
    mark_store()
    mark = read_mark(state / 'store')
    (state / 'secrets' / 'store_id').write_bytes(damage)
    require_store()
    mark_store()
    assert read_mark(state / 'secrets') == mark
