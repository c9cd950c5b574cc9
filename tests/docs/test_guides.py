"""The users' guides name what the product has: its words, its services, and the numbers of the demonstration."""

import json
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
import requests

from demo.sent import DemoFile
from dothi.core.access.person import ROLE_TITLES
from dothi.core.settings import PROJECT
from dothi.core.text import LANGUAGES, Lang
from tests.conftest import Province

DOCS = PROJECT / 'docs'
GUIDES = sorted([*(DOCS / 'how-to').glob('*.md'), *(DOCS / 'tutorial').glob('*.md')])
FENCED = re.compile(r'^(?P<indent> *)```(?P<info>[^\n]*)\n.*?^(?P=indent)```$', re.M | re.S)
CODE = re.compile(r'`[^`]*`')
# `*Hand in a file*`, which may go on in the next line; `**…**` is how a step or a row begins.
QUOTED = re.compile(r'(?<![\w*])\*([^*\s](?:[^*]*[^*\s])?)\*(?![\w*])')
SOURCES = ('web/src', 'web/*.html', 'dothi', 'desktop', 'etl', 'processes', 'localities')
# What stands on the screens of QGIS, Windows and others.
OF_OTHERS = """
Layer | Add Layer | Add WFS / OGC API - Features Layer | Add WMS/WMTS Layer | Add Vector Tile Layer |
Add Raster Layer | New | Connect | Add | OK | Filter… | Toggle Editing | Save Layer Edits | API Header |
server replied: … | View | Panels | Debugging/Development Tools | Network Logger | Reply | Error | Web |
MetaSearch | Services | OGC API - Features | OGC API - Records | XYZ Tiles | Select by Expression |
New Generic Connection | DB Manager | Browser | PostgreSQL | New Connection… | Authentication | Basic | Styles |
Properties | Style | Load Style… | From Database | Plugins | Manage and Install Plugins… | Settings | Add… | All |
Install Plugin | Install from ZIP | Processing | Toolbox | Cancel | filter | Options | + | Id | Identify |
Spatial Bookmarks | Temporal Controller | Project | Layouts | User Profiles | Open Active Profile Folder | Export
| Save Features As… | GeoPackage | Protocol: HTTP(S) | WMS | WMTS | Tilesets | Change Style | Layer Properties |
Temporal | Insert | Connections | Server | New WMS Server | Home | Open | Tile Server | Servers | Data Connect |
Add WMS Connection | thêm nguồn trực tuyến / WMS | add online source / WMS | Pictures | From online source |
this device | Compress to ZIP file | This PC | Map network drive | Connect using different credentials
"""
STRESSED = {
    'Chợ Thử Nghĩa Hưng',
    'these',
    'phục hồi thử thành công',
    'proven restorable',
    'ACME',
    'Own certificates',
    'Chứng thư riêng',
}
ELSEWHERE = {words.strip() for words in re.split(r'\||\n', OF_OTHERS)} | STRESSED


def prose(page: Path) -> str:
    """The page without its code, each run of blanks as one."""
    return re.sub(r'\s+', ' ', CODE.sub('', FENCED.sub('', page.read_text(encoding='utf-8'))))


def quoted_words(page: Path) -> set[str]:
    """What the page quotes of a screen: of `*Web → MetaSearch*` each step."""
    return {word for quoted in QUOTED.findall(prose(page)) for word in re.split(r'\s*→\s*', quoted)}


@cache
def product_text() -> str:
    """All that the portal, the services, the commands and the QGIS plugin are written in."""
    tracked = subprocess.run(['git', 'ls-files', *SOURCES], cwd=PROJECT, check=True, capture_output=True, text=True)
    files = [
        name for name in tracked.stdout.splitlines() if Path(name).suffix in {'.py', '.ts', '.tsx', '.html', '.yml'}
    ]
    return '\n'.join((PROJECT / name).read_text(encoding='utf-8') for name in files)


def is_of_product(words: str) -> bool:
    """Whether the words are a whole text of the product; an ellipsis stands for what it fills in."""
    parts = [re.escape(part) for part in re.split(r'\s*…\s*', words)]
    return re.search(r"['\"`>:{] ?" + r'.{1,60}?'.join(parts) + r"[ .:…]*['\"`<,{}]", product_text()) is not None


@pytest.mark.parametrize('page', GUIDES, ids=lambda page: page.name)
def test_words_that_a_guide_quotes_stand_on_a_screen(page: Path) -> None:
    """Whoever follows the guide looks for them. Words of other programs are in ELSEWHERE."""
    missing = [words for words in sorted(quoted_words(page) - ELSEWHERE) if not is_of_product(words)]
    assert missing == [], f'{page.name} quotes what no screen says'


@pytest.mark.parametrize('page', [page for page in GUIDES if page.name.endswith('.vi.md')], ids=lambda page: page.name)
def test_a_vietnamese_guide_leads_on_in_vietnamese(page: Path) -> None:
    """But for the link to the same page in English."""
    links = re.findall(r'\]\(([^)#:]+(?<!\.vi)\.md)', page.read_text(encoding='utf-8'))
    others = [link for link in links if page.with_suffix('').with_suffix('.md').name != link]
    assert [link for link in others if (page.parent / link).with_suffix('.vi.md').exists()] == []


# What these show beside the text is for who reads English: contributors.
HALF_TRANSLATED = {'add-a-check.md', 'add-a-layer.md', 'second-locality.md'}


@pytest.mark.parametrize(
    'page', [page for page in GUIDES if not page.name.endswith('.vi.md') and page.name not in HALF_TRANSLATED],
    ids=lambda page: page.name,
)  # fmt: skip
def test_both_languages_of_a_guide_show_code_in_the_same_places(page: Path) -> None:
    vietnamese = page.with_suffix('.vi.md').read_text(encoding='utf-8')
    assert _languages_of_code(vietnamese) == _languages_of_code(page.read_text(encoding='utf-8'))


def _languages_of_code(text: str) -> list[str]:
    return [block['info'].partition(' ')[0] for block in FENCED.finditer(text)]


def test_no_guide_asks_the_public_service_for_an_analysis_of_the_internal_one(province: Province) -> None:
    """What counts people reads what is internal, and the public service answers that it has no such analysis."""
    public = requests.get(f'{province.public_url}/api/processes?limit=100', timeout=60).json()['processes']
    names = {process['id'] for process in public}
    for page in GUIDES:
        sent_to = re.findall(r'127\.0\.0\.1:5001/api/processes/([\w-]+)/execution', page.read_text(encoding='utf-8'))
        assert set(sent_to) <= names, page.name


@pytest.mark.parametrize('lang', LANGUAGES)
def test_the_guide_to_people_calls_the_roles_as_the_portal_does(lang: Lang) -> None:
    page = (DOCS / 'how-to' / f'people.{"vi.md" if lang == "vi" else "md"}').read_text(encoding='utf-8')
    for role, title in ROLE_TITLES.items():
        assert f'`{role.value}` ({title.pick(lang)})' in page


def waiting_in_the_demo(province: Province) -> dict[str, int]:
    """The numbers of the two deliveries that the demonstration leaves to a person, by their files."""
    command = [sys.executable, '-m', 'dothi.cli', 'deliveries', '--status', 'diagnosed', '--json']
    environment = os.environ | province.environment
    listed = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=True).stdout
    return {delivery['file_name']: delivery['id'] for delivery in json.loads(listed)['deliveries']}


@pytest.mark.parametrize('name', ['README', 'docs/tutorial/first-province'])
@pytest.mark.parametrize('suffix', ['.md', '.vi.md'])
def test_the_first_steps_name_the_deliveries_that_wait(province: Province, name: str, suffix: str) -> None:
    """A layer more in the demonstration gives them other numbers, and whoever types these decides on another."""
    waiting = waiting_in_the_demo(province)
    text = (PROJECT / f'{name}{suffix}').read_text(encoding='utf-8')
    typed = {int(number) for number in re.findall(r'dothi (?:delivery|accept|return|receipt) (\d+)', text)}
    assert typed == {waiting['markets_again.csv'], waiting['bus_stops_new.csv']}


@pytest.mark.parametrize('suffix', ['.md', '.vi.md'])
def test_the_first_delivery_gets_the_number_that_its_tutorial_says(
    province: Province, demo_files: list[DemoFile], suffix: str
) -> None:
    """It is the first after those of the demonstration, and goes back to the release of the markets there."""
    record = requests.get(f'{province.public_url}/api/collections/catalogue/items/markets?f=json', timeout=60).json()
    text = (DOCS / 'tutorial' / f'first-delivery{suffix}').read_text(encoding='utf-8')
    typed = re.findall(r'dothi (?:delivery|accept|return|receipt) (\d+)', text)
    assert set(typed) == {str(len(demo_files) + 1)}
    assert re.findall(r'dothi rollback markets (\d+)', text) == [str(record['properties']['release'])]


@pytest.mark.parametrize('name', ['first-delivery.md', 'first-delivery.vi.md'])
def test_a_release_has_one_number_in_both_languages_of_its_note(name: str) -> None:
    """The note of a rollback says the number twice; whoever compares would wonder which one holds."""
    text = ' '.join((PROJECT / 'docs' / 'tutorial' / name).read_text(encoding='utf-8').split())
    notes = re.findall(r'Trở về bản phát hành (\d+) · back to release (\d+)', text)
    assert notes
    assert all(vi == en for vi, en in notes), notes
