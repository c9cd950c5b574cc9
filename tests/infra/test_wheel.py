"""The wheel: built from the sources alone, it runs an instance from a folder where no repository is."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from dothi import __version__
from dothi.core.ports import free_port
from dothi.core.settings import PROJECT
from tests.matrix import exhaustive

SOURCES = (
    'dothi', 'etl', 'processes', 'demo', 'sql', 'localities', 'web/dist', 'desktop', 'docs/explanation',
    'pygeoapi-config.yml', 'pyproject.toml', 'setup.py', 'README.md', 'LICENSE',
)  # fmt: skip
# `make test-all` says small: a minute more.
DEMO = os.environ.get('DOTHI_WHEEL_DEMO', 'no')


@pytest.fixture(scope='module')
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, as `make wheel` builds it, of a copy of the sources."""
    root, target = tmp_path_factory.mktemp('sources'), tmp_path_factory.mktemp('wheel')
    for name in SOURCES:
        source = PROJECT / name
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, root / name, ignore=shutil.ignore_patterns('__pycache__'))
        else:
            shutil.copyfile(source, root / name)
    options = ['--quiet', '--no-deps', '--no-build-isolation', '--wheel-dir', str(target), str(root)]
    subprocess.run([sys.executable, '-m', 'pip', 'wheel', *options], check=True)
    (built,) = target.glob('dothi-*.whl')
    return built


@pytest.fixture(scope='module')
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with the wheel in it, which borrows the libraries that the locks installed here.

    Its own folder comes first, and of the borrowed one no .pth file is read: the sources cannot be found through it.
    """
    folder = tmp_path_factory.mktemp('elsewhere') / 'venv'
    subprocess.run([sys.executable, '-m', 'venv', '--without-pip', str(folder)], check=True)
    pip = [sys.executable, '-m', 'pip', '--python', str(folder / 'bin' / 'python')]
    subprocess.run([*pip, 'install', '--quiet', '--no-deps', str(wheel)], check=True)
    (packages,) = folder.glob('lib/python*/site-packages')
    (packages / 'borrowed.pth').write_text(sysconfig.get_path('purelib') + '\n', encoding='utf-8')
    return folder


def inherited() -> dict[str, str]:
    """The environment without what leads to the sources or to the tests' database."""
    return {name: value for name, value in os.environ.items() if not name.startswith(('DOTHI_', 'PYTHON'))}


@pytest.fixture
def instance(environment: Path, tmp_path: Path, shared_folder: Path) -> Iterator[dict[str, str]]:
    """The environment variables of an instance of the installed wheel; it is ended afterwards."""
    own = {'DOTHI_STATE': str(shared_folder / 'wheel'), 'DOTHI_WORKERS': '1'}
    ports = {'DOTHI_PORT': str(free_port()), 'DOTHI_PUBLIC_PORT': str(free_port())}
    yield inherited() | own | ports
    command(environment, inherited() | own | ports, tmp_path, 'down')


def command(environment: Path, variables: dict[str, str], folder: Path, *arguments: str) -> str:
    program = str(environment / 'bin' / 'dothi')
    ended = subprocess.run(
        [program, *arguments], env=variables, cwd=folder, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr + ended.stdout
    return ended.stdout


def test_the_wheel_has_the_version_that_the_program_tells(wheel: Path) -> None:
    assert wheel.name == f'dothi-{__version__}-py3-none-any.whl'


def test_the_wheel_has_all_that_is_no_python(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    for name in ('sql', 'localities', 'web/dist', 'desktop', 'docs/explanation'):
        files = {file.relative_to(PROJECT).as_posix() for file in (PROJECT / name).rglob('*') if file.is_file()}
        assert {f'dothi/files/{file}' for file in files if '__pycache__' not in file} <= names
    for package in ('dothi', 'etl', 'processes', 'demo'):
        files = {file.relative_to(PROJECT).as_posix() for file in (PROJECT / package).rglob('*.*')}
        assert {file for file in files if '__pycache__' not in file} <= names, package


def test_a_command_of_the_wheel_reads_the_files_in_it(environment: Path, tmp_path: Path) -> None:
    settings = command(environment, inherited(), tmp_path, 'config', '--json')
    assert f'{environment}/lib' in settings, 'it reads the locality of the sources'


@exhaustive
def test_an_instance_runs_from_the_wheel(environment: Path, instance: dict[str, str], tmp_path: Path) -> None:
    command(environment, instance, tmp_path, 'up', '--demo', DEMO)
    status = json.loads(command(environment, instance, tmp_path, 'status', '--json'))
    assert all(service['running'] for service in status['services'])
    for address in ('/', '/api/collections?f=json', '/api/processes?f=json', '/health'):
        with urllib.request.urlopen(f'http://127.0.0.1:{instance["DOTHI_PUBLIC_PORT"]}{address}', timeout=60) as answer:
            assert answer.status == 200
            assert answer.read()
