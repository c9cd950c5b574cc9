"""A command of a user to whom the instance does not belong says whose it is, and how to call it as that user."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dothi.core.settings import PROJECT
from tests.matrix import exhaustive

NOBODY = ('setpriv', '--reuid=nobody', '--regid=nogroup', '--clear-groups')


@pytest.mark.skipif(os.geteuid() != 0 or shutil.which('setpriv') is None, reason='only root may become somebody else')
def test_another_user_is_told_whose_instance_it_is(tmp_path: Path) -> None:
    state = tmp_path / 'state'
    (state / 'run').mkdir(parents=True)
    for folder in (tmp_path, *tmp_path.parents[:3]):
        folder.chmod(0o755)
    state.chmod(0o750)
    environment = {
        'PATH': os.environ['PATH'],
        'DOTHI_STATE': str(state),
        'DOTHI_LANG': 'en',
        'PYTHONPATH': str(PROJECT),
    }
    command = [*NOBODY, sys.executable, '-m', 'dothi.cli', 'backup', 'list']
    refused = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd='/')
    assert refused.returncode == 2, refused.stderr
    assert f'{state} belongs to the user "root"' in refused.stderr
    assert 'Traceback' not in refused.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason='only root may change what belongs to others')
@pytest.mark.parametrize(
    ('command', 'is_refused'),
    [
        ('deliveries', True),
        *(pytest.param(command, False, marks=exhaustive) for command in ('status', 'deliveries --help')),
    ],
)
def test_root_leaves_the_instance_of_another_user_alone(tmp_path: Path, command: str, is_refused: bool) -> None:
    """Its services could not lock or change the files that root makes there."""
    state = tmp_path / 'state'
    (state / 'run').mkdir(parents=True)
    shutil.chown(state, 'nobody')
    environment = {'PATH': os.environ['PATH'], 'DOTHI_STATE': str(state), 'DOTHI_LANG': 'en'}
    ended = subprocess.run(
        [sys.executable, '-m', 'dothi.cli', *command.split()],
        capture_output=True, text=True, check=False, env=environment | {'PYTHONPATH': str(PROJECT)}, cwd='/',
    )  # fmt: skip
    refusal = f'{state} belongs to the user "nobody"'
    assert (ended.returncode == 2 and refusal in ended.stderr) is is_refused
    assert is_refused or refusal not in ended.stderr
