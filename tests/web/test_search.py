"""The search box of the map: an address, what it may be, and where that is."""

import pytest
from playwright.sync_api import expect

from tests.web.conftest import Portal


def view(portal: Portal) -> list[float]:
    """Longitude and latitude of the middle of the map, and its zoom."""
    return list(portal.page.evaluate('[...dothiMap.getCenter().toArray(), dothiMap.getZoom()]'))


def rests(portal: Portal) -> bool:
    return not portal.page.evaluate('dothiMap.isMoving()')


def search(portal: Portal, words: str) -> None:
    portal.page.locator('#search-words').fill(words)
    portal.page.keyboard.press('Enter')


def test_what_is_sure_is_shown_at_once(portal: Portal) -> None:
    """The map begins with the whole province; a commune of 2 km around its middle is seen at zoom 12 and more."""
    page = portal.open('/?lang=en')
    assert view(portal)[2] < 11
    search(portal, 'xa Hai An, huyen Hai Hau')
    expect(page.locator('#search-places button')).to_have_count(1)
    expect(page.locator('#search-places')).to_contain_text('Xã Hải An')
    expect(page.locator('#search-places')).to_contain_text('administrative unit')
    portal.wait_until(lambda: view(portal)[2] > 11.5 and rests(portal))
    assert view(portal)[:2] == pytest.approx([106.242, 20.127], abs=0.01)
    page.locator('#search-words').press('Escape')
    expect(page.locator('#search-answer')).to_be_hidden()
    assert portal.complaints == []


def test_what_is_not_sure_is_left_to_the_visitor(portal: Portal) -> None:
    """The road goes through the whole province; the map stays until its entry is chosen."""
    page = portal.open()
    before = view(portal)
    search(portal, 'quốc lộ 10')
    expect(page.locator('#search-says')).to_contain_text('Đường dài')
    assert view(portal) == before
    page.locator('#search-places button').first.click()
    portal.wait_until(lambda: view(portal) != before)


def test_what_nobody_knows_is_told(portal: Portal) -> None:
    page = portal.open('/?lang=en')
    search(portal, 'asdf qwer')
    expect(page.locator('#search-says')).to_have_text('No such name is in the data.')
    expect(page.locator('#search-places button')).to_have_count(0)
