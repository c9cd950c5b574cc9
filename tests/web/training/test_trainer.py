"""The trainer's sheet: its commands make the accounts, and the material of the room is whole."""

import os
import re
import subprocess
from pathlib import Path

from docs.training.__main__ import write_training
from dothi.core.access.people import find_person
from dothi.core.database import connection
from dothi.core.locality import load_locality
from dothi.core.settings import LOCALITIES, PROJECT
from tests.conftest import Province
from tests.web.conftest import working_on
from tests.web.training.course_pages import PAGES, blocks, course_page

LOOP = re.compile(r'for (\w+) in ([\w ]+); do')


def test_its_commands_invite_everybody_with_the_role_that_the_course_needs(desk_province: Province) -> None:
    """Run for the first seat of each loop; the agencies of the others are in the locality."""
    (commands,) = [block for block in blocks(course_page('trainer', 'en').text) if 'people invite' in block]
    (codes, seats) = (found[1].split() for found in LOOP.findall(commands))
    agencies = load_locality(LOCALITIES / 'nam_dinh').agencies
    assert [f'district_{code}' for code in codes] == [name for name in agencies if name.startswith('district_')]
    assert len(seats) == len(codes)
    script = LOOP.sub(lambda loop: f'for {loop[1]} in {loop[2].split()[0]}; do', commands.removeprefix('sh\n'))
    done = subprocess.run(
        ['bash', '-euc', script], cwd=PROJECT, env={**os.environ, **desk_province.environment, 'PYTHONPATH': ''},
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.count('/invitation/') == 3
    with working_on(desk_province), connection('gatekeeper') as db:
        names = [f'dau-moi-{codes[0]}', f'gis-{seats[0]}', f'quy-hoach-{seats[0]}']
        people = [find_person(db, name) for name in names]
    assert [person.role for person in people] == ['focal_point', 'editor', 'planner']
    assert people[0].agency == f'district_{codes[0]}'


def test_the_material_has_slides_files_and_pages_with_their_libraries(tmp_path: Path) -> None:
    """What is there already is replaced: a corrected page has no old slides beside it."""
    (tmp_path / 'training' / 'old').mkdir(parents=True)
    write_training(tmp_path / 'training')
    folders = {folder.name: folder for folder in (tmp_path / 'training').iterdir()}
    assert set(folders) == {'slides', 'files', 'pages'}
    slides = {file.name for file in folders['slides'].iterdir()}
    assert slides == {f'{page}{lang}.html' for page in PAGES for lang in ('', '.vi')}
    assert len(list(folders['files'].iterdir())) == 10
    for page in folders['pages'].glob('*.html'):
        for library in re.findall(r'lib/[\w.-]+', page.read_text(encoding='utf-8')):
            assert (folders['pages'] / library).exists(), f'{page.name}: {library}'
