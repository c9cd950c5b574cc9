"""Processes keep each other out by name, and a dead one keeps nobody out."""

import errno
import fcntl
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from dothi.core.named_locks import NamedLocks
from tests.conftest import PATIENCE_S

# Says `in` once it is inside, and leaves when it is told to.
ENTERING = """
import sys
from pathlib import Path
from dothi.core.named_locks import NamedLocks
with NamedLocks(Path(sys.argv[1])).locked(sys.argv[2], 600):
    print('in', flush=True)
    sys.stdin.readline()
"""


class Other:
    """Another process that enters a lock."""

    def __init__(self, file: Path, name: str) -> None:
        command = [sys.executable, '-c', ENTERING, str(file), name]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def is_inside(self, within_s: float = PATIENCE_S) -> bool:
        assert self.process.stdout is not None
        return bool(select.select([self.process.stdout], [], [], within_s)[0]) and self.process.poll() is None

    def leave(self) -> None:
        self.process.communicate(b'leave\n', timeout=PATIENCE_S)
        assert self.process.returncode == 0


def test_one_process_at_a_time_is_inside_a_name_and_any_number_in_others(tmp_path: Path) -> None:
    file = tmp_path / 'not there yet' / 'locks'
    with NamedLocks(file).locked('a', PATIENCE_S):
        waiting, passing = Other(file, 'a'), Other(file, 'b')
        assert passing.is_inside()
        passing.leave()
        assert not waiting.is_inside(0.5)
    assert waiting.is_inside()
    waiting.leave()


def test_who_is_killed_inside_keeps_nobody_out(tmp_path: Path) -> None:
    killed = Other(tmp_path / 'locks', 'a')
    assert killed.is_inside()
    killed.process.kill()
    with NamedLocks(tmp_path / 'locks').locked('a', PATIENCE_S):
        pass
    killed.process.communicate()


def test_who_stands_still_inside_keeps_others_out_for_so_long_only(tmp_path: Path) -> None:
    standing = Other(tmp_path / 'locks', 'a')
    assert standing.is_inside()
    standing.process.send_signal(signal.SIGSTOP)
    with NamedLocks(tmp_path / 'locks').locked('a', 0.1):
        pass
    standing.process.send_signal(signal.SIGCONT)
    third = Other(tmp_path / 'locks', 'a')
    # who gave up has taken nothing away
    assert not third.is_inside(0.5)
    standing.leave()
    assert third.is_inside()
    third.leave()


def test_without_a_file_nobody_is_kept_out(tmp_path: Path) -> None:
    (tmp_path / 'file').touch()
    with NamedLocks(tmp_path / 'file' / 'locks').locked('a', PATIENCE_S):
        pass


def test_where_there_are_no_locks_nobody_is_kept_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a network's folder: a picture is drawn twice there, and nobody hears of a fault."""

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, 'No locks available')

    monkeypatch.setattr(fcntl, 'fcntl', refuse)
    with NamedLocks(tmp_path / 'locks').locked('a', PATIENCE_S):
        pass


def test_a_fault_inside_gives_the_lock_back(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match='inside'), NamedLocks(tmp_path / 'locks').locked('a', PATIENCE_S):
        raise ValueError('inside')
    other = Other(tmp_path / 'locks', 'a')
    assert other.is_inside()
    other.leave()
