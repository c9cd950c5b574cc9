"""A file that services read again and again is never half written."""

import stat
import threading
from pathlib import Path

from dothi.core.private_files import replace_file


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
