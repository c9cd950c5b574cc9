"""A command of a user to whom the instance does not belong says whose it is, and how to call it as that user."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dothi.core.settings import PROJECT

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
