"""The installation for a machine without network: whole, refused when damaged, and enough for a bare Debian."""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path
from zipfile import ZipFile

import pytest

from dothi.core.settings import PROJECT
from tests.matrix import exhaustive, thorough

pytestmark = pytest.mark.skipif(os.geteuid() != 0 or shutil.which('dpkg') is None, reason='installs as root, on Debian')


def architecture() -> str:
    return subprocess.run(['dpkg', '--print-architecture'], capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A bundle with one file in it, whose installer is the real one."""
    folder = tmp_path / 'bundle'
    (folder / 'docker').mkdir(parents=True)
    shutil.copy(PROJECT / 'docker' / 'install_bundle.sh', folder / 'install.sh')
    shutil.copy(PROJECT / 'docker' / 'language.sh', folder / 'docker')
    (folder / 'Packages').write_text(f'Package: x\nArchitecture: {architecture()}\n', encoding='utf-8')
    digest = hashlib.sha256((folder / 'Packages').read_bytes()).hexdigest()
    (folder / 'SHA256SUMS').write_text(f'{digest}  ./Packages\n# end\n', encoding='utf-8')
    return folder


def install(bundle: Path) -> subprocess.CompletedProcess[str]:
    environment = {'PATH': os.environ['PATH'], 'DOTHI_LANG': 'en', 'LC_ALL': 'C.UTF-8'}
    command = [str(bundle / 'install.sh'), str(bundle / 'target')]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_a_bundle_that_was_damaged_on_its_way_is_refused_before_anything_is_installed(bundle: Path) -> None:
    with (bundle / 'Packages').open('a', encoding='utf-8') as file:
        file.write('Description: changed\n')
    refused = install(bundle)
    assert refused.returncode == 5
    assert 'Packages' in refused.stdout + refused.stderr
    assert 'Copy it again' in refused.stderr
    assert not (bundle / 'target').exists()


def test_a_bundle_whose_list_was_cut_off_is_refused_before_anything_is_installed(bundle: Path) -> None:
    """The disk was pulled out too early, or whoever made it was killed: what is not in the list is not looked at."""
    whole = (bundle / 'SHA256SUMS').read_text(encoding='utf-8')
    (bundle / 'SHA256SUMS').write_text(whole.removesuffix('# end\n'), encoding='utf-8')
    refused = install(bundle)
    assert refused.returncode == 5
    assert 'Copy it again' in refused.stderr
    assert not (bundle / 'target').exists()


def test_a_bundle_that_was_killed_at_its_beginning_is_begun_anew(tmp_path: Path) -> None:
    """It was taken for a folder that holds something else."""
    (tmp_path / 'bin').mkdir()
    # whoever gathers is gone before it has fetched anything
    (tmp_path / 'bin' / 'mktemp').write_text('#!/bin/sh\nkill -9 $PPID\n', encoding='utf-8')
    (tmp_path / 'bin' / 'mktemp').chmod(0o755)
    command = [str(PROJECT / 'docker' / 'bundle.sh'), str(tmp_path / 'bundle')]
    environment = {'PATH': f'{tmp_path}/bin:/usr/bin:/bin', 'DOTHI_LANG': 'en'}
    for _ in range(2):
        killed = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert killed.returncode not in (0, 2), killed.stderr
        assert [*(tmp_path / 'bundle').iterdir()]


def test_a_bundle_of_another_architecture_is_refused(bundle: Path) -> None:
    (bundle / 'Packages').write_text('Package: x\nArchitecture: riscv64\n', encoding='utf-8')
    refused = install(bundle)
    assert refused.returncode == 5
    assert 'riscv64' in refused.stderr


# Stands in for the list of packages: says what apt knows of, by the settings that the installer gives it.
LOOK_AT_APT = '#!/bin/bash\nset -e\ncd "$(dirname "$0")/.."\napt-get -qq update\napt-cache pkgnames > known-to-apt\n'


def write_wheel(folder: Path, name: str) -> None:
    """A wheel with one module, `name`."""
    about = f'{name}-1.dist-info'
    with ZipFile(folder / f'{name}-1-py3-none-any.whl', 'w') as wheel:
        wheel.writestr(f'{name}.py', '')
        wheel.writestr(f'{about}/METADATA', f'Metadata-Version: 2.1\nName: {name}\nVersion: 1\n')
        wheel.writestr(f'{about}/WHEEL', 'Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n')
        wheel.writestr(f'{about}/RECORD', ''.join(f'{file},,\n' for file in wheel.namelist()))


@pytest.fixture
def whole_bundle(bundle: Path, tmp_path: Path) -> Path:
    """The bundle with a wheel, a second one that is not of it, and a package, in a folder with a blank in its name."""
    (bundle / 'docker' / 'debian.sh').write_text(LOOK_AT_APT, encoding='utf-8')
    (bundle / 'Packages').write_text(
        f'Package: carried\nVersion: 1\nArchitecture: {architecture()}\nFilename: ./debs/carried.deb\nSize: 1\n\n',
        encoding='utf-8',
    )
    (bundle / 'wheels').mkdir()
    write_wheel(bundle / 'wheels', 'of_the_bundle')
    files = ('Packages', 'wheels/of_the_bundle-1-py3-none-any.whl')
    sums = [f'{hashlib.sha256((bundle / file).read_bytes()).hexdigest()}  ./{file}\n' for file in files]
    (bundle / 'SHA256SUMS').write_text(''.join([*sums, '# end\n']), encoding='utf-8')
    write_wheel(bundle / 'wheels', 'of_an_older_one')
    return bundle.rename(tmp_path / 'bộ cài')


@thorough
def test_a_bundle_is_installed_from_a_folder_with_a_blank_in_its_name(whole_bundle: Path) -> None:
    installed = install(whole_bundle)
    assert installed.returncode == 0, installed.stderr
    assert 'carried' in (whole_bundle / 'known-to-apt').read_text(encoding='utf-8').splitlines()


@thorough
def test_wheels_of_an_older_bundle_in_the_same_folder_are_left_out(whole_bundle: Path) -> None:
    assert install(whole_bundle).returncode == 0
    modules = {file.stem for file in (whole_bundle / 'target').glob('lib/python3*/site-packages/*.py')}
    assert modules & {'of_the_bundle', 'of_an_older_one'} == {'of_the_bundle'}


@thorough
def test_an_installation_that_was_interrupted_is_ended_by_the_next(whole_bundle: Path) -> None:
    """The environment has a Python, and no pip yet."""
    subprocess.run(['/usr/bin/python3', '-m', 'venv', '--without-pip', whole_bundle / 'target'], check=True)
    installed = install(whole_bundle)
    assert installed.returncode == 0, installed.stderr


@pytest.mark.parametrize(('folder', 'name'), [('.', 'letters'), ('debs', 'letters'), ('debs', 'debs/letters')])
def test_a_folder_that_holds_something_else_is_not_made_a_bundle(tmp_path: Path, folder: str, name: str) -> None:
    """It would be emptied: a disk for carrying, or a home, also one with a folder of packages."""
    (tmp_path / folder).mkdir(exist_ok=True)
    (tmp_path / name).write_text('mine', encoding='utf-8')
    # without a way to fetch anything: what is gathered is not the point
    command = [str(PROJECT / 'docker' / 'bundle.sh'), str(tmp_path)]
    environment = {'PATH': '/usr/bin:/bin', 'DOTHI_LANG': 'en'}
    refused = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (refused.returncode, (tmp_path / name).exists()) == (2, True)
    assert str(tmp_path) in refused.stderr


@exhaustive
def test_a_bare_debian_without_a_network_can_install_every_package_of_it(tmp_path: Path) -> None:
    """apt plans the installation from the bundle alone, as if nothing was installed, where there is no network."""
    bundle = tmp_path / 'bundle'
    subprocess.run(['make', 'wheel'], cwd=PROJECT, check=True, capture_output=True, timeout=600)
    subprocess.run([str(PROJECT / 'docker' / 'bundle.sh'), str(bundle)], check=True, capture_output=True, timeout=1100)
    subprocess.run(['sha256sum', '--check', '--quiet', 'SHA256SUMS'], cwd=bundle, check=True)
    apt = tmp_path / 'apt'
    (apt / 'lists' / 'partial').mkdir(parents=True)
    (apt / 'status').touch()
    (apt / 'sources.list').write_text(f'deb [trusted=yes] file:{bundle} ./\n', encoding='utf-8')
    options = {
        'Dir::Etc::sourcelist': apt / 'sources.list',
        'Dir::Etc::sourceparts': '/dev/null',
        'Dir::State::lists': apt / 'lists',
        'Dir::State::status': apt / 'status',
        'APT::Sandbox::User': 'root',
    }
    command = ['unshare', '-n', 'apt-get', '-qq', *(f'-o{name}={value}' for name, value in options.items())]
    subprocess.run([*command, 'update'], check=True)
    lists = [PROJECT / 'docker' / 'packages' / f'{name}.txt' for name in ('python', 'postgis')]
    lines = [line for file in lists for line in file.read_text(encoding='utf-8').splitlines() if line[0] != '#']
    packages = [line.split()[0] for line in lines]
    planned = subprocess.run(
        [*command, '--simulate', '--no-install-recommends', 'install', *packages],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert {f'Inst {package}' for package in packages} <= {' '.join(line.split()[:2]) for line in planned.splitlines()}
