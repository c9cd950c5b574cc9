"""Small files of an instance that a disk has damaged: it comes up, or says which file it is and what to do."""

import json
import shutil
import subprocess
from pathlib import Path

import psycopg2
import pytest

from tests.faults.backups import BackedUpInstance, wells
from tests.faults.parts import wait_until
from tests.matrix import exhaustive, thorough

# What a damage leaves of a file; None where something that cannot be read lies in its place.
DAMAGES: dict[str, bytes | None] = {
    'empty': b'',
    'cut off': b'{"where": "/mn',
    'zeros': bytes(4096),
    'no text': b'\xff\xfe\x80' * 50,
    'unreadable': None,
}
FOLDERS = ('run', 'secrets', 'backup', 'postgis')


def small_files(state: Path) -> list[Path]:
    """The files that the instance keeps for itself; logs are only written."""
    files = [file for folder in FOLDERS for file in (state / folder).glob('*') if file.is_file()]
    return sorted(file for file in files if file.suffix != '.log')


def damage(file: Path, content: bytes | None) -> None:
    """Its owner and mode stay as they are, as by a disk that fails."""
    if content is None:
        file.unlink()
        file.mkdir()
    else:
        file.write_bytes(content)


def put_back(file: Path, copy: Path) -> None:
    if file.is_dir():
        file.rmdir()
    owner = copy.stat()
    shutil.copy2(copy, file)
    shutil.chown(file, owner.st_uid, owner.st_gid)


def keep_copies(files: list[Path], folder: Path) -> dict[Path, Path]:
    """By file, its copy in `folder`, with its owner."""
    copies = {file: folder / f'{file.parent.name}-{file.name}' for file in files}
    for file, copy in copies.items():
        shutil.copy2(file, copy)
        shutil.chown(copy, file.stat().st_uid, file.stat().st_gid)
    return copies


@exhaustive  # by day test_what_dies.py damages one file
@pytest.mark.parametrize('content', DAMAGES.values(), ids=DAMAGES)
def test_what_is_damaged_is_named_and_with_it_put_back_the_next_is_met(
    backed_up: BackedUpInstance, tmp_path: Path, content: bytes | None
) -> None:
    """All files are damaged at once. With those back that it cannot do without it comes up, and has its data."""
    before = wells(backed_up.instance)
    backed_up.require('down')
    copies = keep_copies(small_files(backed_up.state), tmp_path)
    for file in copies:
        damage(file, content)
    named: list[Path] = []
    while (done := backed_up.instance.dothi('up', '--demo', 'no')).returncode:
        assert done.returncode == 5, done.stderr
        assert 'Traceback' not in done.stderr
        (file,) = [file for file in copies if file not in named and str(file) in done.stderr][:1]
        named.append(file)
        put_back(file, copies[file])
    assert wells(backed_up.instance) == before
    assert named, 'at least the password of the administrator is missed'
    backed_up.require('down')
    for file, copy in copies.items():
        # of those in `run` the instance made others
        if file.parent.name != 'run' or file.is_dir():
            put_back(file, copy)


@exhaustive
def test_with_a_damaged_record_the_log_goes_on_to_the_backup_and_everybody_is_told(backed_up: BackedUpInstance) -> None:
    backed_up.require('down')
    record = backed_up.state / 'backup' / 'backup.json'
    damage(record, b'{"where": "/mn')
    backed_up.require('up', '--demo', 'no')
    wait_until(lambda: backed_up.instance.readiness()['backup'] == 'unreadable', 'ready says it')
    assert str(record) in backed_up.instance.dothi('status').stdout
    assert str(record) in backed_up.instance.dothi('doctor').stdout
    backed_up.deliver('A', 'B', 'C')
    require_log_comes(backed_up)
    refused = backed_up.instance.dothi('backup', 'setup', backed_up.folder / 'state' / 'inside')
    assert refused.returncode == 2
    backed_up.require('backup', 'setup', backed_up.place)
    wait_until(lambda: backed_up.instance.readiness()['backup'] == 'ok', 'ready is content')
    assert 'damaged' not in json.dumps(backed_up.document('status')['backup'])


@exhaustive
def test_a_setup_that_fails_leaves_a_damaged_record_and_the_log_on_its_way(backed_up: BackedUpInstance) -> None:
    record = backed_up.state / 'backup' / 'backup.json'
    kept = record.read_bytes()
    damage(record, b'')
    # a disk that has no room for the first backup makes the setup fail when the log goes there already
    full = backed_up.folder / 'full'
    full.mkdir()
    mount = ['mount', '-t', 'tmpfs', '-o', 'size=200k,mode=755', 'tmpfs', str(full)]
    if subprocess.run(mount, check=False).returncode:
        pytest.skip('only root may mount a disk')
    try:
        failed = backed_up.instance.dothi('backup', 'setup', full / 'place')
        assert list((full / 'place' / 'database' / 'archive').iterdir()), 'it was under way'
    finally:
        subprocess.run(['umount', str(full)], check=True)
    assert failed.returncode == 5, failed.stderr
    assert record.read_bytes() == b''
    require_log_comes(backed_up)
    record.write_bytes(kept)
    wait_until(lambda: backed_up.instance.readiness()['backup'] == 'ok', 'what was put back is found')


@thorough
def test_a_setup_that_is_refused_leaves_the_log_on_its_way(backed_up: BackedUpInstance) -> None:
    """It is refused after the place was looked at, for which the log's configuration names it."""
    other = backed_up.folder / 'of-another'
    shutil.copytree(backed_up.place, other)
    for file in other.rglob('*.info*'):
        file.write_bytes(b'closed by another key')
    shutil.chown(other / 'database', 'postgres', 'postgres')
    assert backed_up.instance.dothi('backup', 'setup', other).returncode in {2, 5}
    require_log_comes(backed_up)


def require_log_comes(backed_up: BackedUpInstance) -> None:
    """Asserts that what is changed now comes to the place of the backup."""
    before = segments(backed_up)
    switch_segment(backed_up)
    wait_until(lambda: segments(backed_up) > before, 'the log comes to its place')


def segments(backed_up: BackedUpInstance) -> int:
    """How many segments of the log lie in the place."""
    return len(list((backed_up.place / 'database' / 'archive').rglob('*.zst')))


def switch_segment(backed_up: BackedUpInstance) -> None:
    with psycopg2.connect(backed_up.instance.database_address()) as db, db.cursor() as cursor:
        cursor.execute("select pg_logical_emit_message(false, 'test', 'x'), pg_switch_wal()")
