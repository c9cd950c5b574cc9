"""A state folder that was copied as a whole leaves the instance that it was copied from alone."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from dothi.core.database import NoDatabase, database_url
from dothi.core.errors import exit_code
from dothi.core.foreground import foreground_pid, record_foreground
from dothi.core.private_files import replace_file
from dothi.core.run_folder import claim_run_folder, first_run_folder, is_copied_run_folder
from dothi.core.services import Service
from dothi.local.backup.record import record_file
from dothi.local.copied_state import CopiedState, require_own_backup
from dothi.local.database_start import archived_database


@pytest.fixture
def first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The state folder of an instance with a process in the background and one in the foreground."""
    state = tmp_path / 'first'
    monkeypatch.setenv('DOTHI_STATE', str(state))
    # other tests use a database that is named to them
    monkeypatch.delenv('DOTHI_DATABASE_URL', raising=False)
    claim_run_folder(state / 'run')
    service = service_of(state)
    service.start('print')
    record_foreground('inbox')
    replace_file(state / 'run' / 'database_url', 'postgresql+psycopg2://dothi_admin@127.0.0.1:1/dothi')
    yield state
    monkeypatch.setenv('DOTHI_STATE', str(state))
    service.stop()


def service_of(state: Path) -> Service:
    """A service that waits for requests."""
    return Service('files', ['0', '--bind', '127.0.0.1'], state / 'run', 'http.server')


def copied(state: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy as administrators make it, which is what commands mean from now on."""
    copy = state.parent / 'copy'
    subprocess.run(['cp', '-a', str(state), str(copy)], check=True)
    monkeypatch.setenv('DOTHI_STATE', str(copy))
    return copy


def test_a_copy_ends_no_process_of_the_first_one(first: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`dothi down` and `dothi up` with the copy ended what served at the first one's address."""
    pid = service_of(first).pid()
    copy = copied(first, monkeypatch)
    assert service_of(copy).pid() is None
    assert foreground_pid('inbox') is None
    assert not service_of(copy).stop()
    assert service_of(first).pid() == pid is not None


def test_a_copy_that_was_not_started_writes_to_no_database(first: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its commands went to the database of the first one, with the store of the copy."""
    copied(first, monkeypatch)
    with pytest.raises(NoDatabase, match='no database yet'):
        database_url('admin')


def test_a_copy_that_starts_has_a_folder_of_its_own(first: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is recorded there after its start is its own."""
    run = copied(first, monkeypatch) / 'run'
    assert first_run_folder(run) == first / 'run'
    claim_run_folder(run)
    assert not is_copied_run_folder(run)
    assert not list(run.glob('*.pid'))
    record_foreground('inbox')
    assert foreground_pid('inbox') == os.getpid()


def test_a_copy_does_not_write_into_the_place_of_the_first_one(first: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their logs have the same names with other contents: the backup of one of them would end."""
    record = record_file()
    record.parent.mkdir()
    record.write_text('{"where": "/mnt/backup", "set_up_at": "2026-12-01T00:00:00Z"}', encoding='utf-8')
    require_own_backup()
    copy = copied(first, monkeypatch)
    with pytest.raises(CopiedState, match=f'{copy} is a copy of {first}.*/mnt/backup.*dothi backup off') as refused:
        archived_database()
    assert exit_code(refused.value) == 4
    first.rename(first.with_name('old'))
    # it has moved to another disk
    require_own_backup()
    shutil.move(first.with_name('old'), first)


def test_a_folder_that_is_renamed_stays_the_same(first: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its processes live on, and `dothi down` at its new place ends them."""
    pid, moved = service_of(first).pid(), first.with_name('moved')
    first.rename(moved)
    assert service_of(moved).pid() == pid
    assert first_run_folder(moved / 'run') is None
    moved.rename(first)


def test_a_folder_whose_file_system_numbers_anew_stays_the_same(first: Path) -> None:
    """As some in user space do, while all runs: nothing would be taken for running any more, and started twice."""
    mark = first / 'run' / 'folder'
    inode, _, folder = mark.read_text(encoding='utf-8').partition(' ')
    mark.write_text(f'{int(inode) + 1} {folder}', encoding='utf-8')
    assert service_of(first).pid()
    assert first_run_folder(first / 'run') is None


def test_a_folder_without_a_mark_counts_as_before(first: Path) -> None:
    """Of an instance that an older version started, and where the mark is damaged."""
    mark = first / 'run' / 'folder'
    for text in (b'', b'no number', bytes(64), b'\xff\xfe 1'):
        mark.write_bytes(text)
        assert service_of(first).pid()
    mark.unlink()
    assert service_of(first).pid()
