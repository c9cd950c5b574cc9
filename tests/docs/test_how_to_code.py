"""The code of how-tos for contributors: applied to a copy of the package, it does what the page promises."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dothi.core.settings import PROJECT

PAGES = PROJECT / 'docs' / 'how-to'
PARAMETER, FORMAT = PAGES / 'add-a-query-parameter.md', PAGES / 'add-a-format.md'
# Runs the tests of a file, as pytest would with the fixtures `desk` and `client`.
RUN = """
import json, runpy, sys, types
# a package of this name elsewhere would hide the folder
sys.modules['tests'] = types.ModuleType('tests')
sys.modules['tests'].__path__ = ['tests']
from dothi.api.app import create_app
from dothi.core.own_layers import served_locality
from tests.api.conftest import Desk, codes, school
tests = runpy.run_path(sys.argv[1], {'json': json, 'codes': codes, 'school': school})
for name in [name for name in tests if name.startswith('test_')]:
    tests[name](Desk(served_locality()), lambda audience='internal': create_app(audience).test_client())
    print('passed', name)
"""


def code_in(page: Path, language: str) -> list[str]:
    """The pieces of code of a language in a page."""
    return re.findall(rf'```{language}\n(.*?)```', page.read_text(encoding='utf-8'), re.DOTALL)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The project with a package `dothi` that may be changed."""
    for entry in PROJECT.iterdir():
        if entry.name != 'dothi' and not entry.name.startswith('.'):
            (tmp_path / entry.name).symlink_to(entry)
    shutil.copytree(PROJECT / 'dothi', tmp_path / 'dothi', ignore=shutil.ignore_patterns('__pycache__'))
    return tmp_path


def run_test(copy: Path, test: str) -> str:
    """What a page's test says on the changed copy, in the database of the test that calls this."""
    (copy / 'page_test.py').write_text(test, encoding='utf-8')
    run = subprocess.run(
        [sys.executable, '-c', RUN, 'page_test.py'],
        cwd=copy,
        env=os.environ | {'PYTHONPATH': str(copy)},
        capture_output=True,
        text=True,
        check=False,
    )
    return run.stdout + run.stderr[-3_000:]


@pytest.mark.parametrize('page', [PARAMETER, FORMAT], ids=lambda page: page.stem)
def test_both_languages_of_a_page_have_the_same_code(page: Path) -> None:
    for language in ('python', 'diff'):
        assert code_in(page, language) == code_in(page.with_suffix('.vi.md'), language)


@pytest.mark.own_database
def test_a_parameter_is_added_in_one_file(copy: Path, database: dict[str, str]) -> None:
    (diff,), (test,) = code_in(PARAMETER, 'diff'), code_in(PARAMETER, 'python')
    assert diff.count('+++ ') == 1
    applied = subprocess.run(['patch', '-p1'], cwd=copy, input=diff, capture_output=True, text=True, check=False)
    assert applied.returncode == 0, f'write the diff of {PARAMETER.name} anew: {applied.stdout}'
    assert 'passed test_ids_choose_features' in run_test(copy, test)


@pytest.mark.own_database
def test_a_format_is_one_row_and_its_writer(copy: Path, database: dict[str, str]) -> None:
    writer, row, test = code_in(FORMAT, 'python')
    table = copy / 'dothi' / 'core' / 'export' / 'formats.py'
    (table.parent / 'geojson_sequence.py').write_text(writer, encoding='utf-8')
    table.write_text(
        table.read_text(encoding='utf-8').replace('ROWS = (\n', f'ROWS = (\n    {row.strip()},\n'), encoding='utf-8'
    )
    assert 'passed test_each_line_is_a_feature' in run_test(copy, test)
