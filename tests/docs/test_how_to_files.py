"""The code of the how-to pages works as it stands there: it is read from the page, put in its place and run."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dothi.core.locality import Locality, load_locality
from dothi.core.migrate import migrate
from dothi.core.settings import PROJECT
from etl.desk.deliver import deliver
from etl.desk.options import DeliveryOptions
from tests.docs.page_code import apply_diffs, code_of, files_of, write_files
from tests.matrix import thorough
from tests.nam_dinh import whole_copy

HOW_TO = PROJECT / 'docs' / 'how-to'
# Pages whose code changes the project itself; each shows a test of its own.
OF_THE_PROJECT = ('add-a-check.md', 'add-a-format.md', 'add-a-query-parameter.md')


def served(folder: Path, patch: pytest.MonkeyPatch) -> Locality:
    """The locality in `folder`, in the database; nothing of it is broken."""
    patch.setenv('DOTHI_LOCALITY', str(folder))
    locality = load_locality(folder)
    assert not locality.broken, locality.broken
    migrate(locality)
    return locality


@pytest.mark.own_database
def test_the_layer_of_the_page_is_served_and_its_file_is_judged_as_told(
    database: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = whole_copy(tmp_path / 'locality')
    write_files(HOW_TO / 'add-a-layer.md', folder)
    locality = served(folder, monkeypatch)
    assert 'keeper' not in locality.layer('street_trees').columns_for('public')
    file = folder / 'trees.csv'
    refused = deliver(file, DeliveryOptions(layer='street_trees', crs='EPSG:9209'), locality)
    assert (refused.verdict, refused.rows.by_code) == ('returned', {'range': 1})
    file.write_text(file.read_text(encoding='utf-8').replace(',75,', ',7.5,'), encoding='utf-8')
    assert deliver(file, DeliveryOptions(layer='street_trees', crs='EPSG:9209'), locality).verdict == 'accepted'


@pytest.mark.own_database
def test_the_locality_of_the_page_stands_alone(
    database: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_files(HOW_TO / 'second-locality.md', tmp_path / 'lagoon')
    locality = served(tmp_path / 'lagoon', monkeypatch)
    pond = '{"type": "Polygon", "coordinates": [[[107.5, 16.5], [107.501, 16.5], [107.501, 16.501], [107.5, 16.5]]]}'
    file = tmp_path / 'ponds.geojson'
    feature = f'{{"type": "Feature", "properties": {{"code": "A1"}}, "geometry": {pond}}}'
    file.write_text(f'{{"type": "FeatureCollection", "features": [{feature}]}}', encoding='utf-8')
    report = deliver(file, DeliveryOptions(layer='fish_ponds'), locality)
    assert (report.verdict, report.rows.good) == ('accepted', 1), report


@pytest.fixture(scope='module')
def changed_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with the code of all pages in it."""
    copy = tmp_path_factory.mktemp('project')
    tracked = subprocess.run(['git', 'ls-files', '-z'], cwd=PROJECT, check=True, capture_output=True, text=True).stdout
    for name in filter(None, tracked.split('\0')):
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(PROJECT / name, copy / name)
    for page in OF_THE_PROJECT:
        apply_diffs(HOW_TO / page, copy)
        write_files(HOW_TO / page, copy)
    return copy


@thorough
def test_the_code_of_the_pages_passes_the_tests_that_they_show(changed_project: Path) -> None:
    """Also the test that every fault has a text, and that names resolve: the pages change more than their own files."""
    tests = [name for page in OF_THE_PROJECT for name in files_of(HOW_TO / page) if name.startswith('tests/')]
    command = [sys.executable, '-m', 'pytest', '-q', '-p', 'no:cacheprovider', *tests, 'tests/etl/test_checks_rows.py']
    environment = {**os.environ, 'PYTHONPATH': str(changed_project)}
    done = subprocess.run(command, cwd=changed_project, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]


def test_the_code_of_the_pages_is_typed_and_formatted(changed_project: Path) -> None:
    files = [name for page in OF_THE_PROJECT for name in files_of(HOW_TO / page) if name.endswith('.py')]
    for check in (['ruff', 'check'], ['ruff', 'format', '--check']):
        done = subprocess.run(
            [sys.executable, '-m', *check, *files], cwd=changed_project, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout


@pytest.mark.parametrize('page', OF_THE_PROJECT)
def test_both_languages_of_a_page_have_the_same_code(page: str) -> None:
    code, same_code = (code_of((HOW_TO / page).with_suffix(suffix)) for suffix in ('.md', '.vi.md'))
    assert same_code in ([], code), 'a page refers to the other one, or shows the same'
