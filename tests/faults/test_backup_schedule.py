"""When backups are made, when they are old, and what places can be named."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from dothi.core.backup_state import LOG_PATIENCE, BackupState, StepState
from dothi.local.backup.pgbackrest import DatabaseCopy
from dothi.local.backup.place import BackupPlace, BadPlace, read_place
from dothi.local.backup.record import BackupRecord, backup_folder, require_record, write_record
from dothi.local.backup.recover import choose_copies
from dothi.local.backup.restic import StoreBackup, StoreSnapshot
from dothi.local.backup.tools import BackupFailed
from dothi.local.backup.watch import GaplessLog, due_at, has_copy_on, is_full_due, next_night
from dothi.local.locks import BACKUP_LOCK, alone
from tests.matrix import thorough

HANOI = ZoneInfo('Asia/Ho_Chi_Minh')
NOON = datetime(2026, 11, 29, 5, 0, tzinfo=UTC)


def copy(ended_at: datetime, kind: str = 'full', is_damaged: bool = False, timeline: int = 1) -> DatabaseCopy:
    return DatabaseCopy(
        label=f'{ended_at:%d%H}', kind=kind, started_at=ended_at, ended_at=ended_at, size_bytes=1, repository_bytes=1,
        timeline=timeline, is_damaged=is_damaged,
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


def test_a_timeline_without_a_backup_of_its_own_waits_for_no_night() -> None:
    """Of a promotion or a restore that was killed before its backup: moments after it could not be restored."""
    copies = [copy(NOON), copy(NOON, timeline=3)]
    assert has_copy_on(GaplessLog(3), copies)
    assert not has_copy_on(GaplessLog(4), copies)


def test_a_gap_in_the_log_waits_for_no_night() -> None:
    """A setup elsewhere took the log for a while, and failed: what came since could not be restored."""
    copies = [copy(NOON)]
    assert has_copy_on(GaplessLog(copies[0].timeline, copies[0].started_at), copies)
    assert not has_copy_on(GaplessLog(copies[0].timeline, copies[0].started_at + timedelta(seconds=1)), copies)


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


def test_a_backup_that_was_made_in_the_future_is_old_and_due() -> None:
    """The clock was ahead when it was made: else nobody would make one until that moment."""
    ahead = state(setup=99, database=-24 * 365, store=1, proof=1)
    assert ahead.is_old(NOON)
    assert due_at(ahead, 'database', NOON) == NOON
    assert due_at(ahead, 'proof', NOON) == datetime(2026, 11, 29, 18, 0, tzinfo=UTC)
    assert not state(setup=99, database=-0.01, store=1, proof=1).is_old(NOON), 'clocks are set by seconds all the time'


def test_a_backup_that_was_never_made_is_due_at_once_and_its_proof_in_the_night_after_the_setup() -> None:
    assert due_at(BackupState(), 'database', NOON) == NOON
    assert due_at(state(setup=1), 'database', NOON) == NOON
    assert due_at(state(setup=1), 'proof', NOON) == datetime(2026, 11, 29, 18, 0, tzinfo=UTC)


def test_the_log_is_behind_once_it_has_waited_for_long() -> None:
    steps = state(setup=99).steps
    assert not BackupState(steps=steps).is_behind(NOON)
    assert not BackupState(steps=steps, log_waits_since=NOON - LOG_PATIENCE / 2).is_behind(NOON)
    assert BackupState(steps=steps, log_waits_since=NOON - LOG_PATIENCE * 2).is_behind(NOON)
    assert not BackupState(log_waits_since=NOON - LOG_PATIENCE * 2).is_behind(NOON), 'somebody else makes its backups'


@pytest.mark.skipif(shutil.which('restic') is None, reason='restic is not installed')
def test_snapshots_of_long_ago_stay_after_weeks_without_any(tmp_path: Path) -> None:
    """As do the backups of the database, whose moments need them: they are counted. Of a day long ago one stays."""
    backup = StoreBackup(tmp_path, BackupPlace(tmp_path / 'place'), 'key')
    (tmp_path / 'store').mkdir()
    backup.prepare()
    for taken_at in ('03-01 08', '03-02 08', '03-02 20', '03-03 08', '09-01 08'):
        backup.run('backup', '--time', f'2026-{taken_at}:00:00', str(tmp_path / 'store'))
    backup.forget()
    kept = ['03-01 08', '03-02 20', '03-03 08', '09-01 08']
    assert [f'{snapshot.taken_at:%m-%d %H}' for snapshot in backup.snapshots()] == kept


@thorough
@pytest.mark.skipif(shutil.which('restic') is None, reason='restic is not installed')
def test_a_preparation_that_was_interrupted_is_made_anew_and_data_is_left_alone(tmp_path: Path) -> None:
    backup = StoreBackup(tmp_path, BackupPlace(tmp_path / 'place'), 'key')
    backup.prepare()
    (backup.place.store / 'config').unlink()
    backup.prepare()
    assert backup.snapshots() == []
    backup.run('backup', __file__)
    (backup.place.store / 'config').rename(tmp_path / 'config')
    with pytest.raises(BackupFailed):
        backup.prepare()
    (tmp_path / 'config').rename(backup.place.store / 'config')
    assert len(backup.snapshots()) == 1


@pytest.mark.skipif(shutil.which('restic') is None, reason='restic is not installed')
def test_a_failure_of_restic_is_told_in_words(tmp_path: Path) -> None:
    backup = StoreBackup(tmp_path, BackupPlace(tmp_path / 'place'), 'key')
    with pytest.raises(BackupFailed) as failed:
        backup.read_file(StoreSnapshot(id='1', taken_at=NOON, paths=[], size_bytes=0), '/file')
    assert 'repository does not exist' in failed.value.text.en
    assert '{' not in failed.value.text.en


def test_a_moment_is_reached_from_a_backup_that_ended_before_it_newest_first() -> None:
    copies = [copy(NOON - timedelta(hours=hours)) for hours in (30, 20, 10)]
    assert choose_copies(copies, NOON - timedelta(hours=15)) == [copies[1], copies[0]]
    assert choose_copies(copies, None) == [copies[2], copies[1], copies[0]]
    assert not choose_copies(copies, NOON - timedelta(hours=31))


def test_a_restore_goes_by_what_was_set_up_before_a_setup_that_was_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While one is under way, which holds the lock, it goes by that; meanwhile the log went to its place."""
    monkeypatch.setenv('DOTHI_STATE', str(tmp_path))
    backup_folder().mkdir()
    before = BackupRecord(where='/mnt/before', set_up_at=NOON)
    write_record(BackupRecord(where='/mnt/killed', set_up_at=NOON, is_unfinished=True, before=before))
    with alone(BACKUP_LOCK):
        assert require_record().where == '/mnt/killed'
    after = require_record()
    assert after == before.model_copy(update={'archiving_since': after.archiving_since})
    assert after.archiving_since is not None
    assert abs(datetime.now(UTC) - after.archiving_since) < timedelta(minutes=1)


def test_a_server_is_named_by_user_host_and_path() -> None:
    place = read_place('sftp://keeper@backup.example:2222/srv/dothi')
    assert (place.user, place.host, place.port, str(place.path)) == ('keeper', 'backup.example', 2222, '/srv/dothi')
    assert str(place) == 'sftp://keeper@backup.example:2222/srv/dothi'
    for text in (
        '',
        'sftp://backup.example/srv',
        'sftp://keeper:secret@backup.example/srv',
        'sftp://keeper@backup.example',
    ):
        with pytest.raises(BadPlace):
            read_place(text)
