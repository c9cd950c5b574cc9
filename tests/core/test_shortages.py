"""What the machine or the database is short of passes, and is told apart from a fault of ours."""

import errno
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from dothi.core.database import NoDatabase
from dothi.core.errors import DothiError
from dothi.core.shortages import DatabaseShort, MachineShort, shortage

USED_UP = [OSError(number, 'x') for number in (errno.ENOSPC, errno.EMFILE, errno.EROFS, errno.EIO)]


class WithCode(psycopg2.OperationalError):
    """As the driver raises it, whose own code cannot be set."""

    pgcode: Any = None


def refused(code: str) -> psycopg2.Error:
    error = WithCode(code)
    error.pgcode = code
    return error


@pytest.mark.parametrize(
    ('error', 'kind'),
    [
        *((error, MachineShort) for error in USED_UP),
        (MemoryError(), MachineShort),
        (RuntimeError("can't start new thread"), MachineShort),
        (RuntimeError('cannot schedule new futures after shutdown'), MachineShort),
        *((refused(code), DatabaseShort) for code in ('53100', '53200', '55P03', '40P01', '58030', '57014', '25006')),
        (refused('57P01'), NoDatabase),
    ],
    ids=repr,
)
def test_what_passes_is_told_apart(error: Exception, kind: type[DothiError]) -> None:
    passing = shortage(error)
    assert type(passing) is kind


@pytest.mark.parametrize('error', [RuntimeError('x'), KeyError('x'), refused('42P01'), refused('54000')], ids=repr)
def test_a_fault_of_ours_is_none(error: Exception) -> None:
    assert shortage(error) is None


def test_a_file_of_the_instance_that_is_away_will_be_back_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('DOTHI_STATE', str(tmp_path))
    away, never_there = (FileNotFoundError(errno.ENOENT, 'x', name) for name in (f'{tmp_path}/cache/x', '/nowhere/x'))
    assert isinstance(shortage(away), MachineShort)
    assert shortage(never_there) is None


def test_no_password_comes_to_the_log() -> None:
    passing = shortage(OSError(errno.EIO, 'postgresql://dothi:secret@db/dothi'))
    assert passing is not None
    assert 'secret' not in passing.text.model_dump_json()
