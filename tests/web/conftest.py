"""A real browser on the portal of a running server."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from shutil import copytree
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, expect, sync_playwright

from bench.side_by_side.painters import CHROMIUM, CHROMIUM_ARGUMENTS
from dothi.core import database as core_database
from dothi.core.access.people import invite
from dothi.core.access.person import Person, Role
from dothi.core.access.sign_in import store_password
from dothi.core.database import connection
from dothi.core.locality import Locality
from dothi.core.settings import LOCALITIES
from tests.access.browsers import PASSWORD
from tests.conftest import PATIENCE_S, Instance, Province, use
from tests.services import serving, shared_services

expect.set_options(timeout=PATIENCE_S * 1000)
BASEMAPS = """
basemaps:
  - id: land
    kind: xyz
    title: {{vi: Đất đai, en: Land}}
    attribution: {{vi: Sở Tài nguyên, en: Land office}}
    url: {url}/api/collections/land_use/map/xyz/{{z}}/{{x}}/{{y}}.png
"""
STEWARD = 'portal-steward'
# Pixels of a map for each of its page: a quarter of them take an eighth less time. Who looks at pictures has FINE.
COARSE, FINE = 0.5, {'device_scale_factor': 1}
DESK_SIZE = {'viewport': {'width': 1280, 'height': 860}}
PHONE = {'viewport': {'width': 360, 'height': 740}, 'is_mobile': True, 'has_touch': True}


@dataclass
class Portal:
    """A page with the portal, and what it has asked for and complained about."""

    page: Page
    url: str
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def visit(self, address: str = '/') -> Page:
        """The page while its map may still be on the way."""
        self.page.goto(self.url + address)
        return self.page

    def open(self, address: str = '/') -> Page:
        """The page once its map has come to rest."""
        self.visit(address)
        self.page.wait_for_selector('body[data-map=idle]', timeout=PATIENCE_S * 1000)
        return self.page

    def drawn(self, layer: str) -> int:
        """How many features of a layer are on the map."""
        # of its own parts of the style: to look through all features takes a tenth of a second of each look
        script = """layer => {
            const own = part => [layer, `${layer}_label`].includes(part['source-layer']);
            const layers = dothiMap.getStyle().layers.filter(own).map(part => part.id);
            return layers.length && dothiMap.queryRenderedFeatures({layers}).length;
        }"""
        return int(self.page.evaluate(script, layer))

    def wait_until(self, true: Callable[[], bool]) -> None:
        """Returns as soon as `true()` holds; fails when it does not within the time that a busy machine needs."""
        end = time.monotonic() + PATIENCE_S
        while not true():
            assert time.monotonic() < end, 'waited in vain'
            self.page.wait_for_timeout(100)

    def foreign_requests(self) -> list[str]:
        own = urlsplit(self.url)[:2]
        return [url for url in self.requests if urlsplit(url)[0] in {'http', 'https'} and urlsplit(url)[:2] != own]

    def listen(self) -> None:
        self.page.on('request', lambda request: self.requests.append(request.url))
        self.page.on('pageerror', lambda error: self.complaints.append(str(error)))
        self.page.on('console', self._hear)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == 'error':
            self.complaints.append(message.text)


@pytest.fixture(scope='session')
def portal_url(request: pytest.FixtureRequest) -> str:
    """Address of a server with the demo province: the one named in the environment, else one of our own."""
    named = os.environ.get('DOTHI_TEST_URL')
    return (named or str(request.getfixturevalue('province').internal_url)).rstrip('/')


@pytest.fixture(scope='module')
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope='module')
def chromium(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
    yield browser
    browser.close()


@contextmanager
def visiting(chromium: Browser, portal_url: str) -> Iterator[Callable[..., Portal]]:
    """Makes portals in browsers that remember nothing; keywords are Playwright's for a context.

    With less motion and coarse pixels, unless they say otherwise: each pixel is computed by the processor.
    """
    contexts: list[BrowserContext] = []

    def new(**options: Any) -> Portal:
        usual: dict[str, Any] = {
            'viewport': {'width': 800, 'height': 600},
            'reduced_motion': 'reduce',
            'device_scale_factor': COARSE,
        }
        contexts.append(chromium.new_context(**usual | options))
        portal = Portal(contexts[-1].new_page(), portal_url)
        portal.listen()
        return portal

    yield new
    for context in contexts:
        context.close()


@pytest.fixture
def visit(chromium: Browser, portal_url: str) -> Iterator[Callable[..., Portal]]:
    """Makes portals for one test."""
    with visiting(chromium, portal_url) as new:
        yield new


@pytest.fixture(scope='module')
def visit_in_module(chromium: Browser, portal_url: str) -> Iterator[Callable[..., Portal]]:
    """Makes portals that tests share."""
    with visiting(chromium, portal_url) as new:
        yield new


@pytest.fixture
def portal(visit: Callable[..., Portal]) -> Portal:
    return visit()


@pytest.fixture(scope='session')
def desk_province(
    instance: Instance, province_template: str, province: Province, locality: Locality, shared_folder: Path
) -> Iterator[Province]:
    """Both services and a worker on a province that the tests of the desk share, each changing features of its own.

    The other one is its basemap; edits of bus stops wait for review. A steward has a password.
    """
    folder = shared_folder / 'desk'
    own_locality = copytree(locality.path, folder / 'locality')
    with (own_locality / 'locality.yml').open('a', encoding='utf-8') as file:
        file.write(BASEMAPS.format(url=province.public_url.replace('127.0.0.1', 'localhost')))
    (own_locality / 'layers').mkdir(exist_ok=True)
    bus_stops = (LOCALITIES / 'library' / 'layers' / 'bus_stops.yml').read_text(encoding='utf-8')
    (own_locality / 'layers' / 'bus_stops.yml').write_text(f'{bus_stops}review: true\n', encoding='utf-8')
    environment = instance.environment(instance.create('desk', province_template), folder)
    # rasters lie beside the database
    copytree(province.environment['DOTHI_STORE'], folder / 'store')
    environment |= {'DOTHI_DOWNLOADS': '[]', 'DOTHI_LOCALITY': str(own_locality), 'DOTHI_STORE': str(folder / 'store')}
    with shared_services('province') as services:
        running = services.enter_context(serving(environment, folder))
        with working_on(running):
            enter_person(STEWARD, Role.STEWARD)
        yield running


@contextmanager
def working_on(province: Province) -> Iterator[None]:
    """This process works on its database while inside."""
    with pytest.MonkeyPatch.context() as patch:
        use(patch, province.environment)
        yield
        core_database.fresh()


@pytest.fixture(scope='module')
def desk_url(desk_province: Province) -> Iterator[str]:
    """Address of the internal service of the province that tests of the desk change; this process works on it, too."""
    with working_on(desk_province):
        yield desk_province.internal_url


def enter_person(name: str, role: Role) -> Person:
    """Somebody of the centre, with a password, on the instance that this process works on."""
    person = Person(id=uuid4(), name=name, title=f'Cán bộ {name}', role=role, agency=None)
    with connection('gatekeeper') as db:
        invite(db, person)
        store_password(db, person, PASSWORD)
    return person


@pytest.fixture
def signed_in(chromium: Browser, desk_url: str) -> Iterator[Callable[..., Portal]]:
    """Makes portals whose reader has signed in: the steward, or who is named."""
    with visiting(chromium, desk_url) as visit:

        def new(name: str = STEWARD, **options: object) -> Portal:
            portal = visit(**DESK_SIZE | options)
            answer = portal.page.request.post(f'{portal.url}/sign-in', data={'name': name, 'password': PASSWORD})
            assert answer.ok, answer.text()
            return portal

        yield new
