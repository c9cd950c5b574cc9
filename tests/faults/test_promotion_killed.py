"""A promotion that is killed at one of its steps: the same again ends it, and nothing stays as it was half-way."""

import fcntl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

from dothi.core.ports import free_port
from dothi.core.settings import PROJECT
from tests.faults.backups import BackedUpInstance, wells
from tests.faults.standbys import Machine, Pair, pair_of_machines, wait_until
from tests.instances import BAY, WholeInstance
from tests.matrix import exhaustive, thorough

# `dothi standby promote`, killed right before or after the step of that name.
KILLED = """
import os, signal, sys
from dothi.local.standby import promote
name, is_before = sys.argv[1], sys.argv[2] == 'before'
step = getattr(promote, name)
def killed(*arguments, **options):
    if not is_before:
        step(*arguments, **options)
    os.kill(os.getpid(), signal.SIGKILL)
setattr(promote, name, killed)
sys.argv = ['dothi', 'standby', 'promote']
from dothi.cli.app import main
main()
"""


@pytest.fixture(scope='module')
def roles(shared_folder: Path) -> Iterator[list[Pair]]:
    """Who is primary and who is standby now, and a backup that both machines reach."""
    with pair_of_machines(shared_folder / 'killed promotion') as pair:
        pair.primary.require('backup', 'setup', shared_folder / 'backups of both')
        pair.wait_until_followed()
        yield [pair]


def lose_primary_and_kill_promotion(roles: list[Pair], step: str, moment: str) -> Machine:
    """The machine on which the promotion was killed; what its primary released is there."""
    pair = roles[0]
    pair.primary.deliver('before', step)
    pair.wait_until_followed()
    pair.primary.kill()
    command = [sys.executable, '-c', KILLED, step, moment]
    killed = subprocess.run(
        command, env=pair.standby.instance.environment(), cwd=PROJECT, capture_output=True, check=False
    )  # fmt: skip
    assert killed.returncode == -9
    return pair.standby


def exchange(roles: list[Pair]) -> None:
    roles[0] = roles[0].exchanged()
    roles[0].join()
    roles[0].wait_until_followed()


def archive_mode(machine: Machine) -> str:
    with closing(psycopg2.connect(machine.administrator_url())) as db, db.cursor() as cursor:
        cursor.execute('show archive_mode')
        ((mode,),) = cursor.fetchall()
    return str(mode)


@thorough
def test_the_backup_goes_on_where_the_machine_is_brought_up_after_the_kill(
    roles: list[Pair], shared_folder: Path
) -> None:
    """The database had not been started again for its log to go anywhere, and no backup began its timeline.

    Moments after the promotion, before that backup and after it, are restored as they were, and not as the old primary
    left them.
    """
    machine = lose_primary_and_kill_promotion(roles, 'restart_private_database', 'before')
    backed_up = BackedUpInstance(machine.instance, shared_folder / 'backups of both', machine.folder)
    with (machine.state / 'run' / 'backup.lock').open('w') as lock:
        # nobody makes a backup meanwhile
        fcntl.flock(lock, fcntl.LOCK_EX)
        machine.require('up', '--demo', 'no')
        assert archive_mode(machine) == 'on'
        backed_up.deliver('after', 'the promotion')
        early = backed_up.moment()
        backed_up.deliver('later', 'than that')
    wait_until(lambda: has_copy_of_promotion(machine), 'a backup on the new timeline')
    late = backed_up.moment()
    backed_up.deliver('last')
    assert wells_at(machine, early, shared_folder / 'copy one') == {'after', 'the promotion'}
    assert wells_at(machine, late, shared_folder / 'copy two') == {'later', 'than that'}
    exchange(roles)


def wells_at(machine: Machine, moment: str, folder: Path) -> set[str]:
    """What a restore to that moment beside the machine serves."""
    copy = WholeInstance(folder, BAY, free_port(), free_port())
    try:
        machine.require('restore', '--into', folder, '--port', str(copy.port), '--to', moment, '--yes')
        return wells(copy)
    finally:
        copy.dothi('down')


def has_copy_of_promotion(machine: Machine) -> bool:
    return bool(machine.document('backup', 'list')['copies'][-1]['timeline'] == 2)


@exhaustive
@pytest.mark.parametrize(
    ('step', 'moment'),
    [
        # that it is begun is written down first
        ('write_standby_record', 'after'),
        ('_promote_database', 'after'),
        ('restart_private_database', 'before'),
        ('back_up_again', 'before'),
    ],
)
def test_the_same_again_ends_the_promotion(roles: list[Pair], step: str, moment: str) -> None:
    machine = lose_primary_and_kill_promotion(roles, step, moment)
    promotion = machine.document('standby', 'promote')
    assert 'dothi standby join' in promotion['next_standby']['command']
    assert not promotion['missing_files']
    assert wells(machine.instance) == {'before', step}
    assert archive_mode(machine) == 'on'
    assert machine.document('backup', 'list')['state']['steps']['store']['fault'] is None
    assert machine.instance.dothi('standby', 'promote').returncode == 2, 'it is done'
    exchange(roles)
