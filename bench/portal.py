"""What the portal costs a reader: bytes and requests of a first visit, when its largest part is there, and how long the
page stands still while the map is moved; by the service itself, and through nginx."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, sync_playwright

from bench.chapters import Chapter, Goal, at_most
from bench.nginx import nginx
from bench.side_by_side.painters import CHROMIUM, CHROMIUM_ARGUMENTS

PAGES = {'the map': '/', 'the catalogue': '/catalogue', 'a record': '/catalogue?id=buildings', 'help': '/help'}
VISITS = 5
MOST_BYTES, MOST_REQUESTS, MOST_TASK_MS = 600_000, 25, 100.0
SETTLED_MS, PATIENCE_MS = 4_000, 120_000
SCREEN = {'viewport': {'width': 1280, 'height': 860}, 'reduced_motion': 'reduce'}
# Of a middling phone on a mobile network, as Lighthouse has it: four times slower, 1.6 Mbit/s, 150 ms away.
PHONE = {'viewport': {'width': 360, 'height': 740}, 'is_mobile': True, 'has_touch': True, 'reduced_motion': 'reduce'}
SLOWER, BYTES_A_SECOND, LATENCY_MS = 4, 1_600_000 / 8, 150
OBSERVE = """window.tasks = []; window.largest = 0;
new PerformanceObserver(list => list.getEntries().forEach(({duration}) => tasks.push(duration)))
    .observe({type: 'longtask', buffered: true});
new PerformanceObserver(list => list.getEntries().forEach(({startTime}) => { largest = startTime; }))
    .observe({type: 'largest-contentful-paint', buffered: true});"""


@dataclass
class Visit:
    """What a first visit cost: over the wire, headers too; ms from its start to its largest part."""

    bytes_total: int
    requests: int
    largest_ms: float


def portal(url: str) -> Chapter:
    """The chapter of a reader who is led to the service at this address."""
    return _chapter('The portal, first visit', url)


def portal_through_nginx(url: str) -> Chapter:
    """The chapter of a reader whom nginx leads there, with the settings of docker/nginx.conf.

    A visit of nobody comes first: others have seen the map before, so nginx has what it keeps of it.
    """
    with tempfile.TemporaryDirectory() as folder, nginx(urlsplit(url).netloc, Path(folder)) as proxy:
        with _browser() as browser:
            _visit(browser, proxy)
        return _chapter('The portal through nginx, first visit', proxy)


def _chapter(title: str, url: str) -> Chapter:
    figures: dict[str, str] = {}
    with _browser() as browser:
        visits = {name: _middle([_visit(browser, url + path) for _ in range(VISITS)]) for name, path in PAGES.items()}
        for name, visit in visits.items():
            figures[name] = f'{visit.bytes_total / 1000:.0f} kB, {visit.requests} requests'
        first = visits['the map']
        figures['the map: largest part there after'] = f'{first.largest_ms:.0f} ms'
        phone = median(_visit(browser, url, phone=True).largest_ms for _ in range(VISITS))
        figures['the map on a phone: largest part there after'] = f'{phone:.0f} ms'
        task = median(_longest_task(browser, url) for _ in range(VISITS))
        figures['the map, moved: longest task'] = f'{task:.0f} ms'
    return Chapter(
        title,
        figures=figures,
        goals=[
            at_most(f'first map at most {MOST_BYTES // 1000} kB', first.bytes_total / 1000, MOST_BYTES / 1000, 'kB'),
            Goal(f'at most {MOST_REQUESTS} requests', str(first.requests), first.requests <= MOST_REQUESTS),
            at_most(f'no task over {MOST_TASK_MS:g} ms while the map is moved', task, MOST_TASK_MS),
        ],
    )


@contextmanager
def _browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


@contextmanager
def _new_page(browser: Browser, screen: dict[str, Any]) -> Iterator[Page]:
    """A page of a browser that holds nothing yet."""
    context = browser.new_context(**screen)
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.add_init_script(OBSERVE)
    yield page
    context.close()


def _visit(browser: Browser, address: str, *, phone: bool = False) -> Visit:
    with _new_page(browser, PHONE if phone else SCREEN) as page:
        finished: list[Any] = []
        page.context.on('requestfinished', lambda request: finished.append(request))  # noqa: PLW0108 (a method takes no mark)
        if phone:
            session = page.context.new_cdp_session(page)
            session.send('Emulation.setCPUThrottlingRate', {'rate': SLOWER})
            session.send('Network.enable')
            speed = {'downloadThroughput': BYTES_A_SECOND, 'uploadThroughput': BYTES_A_SECOND, 'latency': LATENCY_MS}
            session.send('Network.emulateNetworkConditions', {'offline': False, **speed})
        page.goto(address, wait_until='networkidle')
        page.wait_for_timeout(SETTLED_MS)
        sizes = [request.sizes() for request in finished]
        total = sum(size['responseBodySize'] + size['responseHeadersSize'] for size in sizes)
        return Visit(total, len(sizes), float(page.evaluate('largest')))


def _middle(visits: list[Visit]) -> Visit:
    return Visit(
        int(median(visit.bytes_total for visit in visits)),
        int(median(visit.requests for visit in visits)),
        median(visit.largest_ms for visit in visits),
    )


def _longest_task(browser: Browser, url: str) -> float:
    """While the map is dragged across the screen and back, at the zoom of a district."""
    with _new_page(browser, SCREEN) as page:
        page.goto(f'{url}/#12/20.42/106.17', wait_until='networkidle')
        page.wait_for_selector('body[data-map=idle]')
        page.wait_for_timeout(SETTLED_MS)
        page.evaluate('tasks.length = 0')
        page.mouse.move(800, 400)
        page.mouse.down()
        for step in range(40):
            page.mouse.move(800 - 8 * step if step < 20 else 640 + 8 * (step - 20), 400 + 3 * step)
            page.wait_for_timeout(30)
        page.mouse.up()
        page.wait_for_timeout(SETTLED_MS)
        return float(page.evaluate('Math.max(0, ...tasks)'))
