"""A map that is open while the server stops and starts again."""

from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.conftest import Province
from tests.matrix import thorough
from tests.services import serving
from tests.web.conftest import visiting

NEARER = 'dothiMap.jumpTo({center: [106.17, 20.43], zoom: 15.5})'
# As when somebody comes back to the page: what is new is looked for, without waiting for the next minute.
LOOK = "dispatchEvent(new Event('visibilitychange'))"


@thorough
def test_an_open_map_goes_on_after_the_server_has_started_again(
    chromium: Browser, province: Province, tmp_path: Path
) -> None:
    """While the server is down the page says so; when it is back, what was asked for in vain is drawn."""
    with visiting(chromium, '') as visit:
        with serving(province.environment, tmp_path, ['public']) as before:
            portal = visit()
            portal.url = before.public_url
            page = portal.open('/?lang=en#14/20.43/106.17')
            assert portal.drawn('roads') > 0
        page.evaluate(NEARER)
        notice = page.locator('#notice[data-fault=tiles]')
        expect(notice).to_be_visible()
        with serving(before.environment, tmp_path, ['public'], again=True) as after:
            assert after.public_url == before.public_url
            page.evaluate(LOOK)
            portal.wait_until(lambda: portal.drawn('roads') > 0)
            expect(notice).to_be_hidden()
            page.locator('#search-words').fill('Giao Thủy')
            page.get_by_role('button', name='Find').click()
            expect(page.locator('#search-answer')).to_contain_text('Giao Thủy')
