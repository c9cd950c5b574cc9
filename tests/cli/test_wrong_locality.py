"""One wrong key in `locality.yml`: it is named with its line, and what does not need the file works."""

from pathlib import Path

import pytest

from tests.cli.test_cli import document, dothi
from tests.nam_dinh import whole_copy


@pytest.fixture
def misspelt(database: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """The environment of an instance whose locality has `zom` in place of `zoom`."""
    file = whole_copy(tmp_path / 'place') / 'locality.yml'
    file.write_text(file.read_text(encoding='utf-8').replace('\nzoom:', '\nzom:'), encoding='utf-8')
    return {'DOTHI_LOCALITY': str(file.parent), 'DOTHI_LANG': 'en'}


@pytest.mark.parametrize(
    'command',
    [
        ['--help'],
        ['deliver', '--help'],
        ['new-locality', '--example'],
        ['config'],
        ['deliveries'],
        ['releases'],
        ['requests'],
        ['edits', 'list'],
    ],
    ids=' '.join,
)
def test_what_does_not_need_the_locality_works(misspelt: dict[str, str], command: list[str]) -> None:
    done = dothi(*command, env=misspelt)
    assert (done.returncode, done.stderr) == (0, '')


def test_the_status_shows_what_runs_and_names_file_line_and_key(misspelt: dict[str, str]) -> None:
    done = dothi('status', env=misspelt)
    assert done.returncode == 2
    assert 'database' in done.stdout
    lines = (Path(misspelt['DOTHI_LOCALITY']) / 'locality.yml').read_text(encoding='utf-8').splitlines()
    line = next(number for number, text in enumerate(lines, start=1) if text.startswith('zom:'))
    assert f'locality.yml:{line}, key zom: no such key. Did you mean "zoom"?' in done.stdout
    shown = document(dothi('status', '--json', env=misspelt))
    assert shown['database'] == 'running'
    assert shown['locality_error']['code'] == 'BadLocalityFile'


def test_what_needs_the_locality_names_the_same(misspelt: dict[str, str]) -> None:
    done = dothi('migrate', env=misspelt)
    assert done.returncode == 2
    assert 'key zom' in done.stderr
