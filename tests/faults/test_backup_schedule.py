"""When backups are made, when they are old, and what places can be named."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from dothi.core.backup_state import BackupState, StepState
from dothi.local.backup.pgbackrest import DatabaseCopy
from dothi.local.backup.place import BadPlace, read_place
from dothi.local.backup.recover import choose_copies
from dothi.local.backup.watch import is_full_due, next_night

HANOI = ZoneInfo('Asia/Ho_Chi_Minh')
NOON = datetime(2026, 11, 29, 5, 0, tzinfo=UTC)


def copy(ended_at: datetime, kind: str = 'full', is_damaged: bool = False) -> DatabaseCopy:
    return DatabaseCopy(
        label=f'{ended_at:%d%H}', kind=kind, started_at=ended_at, ended_at=ended_at, size_bytes=1, repository_bytes=1,
        is_damaged=is_damaged,
    )  # fmt: skip


def state(**hours: float) -> BackupState:
    """Steps that succeeded so many hours before noon."""
    return BackupState(
        steps={step: StepState(succeeded_at=NOON - timedelta(hours=ago), failed_at=None) for step, ago in hours.items()}
    )


def test_a_night_is_one_by_the_clocks_of_the_locality() -> None:
    """One o'clock in Hanoi is 18:00 UTC of the day before."""
    assert next_night(NOON, HANOI, 1) == datetime(2026, 11, 29, 18, 0, tzinfo=UTC)
    assert next_night(datetime(2026, 11, 29, 18, 0, tzinfo=UTC), HANOI, 1) == datetime(2026, 11, 30, 18, 0, tzinfo=UTC)


def test_a_full_backup_is_due_each_week_and_where_the_last_is_damaged() -> None:
    week_ago, yesterday = copy(NOON - timedelta(days=7)), copy(NOON - timedelta(days=1))
    assert is_full_due([], NOON)
    assert is_full_due([week_ago, copy(NOON - timedelta(days=1), 'incr')], NOON)
    assert not is_full_due([week_ago, yesterday], NOON)
    assert is_full_due([week_ago, copy(NOON - timedelta(days=1), is_damaged=True)], NOON)


def test_a_backup_is_old_when_any_of_its_steps_is() -> None:
    assert not BackupState().is_old(NOON), 'nobody is reminded of a backup that is not set up'
    assert not state(setup=1).is_old(NOON), 'it has until the next night'
    assert state(setup=27).is_old(NOON)
    assert not state(setup=99, database=25, store=25, proof=25).is_old(NOON)
    assert state(setup=99, database=25, store=25, proof=27).is_old(NOON)
    assert state(setup=99, database=27, store=25, proof=25).is_old(NOON)


def test_a_moment_is_reached_from_a_backup_that_ended_before_it_newest_first() -> None:
    copies = [copy(NOON - timedelta(hours=hours)) for hours in (30, 20, 10)]
    assert choose_copies(copies, NOON - timedelta(hours=15)) == [copies[1], copies[0]]
    assert choose_copies(copies, None) == [copies[2], copies[1], copies[0]]
    assert not choose_copies(copies, NOON - timedelta(hours=31))


def test_a_server_is_named_by_user_host_and_path() -> None:
    place = read_place('sftp://keeper@backup.example:2222/srv/dothi')
    assert (place.user, place.host, place.port, str(place.path)) == ('keeper', 'backup.example', 2222, '/srv/dothi')
    assert str(place) == 'sftp://keeper@backup.example:2222/srv/dothi'
    for text in (
        'sftp://backup.example/srv',
        'sftp://keeper:secret@backup.example/srv',
        'sftp://keeper@backup.example',
    ):
        with pytest.raises(BadPlace):
            read_place(text)
