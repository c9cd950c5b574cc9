"""A file that services read again and again is never half written."""

import errno
import stat
import threading
from pathlib import Path

import pytest

from dothi.core import private_files
from dothi.core.private_files import replace_file, replace_file_without_room, write_once


def test_who_reads_while_a_secret_is_replaced_gets_the_old_or_the_new_one(tmp_path: Path) -> None:
    """A service that met an empty address of the database ended while `up` ran."""
    file, written = tmp_path / 'database_url', threading.Event()
    replace_file(file, 'a' * 100)

    def write() -> None:
        for number in range(2_000):
            replace_file(file, 'ab'[number % 2] * 100)
        written.set()

    writer = threading.Thread(target=write)
    writer.start()
    texts = set()
    while not written.is_set():
        texts.add(file.read_text(encoding='utf-8'))
    writer.join()
    assert texts <= {'a' * 100, 'b' * 100}
    assert [entry.name for entry in tmp_path.iterdir()] == ['database_url']


def test_a_secret_is_its_owners_alone_also_where_the_file_was_open_to_others(tmp_path: Path) -> None:
    file = tmp_path / 'secret'
    file.write_text('old', encoding='utf-8')
    file.chmod(0o644)
    replace_file(file, 'new')
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_on_a_full_disk_a_record_is_written_over_what_it_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its draft has no room. Words and JSON may have blanks behind them, so that nobody meets half of it."""
    file = tmp_path / 'public.pid'
    file.write_text('12345 long-before code', encoding='utf-8')

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, 'No space left on device')

    monkeypatch.setattr(private_files, 'replace_file', refuse)
    replace_file_without_room(file, '67 now code')
    assert file.read_text(encoding='utf-8').split() == ['67', 'now', 'code']
    with pytest.raises(OSError, match='No space'):
        replace_file_without_room(tmp_path / 'new', 'text')


def test_a_draft_for_which_there_is_no_room_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, 'No space left on device')

    monkeypatch.setattr(Path, 'write_text', refuse)
    with pytest.raises(OSError, match='No space'):
        replace_file(tmp_path / 'record', 'text')
    assert not list(tmp_path.iterdir())


def test_a_secret_that_has_no_room_leaves_nothing_that_is_taken_for_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill(_file: Path, _text: str, **_more: str) -> None:
        raise OSError(errno.ENOSPC, 'no room')

    monkeypatch.setattr(Path, 'write_text', fill)
    with pytest.raises(OSError, match='no room'):
        write_once(tmp_path / 'owner', 'secret')
    assert not [*tmp_path.iterdir()]
