"""Every page for people, on each screen, in each look and language: fit for all readers, and asking nobody else."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, Page

from dothi.core.access.person import Role
from dothi.core.database import connection
from dothi.core.locality import load_locality
from dothi.core.settings import PathSettings
from etl.desk.deliver import deliver
from etl.desk.options import DeliveryOptions
from tests.conftest import Province
from tests.matrix import combinations
from tests.web.conftest import DESK_SIZE, FINE, PHONE, Portal, enter_person, visiting
from tests.web.desk_edits import enter_editor, open_conflict, pending_edits
from tests.web.planners_work import planners_work
from tests.web.test_portal_pages import BAD_ROWS, UNCLEAR, findings

WALL = {'viewport': {'width': 1920, 'height': 1080}}
SCREENS: dict[str, dict[str, Any]] = {'phone': PHONE, 'laptop': DESK_SIZE, 'wall': WALL}
MAP_IS_IDLE = 'body[data-map=idle]'
CHIEF = 'sound-chief'


@dataclass(frozen=True)
class SomePage:
    """An address, with names of what is shown in braces, and what is there once the page has been read."""

    address: str
    ready: str


# For everybody, on the public service.
PUBLIC = {
    'map': SomePage('/', MAP_IS_IDLE),
    'report a problem': SomePage('/?report=new#16/20.43000/106.17000', '#report-place'),
    'catalogue': SomePage('/catalogue', '.cards h2'),
    'record': SomePage('/catalogue?id=schools', '#releases td'),
    'analyses': SomePage('/planning', '.cards h2'),
    'form': SomePage('/planning?analysis=isochrones', '.condition'),
    'help': SomePage('/help', '.guides li'),
    'api': SomePage('/api?f=html', 'main h1'),
    'collection': SomePage('/api/collections/schools?f=html', 'main h1'),
    'items': SomePage('/api/collections/schools/items?f=html', 'main table'),
    'process': SomePage('/api/processes/isochrones?f=html', 'form.run'),
}
# For an administrator, on the internal service.
INTERNAL = {
    'dashboard': SomePage('/dashboard', '.panels table'),
    'wall screen': SomePage('/dashboard?wall=1', '.panels table'),
    'deliveries': SomePage('/desk', 'main .card td a'),
    'delivery that was returned': SomePage('/desk?delivery={returned}', 'main table td'),
    'delivery that waits': SomePage('/desk?delivery={waiting}', '#decide'),
    'hand in': SomePage('/desk?tab=hand-in', '#hand-in'),
    'edits': SomePage('/desk?tab=edits', '#conflicts a'),
    'edits to review': SomePage('/desk?tab=edits&set={edits}', '#decide'),
    'conflict': SomePage('/desk?tab=edits&conflict={conflict}', '#settle'),
    'reports': SomePage('/desk?tab=reports', '[role=group] button'),
    'report': SomePage('/desk?tab=reports&report={report}', '#decide'),
    'agencies': SomePage('/desk?tab=agencies', 'td a'),
    'people': SomePage('/desk?tab=people', '#invite'),
    'keys': SomePage('/desk?tab=account', '#new-key-form'),
    'scenario': SomePage('/planning?scenario={scenario}', '.maplibregl-canvas'),
    'run': SomePage('/planning?run={run}', '.long-table table'),
    'comparison': SomePage('/planning?run={comparison}', '.long-table table'),
    'study': SomePage('/planning?study={study}', '.study-runs li'),
    'report of a study': SomePage('/api/studies/{study}/report?f=html', 'h1'),
    'account': SomePage('/api/account?f=html', 'main h1'),
    'jobs': SomePage('/api/jobs?f=html', 'main h1'),
}
LOOKS = [*itertools.product(SCREENS, ('light', 'dark'), ('vi', 'en'))]


@pytest.fixture(scope='module')
def numbers(
    desk_province: Province, desk_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, int | str]]:
    """What the pages show, from a delivery to a study; what waits for a decision is settled at the end."""
    folder = tmp_path_factory.mktemp('sound')
    chief = enter_person(CHIEF, Role.ADMINISTRATOR)
    editor = enter_editor(desk_url, 'sound-editor')
    returned = deliver_text(
        folder / f'truong_{"x" * 60}.csv', BAD_ROWS, DeliveryOptions(layer='schools', crs='EPSG:9209', mode='upsert')
    )
    waiting = deliver_text(
        folder / f'diem_dung_{"x" * 60}.csv', UNCLEAR, DeliveryOptions(layer='bus_stops', mode='upsert')
    )
    body = {'place': [106.17, 20.43], 'kind': 'waste', 'text': 'Rác đổ đầy vỉa hè trước chợ'}
    assert requests.post(f'{desk_province.public_url}/api/reports', json=body, timeout=60).status_code == 201
    with ExitStack() as stack:
        yield {
            'returned': returned,
            'waiting': waiting,
            'conflict': stack.enter_context(open_conflict(editor, folder)),
            'edits': stack.enter_context(pending_edits(editor)),
            'report': number_in('select max(id) from citizen.report'),
            **planners_work(desk_url, chief),
        }
    number_in('delete from citizen.report where id = (select max(id) from citizen.report) returning id')


def deliver_text(file: Path, text: str, options: DeliveryOptions) -> int:
    """The number of the delivery, whatever came of it."""
    file.write_text(text, encoding='utf-8')
    deliver(file, options, load_locality(PathSettings().locality))
    return number_in('select max(id) from catalog.delivery')


def number_in(statement: str) -> int:
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute(statement)
        ((number,),) = cursor.fetchall()
    return int(number)


def is_sound(portal: Portal, address: str, ready: str) -> None:
    """The page asks nobody else, complains of nothing, fits the screen, and has no serious finding of axe."""
    page: Page = portal.visit(address)
    page.wait_for_selector(ready)
    assert portal.foreign_requests() == []
    # the dashboard asks how the platform is; in this one no inbox is watched, and the answer is 503
    assert [each for each in portal.complaints if not address.startswith('/dashboard') or '503' not in each] == []
    assert page.evaluate('document.documentElement.scrollWidth <= innerWidth'), 'wider than the screen'
    assert findings(page) == []
    if '/report?' not in address:
        assert page.evaluate('getComputedStyle(document.body).fontFamily').startswith('"Be Vietnam Pro"')


def in_language(address: str, lang: str) -> str:
    path, _, place = address.partition('#')
    return f'{path}{"&" if "?" in path else "?"}lang={lang}{place and f"#{place}"}'


@pytest.mark.parametrize(('name', 'look'), combinations([*PUBLIC], LOOKS), ids=str)
def test_a_page_for_everybody_is_sound(
    chromium: Browser, desk_province: Province, name: str, look: tuple[str, str, str]
) -> None:
    screen, scheme, lang = look
    page = PUBLIC[name]
    with visiting(chromium, desk_province.public_url) as visit:
        is_sound(visit(**SCREENS[screen], **FINE, color_scheme=scheme), in_language(page.address, lang), page.ready)


@pytest.mark.parametrize(('name', 'look'), combinations([*INTERNAL], LOOKS), ids=str)
def test_a_page_behind_the_sign_in_is_sound(
    signed_in: Callable[..., Portal], numbers: dict[str, int | str], name: str, look: tuple[str, str, str]
) -> None:
    screen, scheme, lang = look
    page = INTERNAL[name]
    portal = signed_in(CHIEF, **SCREENS[screen], **FINE, color_scheme=scheme)
    is_sound(portal, in_language(page.address.format(**numbers), lang), page.ready)


@pytest.mark.parametrize('scheme', ['light', 'dark'])
def test_the_map_follows_the_look_of_the_system(chromium: Browser, desk_province: Province, scheme: str) -> None:
    """Who reads in the dark gets the map's dark style, and the address names a style only for who chose another."""
    with visiting(chromium, desk_province.public_url) as visit:
        page = visit(color_scheme=scheme).open('/?lang=en')
        chosen = page.locator('#map-style select')
        assert chosen.input_value() == {'light': 'default', 'dark': 'dark'}[scheme]
        assert 'style=' not in page.url
        other = {'light': 'dark', 'dark': 'default'}[scheme]
        with page.expect_response(f'**/styles/{other}?**'):
            chosen.select_option(other)
        page.wait_for_url(f'**style={other}**')
