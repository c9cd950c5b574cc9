"""`make` is the way in: it lists its targets, works from any folder and hands its variables on."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dothi.core.reader_language import pick_words
from dothi.core.settings import PROJECT


def run(*command: str | Path, folder: Path = PROJECT, **variables: str) -> subprocess.CompletedProcess[str]:
    # A make that runs the tests must not pass its own flags and variables on to these.
    kept = {name: value for name, value in os.environ.items() if not name.startswith(('MAKE', 'MFLAGS', 'DOTHI_'))}
    environment = {**kept, **variables}
    return subprocess.run(
        command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )


def test_make_alone_lists_what_can_be_made(tmp_path: Path) -> None:
    """From another folder too, since people call it by `make -C`."""
    listed = run('make', '-C', PROJECT, folder=tmp_path)
    assert listed.returncode == 0
    for target in ('up', 'down', 'status', 'test', 'lint', 'bench', 'docs'):
        assert f'make {target} ' in listed.stdout


@pytest.mark.parametrize(
    ('given', 'handed_on'),
    [
        ('PORT=6100', 'DOTHI_PORT=6100'),
        ('PUBLIC_PORT=6200', 'DOTHI_PUBLIC_PORT=6200'),
        ('DOTHI_STATE=/tmp/second', 'DOTHI_STATE=/tmp/second'),
        ('DOTHI_LOCALITY=tests/localities/x', 'DOTHI_LOCALITY=tests/localities/x'),
    ],
)
def test_variables_reach_the_command(given: str, handed_on: str) -> None:
    """Given as an argument of make or in the environment: a second instance depends on it."""
    show = ['make', '--eval', 'show: ; @env', 'show']
    name, value = given.split('=')
    assert handed_on in run(*show, given).stdout.splitlines()
    assert handed_on in run(*show, folder=PROJECT, **{name: value}).stdout.splitlines()


def test_ports_are_left_to_the_settings_when_none_is_given() -> None:
    assert 'DOTHI_PORT' not in run('make', '--eval', 'show: ; @env', 'show').stdout


@pytest.fixture
def empty_clone(tmp_path: Path) -> Path:
    """A clone in which nothing is installed yet."""
    shutil.copy(PROJECT / 'Makefile', tmp_path)
    for folder in ('requirements', 'docker'):
        shutil.copytree(PROJECT / folder, tmp_path / folder)
    for folder in ('web', 'tests/clients'):
        (tmp_path / folder).mkdir(parents=True)
        shutil.copy(PROJECT / folder / 'package-lock.json', tmp_path / folder)
    shutil.copy(PROJECT / 'pyproject.toml', tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ('target', 'needs'),
    [
        ('up', ['venv.sh build run', 'npm.sh ci', 'npm.sh run build', 'dothi up']),
        (
            'test',
            ['debian.sh python postgis test', 'venv.sh build run', 'npm.sh run build', 'venv.sh test', '-m pytest'],
        ),
        ('lint', ['venv.sh build run', 'venv.sh lint', 'ruff check', 'mypy', 'sqlfluff lint']),
    ],
)
def test_a_target_installs_all_that_it_needs_in_order(empty_clone: Path, target: str, needs: list[str]) -> None:
    """Each alone, in an empty clone: none may lean on what another one has installed before."""
    planned = run('make', '--dry-run', target, folder=empty_clone).stdout
    places = [planned.find(part) for part in needs]
    assert -1 not in places, planned
    assert places == sorted(places)


@pytest.fixture
def ci(tmp_path: Path) -> Path:
    """A folder with `.ci/run`, and a `make` that records what it is asked for and fails at `$BROKEN`."""
    (tmp_path / '.ci').mkdir()
    shutil.copy(PROJECT / '.ci' / 'run', tmp_path / '.ci' / 'run')
    make = tmp_path / 'make'
    make.write_text('#!/bin/bash\necho "$1 CI=$CI input=$(cat)" >> made\n[ "$1" != "${BROKEN:-}" ]\n')
    make.chmod(0o755)
    return tmp_path


def test_ci_lints_then_tests(ci: Path) -> None:
    done = run('bash', '.ci/run', folder=ci, PATH=f'{ci}:{os.environ["PATH"]}')
    assert done.returncode == 0
    assert (ci / 'made').read_text().splitlines() == ['lint CI=true input=', 'test CI=true input=']


@pytest.mark.parametrize('broken', ['lint', 'test'])
def test_ci_fails_when_a_part_of_it_fails(ci: Path, broken: str) -> None:
    done = run('bash', '.ci/run', folder=ci, PATH=f'{ci}:{os.environ["PATH"]}', BROKEN=broken)
    assert done.returncode != 0


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A git folder that holds only the check for addresses."""
    (tmp_path / '.ci').mkdir()
    shutil.copy(PROJECT / '.ci' / 'no-addresses', tmp_path / '.ci' / 'no-addresses')
    run('git', 'init', '-q', folder=tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    'text',
    [
        'see ' + 'registry.' + 'example.org',
        'pypi' + '.example',
        'pip install --index' + '-url x',
        'registry' + '=https://x.example/',
        'cd /' + 'root/main',
        'open("/' + 'home/someone/file")',
    ],
)
def test_lint_finds_addresses_and_folders_of_one_machine(clone: Path, text: str) -> None:
    (clone / 'file.txt').write_text(text)
    found = run('.ci/no-addresses', folder=clone)
    assert found.returncode == 1
    assert 'file.txt' in found.stdout


def test_lint_lets_ordinary_text_pass(clone: Path) -> None:
    (clone / 'file.txt').write_text('DOTHI_STATE=/var/lib/dothi, http://127.0.0.1:5000/home, /opt/dothi/work')
    assert run('.ci/no-addresses', folder=clone).returncode == 0


def failed(*command: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """A step that could not be done."""
    done = run(PROJECT / 'docker' / 'step.sh', 'Thử / try', *command, folder=PROJECT, **variables)
    assert done.returncode != 0
    return done


LANGUAGES = [('vi', 'Kiểm tra mạng', 'Đĩa đầy'), ('en', 'Check network', 'The disk is full')]


@pytest.mark.parametrize(('language', 'network', '_disk'), LANGUAGES)
def test_a_step_without_network_says_so_in_one_sentence(
    tmp_path: Path, language: str, network: str, _disk: str
) -> None:
    """As pip says it of a registry where nobody answers: a page of retries before a list of all versions."""
    nowhere = {'PIP_INDEX_URL': 'http://127.0.0.1:9/simple', 'PIP_RETRIES': '1', 'PIP_CONFIG_FILE': os.devnull}
    download = [sys.executable, '-m', 'pip', 'download', '--no-cache-dir', '--dest', str(tmp_path), 'nobody-has-this']
    (line,) = failed(*download, **nowhere, DOTHI_LANG=language).stderr.splitlines()
    assert network in line


@pytest.mark.parametrize(('language', '_network', 'disk'), LANGUAGES)
def test_a_step_on_a_full_disk_says_so(language: str, _network: str, disk: str) -> None:
    (line,) = failed('bash', '-c', 'echo all >/dev/full', DOTHI_LANG=language).stderr.splitlines()
    assert line.startswith(disk)


@pytest.mark.parametrize(
    ('variables', 'title'),
    [
        ({'DOTHI_LANG': 'en', 'LC_ALL': 'vi_VN.UTF-8'}, 'try'),
        ({'LC_ALL': 'vi_VN.UTF-8', 'LANG': 'en_US.UTF-8'}, 'Thử'),
        ({'LANG': 'en_US.UTF-8'}, 'try'),
        ({'LANG': 'C.UTF-8'}, 'Thử'),
        ({'LANG': 'fr_FR.UTF-8'}, 'Thử'),
        ({}, 'Thử'),
    ],
)
def test_scripts_and_commands_choose_one_language_by_one_rule(
    variables: dict[str, str], title: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ('DOTHI_LANG', 'LC_ALL', 'LC_MESSAGES', 'LANG'):
        monkeypatch.delenv(name, raising=False)
    assert failed('false', **variables).stdout.startswith(f'{title} …')
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert pick_words('Thử', 'try') == title


def test_a_step_that_fails_otherwise_shows_what_it_printed() -> None:
    assert failed('bash', '-c', 'echo because; exit 3').stderr == 'because\n'
