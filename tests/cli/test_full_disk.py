"""Commands on a disk that is full or takes nothing: they say so, and show no trace as if it were a fault of theirs."""

import errno
from pathlib import Path

import pytest

from dothi.cli.ending import no_room, recorded
from dothi.core.errors import DiskFull


class RefusedByDatabase(Exception):
    """As the driver raises it."""

    def __init__(self, pgcode: str) -> None:
        super().__init__(pgcode)
        self.pgcode = pgcode


@pytest.mark.parametrize(
    'error', [OSError(errno.ENOSPC, 'full'), OSError(errno.EDQUOT, 'quota'), RefusedByDatabase('53100')], ids=repr
)
def test_a_full_disk_is_named(error: Exception) -> None:
    assert isinstance(no_room(error), DiskFull)


def test_the_disk_that_is_full_is_told_from_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a copy it is the one to which it went."""
    monkeypatch.setenv('DOTHI_DISK_MIN_MB', '77')
    error = no_room(OSError(errno.ENOSPC, 'full', '/proc/of_what', None, str(tmp_path / 'to' / 'file')))
    assert error is not None
    for words in (error.text.vi, error.text.en):
        assert all(word in words for word in (str(tmp_path / 'to'), ' MB', '77', 'du -xhd2')), words


@pytest.mark.parametrize('error', [OSError(errno.ENOENT, 'x'), RefusedByDatabase('42P01'), KeyError('x')], ids=repr)
def test_another_fault_is_none_of_the_disk(error: Exception) -> None:
    assert no_room(error) is None


def test_a_fault_is_told_also_where_it_cannot_be_written_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Its trace is on the screen then: nobody would have it."""
    (tmp_path / 'run').write_text('no folder', encoding='utf-8')
    monkeypatch.setenv('DOTHI_STATE', str(tmp_path))
    try:
        raise KeyError('the fault')
    except KeyError:
        fault = recorded()
    assert str(tmp_path / 'run' / 'errors.log') in fault.text.en
    assert 'the fault' in capfd.readouterr().err
