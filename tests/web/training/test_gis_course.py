"""The course for GIS staff in the real QGIS: its words, its steps and its answers."""

import json
import os
import subprocess
import urllib.request
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from dothi.core.access.keys import make_key
from dothi.core.access.person import ACTION_TITLES, Action, Role
from dothi.core.database import connection
from tests.conftest import Province
from tests.matrix import exhaustive
from tests.web.conftest import Portal, enter_person, working_on
from tests.web.training.course_pages import BOLD, codes, course_page, items

CLIENT = Path(__file__).with_name('gis_course_client.py')
PLUGINS = '/usr/share/qgis/python/plugins'
# What the course calls things; the project and the plugin must call them so, too.
WORDS: dict[str, dict[str, str]] = {
    'vi': {
        'schools': 'Trường học', 'communes': 'Đơn vị hành chính cấp xã', 'health': 'Cơ sở y tế', 'theme': 'Xã hội',
        'district': 'cấp huyện', 'analysis': 'Tổng hợp theo đơn vị hành chính', 'sheet': 'A4 ngang',
    },
    'en': {
        'schools': 'Schools', 'communes': 'Communes', 'health': 'Health facilities', 'theme': 'Society',
        'district': 'district', 'analysis': 'Group by administrative units', 'sheet': 'A4 landscape',
    },
}  # fmt: skip
# Each language edits the schools of a district of its own.
DISTRICTS = {'vi': '359', 'en': '360'}


def download(address: str, file: Path, key: str = '') -> Path:
    request = urllib.request.Request(address, headers={'Authorization': f'Bearer {key}'} if key else {})
    with urllib.request.urlopen(request, timeout=300) as answer:
        file.write_bytes(answer.read())
    return file


def entered_key(name: str) -> str:
    person = enter_person(name, Role.EDITOR)
    with connection('gatekeeper') as db:
        return make_key(db, person, 'QGIS', [Action.SEE, Action.EDIT, Action.RUN], 1)


def gone_through(place: Province, home: Path, lang: str) -> dict[str, Any]:
    """What comes of the steps, with the expressions that the page says, in a profile folder of their own."""
    key, page, words = entered_key(f'gis-of-the-course-{lang}'), course_page('gis-staff', lang), WORDS[lang]
    (selection,) = [code for code in codes(page.lessons[list(page.lessons)[3]]) if 'LIKE' in code]
    filters = [codes(answer)[0] for answer in items(page.part('Answers'))[:2]]
    work = {
        'key': key,
        'filters': list(zip((words['communes'], words['schools']), filters, strict=True)),
        'edited': [words['schools'], selection.replace('366', DISTRICTS[lang]), 'places', '"places" + 10'],
        'message': f'Khóa học {lang}',
        'analysis': ['group-by-units', {'layer': words['health'], 'level': words['district'], 'date': '2024-08-31'}],
        'sheet': words['sheet'],
    }
    public = download(f'{place.public_url}/api/qgis/project?lang={lang}', home / 'public.qgz')
    staff = download(f'{place.internal_url}/api/qgis/project?lang={lang}', home / 'staff.qgz', key)
    plugin = download(f'{place.public_url}/api/qgis/dothi_qgis.zip', home / 'plugin.zip')
    zipfile.ZipFile(plugin).extractall(home / 'plugins')
    environment = {'PATH': os.environ['PATH'], 'HOME': str(home), 'QT_QPA_PLATFORM': 'offscreen', 'LC_ALL': 'C.UTF-8'}
    environment |= {'PYTHONPATH': f'{home / "plugins"}:{PLUGINS}', 'LANG_OF_QGIS': lang}
    done = subprocess.run(
        ['/usr/bin/python3', CLIENT, place.internal_url, public, staff], input=json.dumps(work),
        env=environment, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    answer: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return answer


@pytest.mark.parametrize('lang', ['vi', 'en'])
def test_the_key_that_the_course_has_made_may_edit(signed_in: Callable[..., Portal], lang: str) -> None:
    """Step 2 of part 3: with the key as the form proposes it, no layer can be edited, and part 4 ends at once."""
    step = items(course_page('gis-staff', lang).lessons[list(course_page('gis-staff', lang).lessons)[2]])[1]
    action, button = BOLD.findall(step)
    name = enter_person(f'gis-key-{lang}', Role.EDITOR).name
    page = signed_in(name).visit(f'/desk?tab=account&lang={lang}')
    form = page.locator('#new-key-form')
    form.locator('input').first.fill('QGIS')
    form.get_by_label(action, exact=True).check()
    form.get_by_role('button', name=button).click()
    row = page.get_by_role('row', name='QGIS')
    for needed in (Action.SEE, Action.EDIT, Action.RUN):
        expect(row.get_by_role('cell').nth(1)).to_contain_text(ACTION_TITLES[needed].pick(lang))


@pytest.mark.parametrize('lang', ['vi', pytest.param('en', marks=exhaustive)])
def test_the_course_step_by_step_and_its_answers(desk_province: Province, tmp_path: Path, lang: str) -> None:
    """Filters, the form, one release for all edits, an analysis, a sheet: as the page says, in its words."""
    with working_on(desk_province):
        seen, page, words = gone_through(desk_province, tmp_path, lang), course_page('gis-staff', lang), WORDS[lang]
        with connection('loader') as db, db.cursor() as cursor:
            cursor.execute('select note, rows_changed from catalog.release where number = %s', [seen['release']])
            release = cursor.fetchall()
    assert [word for word in words.values() if word.casefold() not in page.text.casefold()] == []
    assert words['theme'] in seen['groups']
    assert words['analysis'] in seen['algorithms']
    assert 'Huyện Hải Hậu (366)' in seen['bookmarks']
    assert seen['form']['level'][0] == 'ValueMap'
    assert seen['edited'] > 1
    assert release == [(f'Khóa học {lang}', seen['edited'])]
    assert seen['sheet'] > 20_000
    name, most = max(seen['units'], key=lambda unit: unit[1])
    assert page.answers == [
        *([str(number)] for number in seen['counts']), [name, str(most)],
        [str(seen['form']['places'][1]['Max'])], [str(len(seen['layouts']))],
    ]  # fmt: skip
