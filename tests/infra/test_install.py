"""What `make` installs by: it acts only when something is missing, and says what to do where it cannot act."""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from dothi.core.settings import PROJECT


@pytest.fixture
def docker(shared_folder: Path) -> Path:
    """A copy of docker/ for other users too, with a list `here` of what is installed and `gone` of what is not."""
    project = Path(tempfile.mkdtemp(dir=shared_folder))
    project.chmod(0o755)
    folder = project / 'docker'
    shutil.copytree(PROJECT / 'docker', folder)
    (folder / 'packages' / 'here.txt').write_text('# installed\nbash  /bin/bash\n')
    (folder / 'packages' / 'gone.txt').write_text('# not installed\nno-such-package  /no/such/file\n')
    (project / 'requirements').mkdir()
    return folder


def run(*command: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **variables}
    return subprocess.run(
        command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, cwd='/', check=False
    )


def on(system: str, folder: Path) -> dict[str, str]:
    """The environment in which the script takes this machine for another."""
    name, version = system.split()
    file = folder / 'os-release'
    file.write_text(f'NAME="Some {name}"\nID={name}\nVERSION_ID="{version}"\n')
    return {'OS_RELEASE': str(file)}


def test_nothing_is_done_when_all_is_there(docker: Path) -> None:
    debian = on('debian 13', docker)
    assert run(docker / 'debian.sh', '--check', 'here', **debian).returncode == 0
    assert run(docker / 'debian.sh', 'here', **debian).stdout == ''


def test_a_missing_package_is_noticed(docker: Path) -> None:
    assert run(docker / 'debian.sh', '--check', 'here', 'gone', **on('debian 13', docker)).returncode == 1


def test_a_list_that_is_not_there_is_an_error_and_not_nothing_to_do(docker: Path) -> None:
    """For a name without .txt LibreOffice and Samba were never installed, and their tests left out."""
    done = run(docker / 'debian.sh', '--check', 'here', 'forgotten', **on('debian 13', docker))
    assert (done.returncode, 'forgotten.txt' in done.stderr) == (2, True)


def test_every_list_that_make_installs_is_there() -> None:
    makefile = (PROJECT / 'Makefile').read_text(encoding='utf-8')
    lists = {name for words in re.findall(r'LISTS := (.+)', makefile) for name in words.split()}
    assert lists
    assert lists <= {file.stem for file in (PROJECT / 'docker' / 'packages').glob('*.txt')}


@pytest.mark.parametrize('system', ['ubuntu 24.04', 'debian 12', 'fedora 42'])
def test_another_system_hears_exactly_what_to_install(docker: Path, system: str) -> None:
    done = run(docker / 'debian.sh', 'here', 'gone', **on(system, docker))
    assert done.returncode == 5
    assert 'no-such-package' in done.stderr
    assert 'bash' not in done.stderr
    assert 'docker compose -f docker/compose.yml up' in done.stderr


def test_another_system_with_everything_installed_goes_on(docker: Path) -> None:
    assert run(docker / 'debian.sh', 'here', **on('ubuntu 24.04', docker)).returncode == 0


@pytest.mark.skipif(os.geteuid() != 0, reason='only root can become somebody without sudo')
def test_a_user_without_sudo_hears_what_an_administrator_should_run(docker: Path) -> None:
    programs = docker / 'bin'
    programs.mkdir()
    for name in ('bash', 'dirname', 'dpkg-query', 'sed', 'grep', 'cut', 'id'):
        (programs / name).symlink_to(str(shutil.which(name)))
    nobody = [str(shutil.which('setpriv')), '--reuid=65534', '--regid=65534', '--clear-groups']
    environment = {'PATH': str(programs), **on('debian 13', docker)}
    done = run(*nobody, docker / 'debian.sh', 'gone', **environment)
    assert done.returncode == 5, done.stderr
    assert 'apt-get install --no-install-recommends no-such-package' in done.stderr


def test_every_listed_package_has_a_name_and_a_file() -> None:
    for listed in (PROJECT / 'docker' / 'packages').glob('*.txt'):
        title, *lines = listed.read_text().splitlines()
        assert title.startswith('# ')
        assert [line for line in lines if len(line.split()) != 2] == []


def test_a_step_that_works_is_one_line(docker: Path) -> None:
    done = run(docker / 'step.sh', 'Title', 'bash', '-c', 'echo chatter; echo more >&2')
    assert done.returncode == 0
    assert done.stdout.startswith('Title … ')
    assert 'chatter' not in done.stdout
    assert done.stderr == ''


def test_a_step_that_fails_shows_why_and_keeps_its_code(docker: Path) -> None:
    done = run(docker / 'step.sh', 'Title', 'bash', '-c', 'echo chatter; echo reason >&2; exit 5')
    assert done.returncode == 5
    assert 'chatter' in done.stderr
    assert 'reason' in done.stderr


def test_an_old_python_is_refused_with_the_way_to_name_another(docker: Path) -> None:
    old = docker / 'python3'
    old.write_text('#!/bin/sh\nexit 1\n')
    old.chmod(0o755)
    done = run(docker / 'venv.sh', 'run', BASE_PYTHON=str(old))
    assert done.returncode == 5
    assert 'BASE_PYTHON=' in done.stderr
    assert not (docker.parent / '.venv').exists()


def test_a_moved_environment_is_made_anew(docker: Path) -> None:
    """Its programs would still point at the old place."""
    project = docker.parent
    # as the script leaves it, but for pip, which takes most of the time
    assert run('/usr/bin/python3', '-m', 'venv', '--without-pip', project / '.venv').returncode == 0
    (project / '.venv' / 'made-in').write_text(f'{project}\n')
    moved = project.with_name(f'{project.name}-moved')
    project.rename(moved)
    assert run(moved / 'docker' / 'venv.sh', BASE_PYTHON='/usr/bin/python3').returncode == 0
    assert str(moved) in (moved / '.venv' / 'bin' / 'pip').read_text().splitlines()[0]
