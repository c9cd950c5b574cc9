"""Units of systemd: what systemd itself says of them, who may be their installation, and what is left by removing."""

import os
import shutil
import signal
import stat
import subprocess
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import psycopg2
import pytest

from dothi.core.errors import DiskFull
from dothi.core.ports import free_port
from dothi.local.systemd.install import UnwritableFolder, install, remove
from dothi.local.systemd.installation import Installation, UnfitInstallation, closed_part, running_installation
from dothi.local.systemd.units import STATE, unit_texts
from tests.forked import start_command
from tests.instances import BAY, WholeInstance
from tests.services import PATIENCE_S


@pytest.fixture
def installation(shared_folder: Path) -> Installation:
    """An installation that everybody can read."""
    folder = shared_folder / 'opt'
    shutil.rmtree(folder, ignore_errors=True)
    (folder / 'bin').mkdir(parents=True)
    program = folder / 'bin' / 'dothi'
    program.write_text('#!/bin/sh\n')
    for path in (folder, folder / 'bin', program):
        path.chmod(0o755)
    return Installation(program, Path('/usr/bin/python3').resolve(), folder, is_checkout=False)


@pytest.mark.parametrize('folder', ['.', 'Đô thị số 1', '50%b $HOME'])
def test_systemd_finds_no_fault_in_the_units(installation: Installation, tmp_path: Path, folder: str) -> None:
    """Wherever the program lies: a path has blanks and signs that mean something to systemd."""
    program = installation.packages / folder / 'dothi'
    program.parent.mkdir(exist_ok=True)
    shutil.copy(installation.program, program)
    install(replace(installation, program=program), tmp_path)
    units = sorted((tmp_path / 'etc/systemd/system').iterdir())
    assert [unit.name for unit in units] == sorted(unit_texts(Path('/x')))
    checked = subprocess.run(
        ['systemd-analyze', 'verify', '--man=no', *map(str, units)], capture_output=True, text=True, check=False
    )
    faults = [line for line in checked.stderr.splitlines() if 'dothi' in line]
    assert (checked.returncode, faults) == (0, [])


@pytest.mark.parametrize('folder', ["it's", '"new"', 'back\\slash'])
def test_a_path_that_systemd_takes_in_no_form_is_refused(
    installation: Installation, tmp_path: Path, folder: str
) -> None:
    with pytest.raises(UnfitInstallation, match='quote or a backslash'):
        install(replace(installation, program=installation.packages / folder / 'dothi'), tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize('name', [name for name in unit_texts(Path('/x')) if name.endswith('.service')])
def test_every_service_is_shut_in(name: str, installation: Installation, tmp_path: Path) -> None:
    """systemd's own measure: 0 is shut in, 10 is open; a service without any wall has 9.6."""
    install(installation, tmp_path)
    unit = tmp_path / 'etc/systemd/system' / name
    weighed = subprocess.run(
        ['systemd-analyze', 'security', '--offline=yes', '--threshold=25', str(unit)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert weighed.returncode == 0, weighed.stdout


def test_the_public_service_reaches_no_secret_but_the_passwords_of_its_own_roles(
    installation: Installation, tmp_path: Path
) -> None:
    """Whatever is put beside them, at any time: the folder is covered, and these two are laid on top."""
    unit = installed_unit('dothi-public.service', installation, tmp_path)
    assert values_of(unit, 'TemporaryFileSystem') == [f'{STATE}/secrets:ro']
    assert values_of(unit, 'BindReadOnlyPaths') == [f'{STATE}/secrets/{name}' for name in ('reader_public', 'reporter')]


def test_what_the_public_service_may_not_see_is_made_before_it_starts(
    installation: Installation, tmp_path: Path
) -> None:
    """systemd covers what is there at the start: the backup that is set up a day later would stand open."""
    public, migrate = (
        installed_unit(name, installation, tmp_path) for name in ('dothi-public.service', 'dothi-migrate.service')
    )
    hidden = {path.removeprefix('-') for path in values_of(public, 'InaccessiblePaths')}
    assert {f'{STATE}/{name}' for name in ('backup', 'restore', 'standby', 'inbox', 'store/originals')} <= hidden
    assert hidden <= set(values_of(migrate, 'ExecStartPre'))
    assert 'After=dothi-migrate.service' in public


def test_the_inbox_may_mark_its_folders_for_their_group(installation: Installation, tmp_path: Path) -> None:
    """Without it no answer can be handed back; nobody else may make what others would run with more rights."""
    names = [name for name in unit_texts(Path('/x')) if name.endswith('.service')]
    last_words = {
        name: values_of(installed_unit(name, installation, tmp_path), 'RestrictSUIDSGID')[-1] for name in names
    }
    assert {name for name, word in last_words.items() if word == 'no'} == {'dothi-inbox.service'}


def test_what_nobody_waits_for_lets_the_services_go_first(installation: Installation, tmp_path: Path) -> None:
    """systemd shares processors out by units first: beside them the niceness of a process counts for nothing."""
    names = [name for name in unit_texts(Path('/x')) if name.endswith('.service')]
    weights = {name: values_of(installed_unit(name, installation, tmp_path), 'CPUWeight') for name in names}
    lighter = {name for name, values in weights.items() if values and int(values[0]) < 100}
    assert lighter == {'dothi-worker.service', 'dothi-inbox.service', 'dothi-backup.service'}


def installed_unit(name: str, installation: Installation, root: Path) -> str:
    """The text of a unit as it is installed below `root`."""
    install(installation, root)
    return (root / 'etc' / 'systemd' / 'system' / name).read_text(encoding='utf-8')


def values_of(unit: str, key: str) -> list[str]:
    """The words of all lines `key=` of a unit."""
    lines = (line.partition('=')[2] for line in unit.splitlines() if line.startswith(f'{key}='))
    return [word for line in lines for word in line.split()]


def test_settings_are_for_the_services_alone_and_outlive_a_second_install(
    installation: Installation, tmp_path: Path
) -> None:
    install(installation, tmp_path)
    settings = tmp_path / 'etc/dothi/dothi.env'
    assert stat.S_IMODE(settings.stat().st_mode) == 0o640
    settings.write_text('DOTHI_WORKERS=4\n')
    assert install(installation, tmp_path).kept == [str(settings)]
    assert settings.read_text() == 'DOTHI_WORKERS=4\n'
    assert remove(tmp_path).kept == [str(settings)]


def test_removing_leaves_nothing_that_was_written(installation: Installation, tmp_path: Path) -> None:
    install(installation, tmp_path)
    remove(tmp_path)
    assert [path for path in tmp_path.rglob('*') if path.is_file()] == []


def test_an_installation_under_a_closed_folder_is_refused(installation: Installation, tmp_path: Path) -> None:
    """As /root is: the user `dothi` cannot even look into it."""
    installation.packages.chmod(0o700)
    with pytest.raises(UnfitInstallation, match=str(installation.packages)):
        install(installation, tmp_path)
    assert closed_part(installation.program) == installation.packages
    assert list(tmp_path.iterdir()) == []


def test_a_checkout_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnfitInstallation, match='checkout'):
        install(running_installation(), tmp_path)


def test_the_private_database_runs_in_the_foreground_and_ends_with_its_process(shared_folder: Path) -> None:
    """As its unit runs it: the process that systemd knows is the server itself, and a signal ends it in order."""
    instance = WholeInstance(shared_folder / 'foreground', BAY, free_port(), free_port())
    with (shared_folder / 'foreground.log').open('wb') as log:
        process = start_command(['database'], {**os.environ, 'DOTHI_STATE': str(instance.state)}, log)
    try:
        assert wait_for_database(instance) == 42
        server = int((instance.state / 'postgis/data/postmaster.pid').read_text().splitlines()[0])
        assert server == process.pid
        second = instance.dothi('database')
        assert second.returncode == 5
        assert str(server) in second.stderr
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_S) == 0
    assert not (instance.state / 'postgis/data/postmaster.pid').exists()


def wait_for_database(instance: WholeInstance) -> int:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        try:
            with closing(psycopg2.connect(instance.database_address())) as connection, connection.cursor() as cursor:
                cursor.execute('select 41 + 1')
                return int((cursor.fetchone() or (0,))[0])
        except (FileNotFoundError, psycopg2.OperationalError):
            time.sleep(0.1)
    return 0


def test_an_update_on_a_full_disk_leaves_units_whole(installation: Installation, tmp_path: Path) -> None:
    """A unit of which half was written kept the machine from starting the service at its next boot."""
    disk = tmp_path / 'disk'
    disk.mkdir()
    if subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=128k', 'tmpfs', disk], check=False).returncode:
        pytest.skip('only root may mount a disk')
    try:
        install(installation, disk)
        units = sorted((disk / 'etc/systemd/system').iterdir())
        before = {unit: unit.read_text(encoding='utf-8') for unit in units}
        free = os.statvfs(disk)
        (disk / 'filler').write_bytes(bytes(free.f_bavail * free.f_frsize))
        program = installation.program.with_name('dothi-of-another-version')
        program.touch(mode=0o755)
        with pytest.raises(DiskFull):
            install(replace(installation, program=program), disk)
        assert {unit: unit.read_text(encoding='utf-8') for unit in (disk / 'etc/systemd/system').iterdir()} == before
    finally:
        subprocess.run(['umount', disk], check=True)


def test_a_folder_that_is_none_is_refused_in_words(installation: Installation, tmp_path: Path) -> None:
    """It was called a fault of ours, with a log to send in."""
    (tmp_path / 'file').touch()
    for root in (tmp_path / 'file', Path('/proc')):
        with pytest.raises(UnwritableFolder, match=f'{root}.* cannot be written.*--root FOLDER'):
            install(installation, root)
