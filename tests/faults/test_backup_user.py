"""Backups of an instance that runs as a user of its own, neither root nor postgres, as by `dothi install-service`."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dothi.core.ports import free_port
from dothi.core.settings import PROJECT
from tests.instances import BAY
from tests.matrix import exhaustive

USER, GROUP = 'nobody', 'nogroup'
PATIENCE_S = 300

pytestmark = [
    exhaustive,
    pytest.mark.skipif(
        os.geteuid() != 0 or shutil.which('setpriv') is None, reason='only root may become another user'
    ),
]


def as_user(folder: Path, port: int, *arguments: str) -> str:
    """Output of a command of the user's instance in `folder`. It succeeds."""
    environment = {
        'PATH': os.environ['PATH'],
        'PYTHONPATH': str(PROJECT),
        'HOME': str(folder),
        'TMPDIR': str(folder),
        'DOTHI_STATE': str(folder / 'state'),
        'DOTHI_LOCALITY': str(BAY),
        'DOTHI_PORT': str(port),
        'DOTHI_PUBLIC_PORT': str(port + 1),
        'DOTHI_LANG': 'en',
    }
    become = ['setpriv', f'--reuid={USER}', f'--regid={GROUP}', '--clear-groups']
    command = [*become, sys.executable, '-m', 'dothi.cli', *arguments]
    done = subprocess.run(
        command, env=environment, cwd='/', capture_output=True, text=True, check=False, timeout=PATIENCE_S
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_user_of_its_own_backs_up_proves_and_restores(shared_folder: Path) -> None:
    """pgBackRest's own folders are those of postgres."""
    folder, port = shared_folder / 'user', free_port()
    folder.mkdir()
    shutil.chown(folder, USER, GROUP)
    as_user(folder, port, 'up', '--demo', 'no')
    try:
        as_user(folder, port, 'backup', 'setup', str(folder / 'place'))
        as_user(folder, port, 'backup', 'prove')
        as_user(folder, port, 'down')
        assert 'Restored to' in as_user(folder, port, 'restore', '--yes')
    finally:
        as_user(folder, port, 'down')
