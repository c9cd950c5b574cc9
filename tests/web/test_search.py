"""The search box of the map: an address, what it may be, and where that is."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect

from tests.matrix import thorough
from tests.present import present
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
    expect(page.locator('#search-places [role=option]')).to_have_count(1)
    expect(page.locator('#search-places')).to_contain_text('Xã Hải An')
    expect(page.locator('#search-places')).to_contain_text('administrative unit')
    portal.wait_until(lambda: view(portal)[2] > 11.5 and rests(portal))
    assert view(portal)[:2] == pytest.approx([106.242, 20.127], abs=0.01)
    page.locator('#search-words').press('Escape')
    expect(page.locator('#search-answer')).to_be_hidden()
    assert portal.complaints == []


@thorough
def test_what_is_not_sure_is_left_to_the_visitor(portal: Portal) -> None:
    """The road goes through the whole province; the map stays until its entry is chosen."""
    page = portal.open()
    before = view(portal)
    search(portal, 'quốc lộ 10')
    expect(page.locator('#search-says')).to_contain_text('Đường dài')
    assert view(portal) == before
    page.locator('#search-places [role=option]').first.click()
    portal.wait_until(lambda: view(portal) != before)


def test_what_nobody_knows_is_told(portal: Portal) -> None:
    page = portal.visit('/?lang=en')
    search(portal, 'asdf qwer')
    expect(page.locator('#search-says')).to_have_text('No such name is in the data.')
    expect(page.locator('#search-places [role=option]')).to_have_count(0)


def test_a_part_of_a_name_lists_the_features_that_have_it_and_opens_one(portal: Portal) -> None:
    page = portal.open('/?lang=en')
    search(portal, 'benh vien da khoa')
    entries = page.locator('#search-places [role=option]')
    expect(entries.first).to_contain_text('Health facilities')
    name = entries.first.locator('.name').inner_text()
    entries.first.click()
    expect(page.locator('#details-head')).to_have_text(name)
    portal.wait_until(lambda: view(portal)[2] > 15 and rests(portal))
    page.get_by_text('History of the feature').click()
    expect(page.locator('.past li').first).to_contain_text('The first version that is kept')
    assert portal.complaints == []


@thorough
def test_what_is_chosen_is_seen_beside_the_answers(visit: Callable[..., Portal]) -> None:
    """On a phone the answers lie over the upper half of the map."""
    portal = visit(viewport={'width': 360, 'height': 740}, is_mobile=True, has_touch=True)
    page = portal.open()
    with page.expect_response('**/api/geocode*') as answer:
        search(portal, 'trần hưng đạo')
    place = answer.value.json()['features'][0]['geometry']['coordinates']
    before = view(portal)
    page.locator('#search-places [role=option]').first.click()
    portal.wait_until(lambda: view(portal) != before and rests(portal))
    answers = present(page.locator('#search').bounding_box())
    assert page.evaluate('place => dothiMap.project(place).y', place) > answers['y'] + answers['height']


def test_a_slow_answer_is_announced_and_one_that_fails_is_told(portal: Portal) -> None:
    page = portal.visit('/?lang=en')
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route('**/api/geocode*', hold)
    search(portal, 'xa hai an')
    expect(page.locator('#search-says')).to_have_text('Looking …')
    portal.wait_until(lambda: bool(held))
    held[0].fulfill(status=503, body='{}')
    expect(page.locator('#notice')).to_contain_text('The search has failed')
    expect(page.locator('#search-answer')).to_be_hidden()


@thorough
def test_on_a_phone_the_header_leaves_the_search_uncovered_in_each_language(visit: Callable[..., Portal]) -> None:
    portal = visit(viewport={'width': 360, 'height': 740}, is_mobile=True, has_touch=True)
    page = portal.visit()
    for language in ('English', 'Tiếng Việt'):
        page.get_by_role('button', name=language, exact=True).click()
        expect(page.locator('#day')).not_to_be_empty()
        head, box = (present(page.locator(name).bounding_box()) for name in ('#head', '#search'))
        assert head['y'] + head['height'] <= box['y'], language


@thorough
def test_escape_brings_back_to_the_words(portal: Portal) -> None:
    page = portal.open()
    search(portal, 'trần hưng đạo')
    page.locator('#search-words').press('Escape')
    expect(page.locator('#search-words')).to_be_focused()
