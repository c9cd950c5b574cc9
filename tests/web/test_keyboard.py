"""The portal by keyboard alone: layers, search, lists, tables and cards of the map, and the forms of the desk."""

import re
from collections.abc import Callable

from playwright.sync_api import FilePayload, Page, Route, expect

from tests.matrix import thorough
from tests.web.conftest import DESK_SIZE, Portal
from tests.web.test_portal_pages import BAD_ROWS, UNCLEAR, findings, hand_in

SCHOOLS = '/?lang=en&layers=communes,schools#13/20.43000/106.17000'


def press_until(page: Page, selector: str, key: str = 'Tab', most: int = 90) -> None:
    """Goes on with a key until what the selector names has the focus."""
    for _ in range(most):
        if page.evaluate('selector => document.activeElement?.matches(selector) ?? false', selector):
            return
        page.keyboard.press(key)
    raise AssertionError(f'{selector} is not reached by {key}')


def active_option(page: Page) -> str:
    """The answer that a screen reader reads out: the one that the words of the search name as active."""
    script = """() => {
        const option = document.getElementById(document.activeElement.getAttribute('aria-activedescendant') ?? '');
        return option?.getAttribute('aria-selected') === 'true' ? option.querySelector('.name').textContent : '';
    }"""
    return str(page.evaluate(script))


def test_arrow_keys_go_through_the_answers_of_the_search(portal: Portal) -> None:
    """Down to the last one, on to the words, on to the first; Enter shows the one that is active, and no other."""
    page = portal.open('/?lang=en')
    press_until(page, '#search-words')
    page.keyboard.type('truong tieu hoc')
    page.keyboard.press('Enter')
    options = page.locator('#search-places [role=option]')
    expect(options.nth(2)).to_be_visible()
    expect(page.locator('#search-words')).to_have_attribute('aria-expanded', 'true')
    names = options.locator('.name').all_inner_texts()
    assert active_option(page) == ''
    page.keyboard.press('ArrowDown')
    assert active_option(page) == names[0]
    assert findings(page) == []
    page.keyboard.press('ArrowUp')
    page.keyboard.press('ArrowUp')
    assert active_option(page) == names[-1]
    page.keyboard.press('ArrowDown')
    page.keyboard.press('ArrowDown')
    page.keyboard.press('ArrowDown')
    assert active_option(page) == names[1]
    page.keyboard.press('Enter')
    expect(page.locator('#details-head')).to_have_text(names[1])
    press_until(page, '#search-words', 'Shift+Tab')
    page.keyboard.press('Escape')
    expect(page.locator('#search-answer')).to_be_hidden()
    expect(page.locator('#search-words')).to_have_attribute('aria-expanded', 'false')
    assert portal.complaints == []


@thorough
def test_other_words_are_looked_for_although_an_answer_was_active(portal: Portal) -> None:
    page = portal.open('/?lang=en')
    press_until(page, '#search-words')
    page.keyboard.type('truong tieu hoc')
    page.keyboard.press('Enter')
    expect(page.locator('#search-places [role=option]').first).to_be_visible()
    page.keyboard.press('ArrowDown')
    page.keyboard.type(' asdf qwer')
    assert active_option(page) == ''
    page.keyboard.press('Enter')
    expect(page.locator('#search-says')).to_have_text('No such name is in the data.')


def test_a_layer_is_switched_and_read_about_by_keyboard(visit: Callable[..., Portal]) -> None:
    portal = visit(**DESK_SIZE)
    page = portal.open(SCHOOLS)
    press_until(page, '[data-theme=society] [aria-expanded]')
    if page.locator('[data-layer=schools]').is_hidden():
        page.keyboard.press('Enter')
    press_until(page, '[data-layer=schools] input')
    page.keyboard.press('Space')
    expect(page).not_to_have_url(re.compile('schools'))
    page.keyboard.press('Space')
    expect(page).to_have_url(re.compile('schools'))
    page.keyboard.press('Tab')
    page.keyboard.press('Enter')
    card = page.locator('section.tool')
    expect(card).to_contain_text('Department of Education')
    expect(card.locator('h2')).to_be_focused()
    page.keyboard.press('Escape')
    expect(card).to_have_count(0)
    expect(page.locator('[data-layer=schools] .about')).to_be_focused()
    assert portal.complaints == []


def test_a_tool_that_is_opened_from_a_card_takes_the_focus(visit: Callable[..., Portal]) -> None:
    """The button that opened it is gone with the card before; Escape still closes, and leads back to the list."""
    portal = visit(**DESK_SIZE)
    page = portal.open(SCHOOLS)
    if page.locator('[data-layer=schools]').is_hidden():
        page.locator('[data-theme=society] [aria-expanded]').click()
    page.locator('[data-layer=schools] .about').focus()
    page.keyboard.press('Enter')
    card = page.locator('section.tool')
    card.get_by_role('button', name='Attribute table').focus()
    page.keyboard.press('Enter')
    expect(card.locator('h2')).to_have_text('Attribute table')
    expect(card.locator('h2')).to_be_focused()
    page.keyboard.press('Escape')
    expect(card).to_have_count(0)
    expect(page.locator('[data-layer=schools] .about')).to_be_focused()


def test_the_first_stop_leads_past_what_all_pages_have(portal: Portal) -> None:
    page = portal.open(SCHOOLS)
    page.keyboard.press('Tab')
    expect(page.get_by_role('button', name='To the map')).to_be_focused()
    page.keyboard.press('Enter')
    expect(page.locator('#map canvas')).to_be_focused()
    press_until(page, '#site-links summary', 'Shift+Tab')
    page.keyboard.press('Enter')
    page.keyboard.press('Tab')
    page.keyboard.press('Escape')
    expect(page.locator('#site-links summary')).to_be_focused()
    portal.visit('/planning?lang=en')
    expect(page.get_by_role('heading', level=1)).to_be_visible()
    page.keyboard.press('Tab')
    expect(page.get_by_role('button', name='To the content')).to_be_focused()
    page.keyboard.press('Enter')
    expect(page.locator('main')).to_be_focused()
    assert findings(page) == []


def test_a_way_is_measured_by_keyboard(portal: Portal) -> None:
    """Enter takes the middle of the map as a click does, and opens no card of a feature that lies there."""
    page = portal.open(SCHOOLS)
    page.get_by_role('toolbar').get_by_role('button', name='Measure, draw, coordinates').click()
    card = page.locator('section.tool')
    expect(card.get_by_text('By keyboard')).to_be_visible()
    page.locator('#map canvas').focus()
    page.keyboard.press('Enter')
    expect(card.locator('dd').first).to_have_text('20.430000, 106.170000')
    page.keyboard.press('ArrowUp')
    portal.wait_until(lambda: page.evaluate('!dothiMap.isMoving() && dothiMap.getCenter().lat > 20.43'))
    page.keyboard.press('Enter')
    expect(card.locator('dd')).to_have_count(2)
    expect(page.locator('#details')).to_be_hidden()


def test_an_area_is_drawn_by_keyboard(portal: Portal) -> None:
    """A shape that is seen but not done keeps the form from being sent; the next one begins on the map."""
    page = portal.visit('/planning?analysis=zonal-statistics&lang=en')
    page.locator('[data-field=zones] select').select_option('drawn:')
    canvas = page.locator('.small-map[data-map=idle] canvas')
    expect(canvas).to_be_visible()
    for key in ('ArrowRight', 'ArrowDown', 'Tab'):
        canvas.focus()
        page.keyboard.press('Enter')
        page.keyboard.press(key)
        page.wait_for_timeout(500)  # as the map moves on
    page.get_by_role('button', name='Run').click()
    assert 'analysis=' in page.url
    assert 'not finished' in page.locator('.only-validity').evaluate('field => field.validationMessage')
    page.get_by_role('button', name='This shape is done').focus()
    page.keyboard.press('Enter')
    expect(page.locator('[data-field=zones] [role=status]')).to_contain_text('1')
    expect(canvas).to_be_focused()
    assert page.locator('.only-validity').evaluate('field => field.validationMessage') == ''


@thorough
def test_the_table_is_sorted_and_a_row_chosen_by_keyboard(visit: Callable[..., Portal]) -> None:
    portal = visit(**DESK_SIZE)
    page = portal.open('/?lang=en&layers=communes,schools#12/20.43000/106.17000')
    press_until(page, '.tool-bar button[aria-label="Attribute table"]')
    page.keyboard.press('Enter')
    page.wait_for_selector('section.tool tbody tr')
    press_until(page, 'section.tool th button')
    page.keyboard.press('Enter')
    head = page.locator('section.tool th').first
    expect(head).to_have_attribute('aria-sort', 'ascending')
    expect(head.locator('button')).to_be_focused()
    codes = page.locator('section.tool tbody td:first-child')
    portal.wait_until(lambda: codes.all_inner_texts() == sorted(codes.all_inner_texts()))
    press_until(page, 'section.tool tbody button')
    page.keyboard.press('Enter')
    expect(page.locator('section.tool tr[aria-selected=true]')).to_have_count(1)
    page.keyboard.press('Escape')
    expect(page.locator('section.tool')).to_have_count(0)
    assert portal.complaints == []


def test_a_list_of_features_is_gone_through_by_keyboard(visit: Callable[..., Portal]) -> None:
    """Under the middle of the map lie a commune and its district: both are in the list, and Enter chooses.

    The feature that comes late takes nobody's place in the list.
    """
    portal = visit(**DESK_SIZE)
    page = portal.open('/?lang=en&layers=districts,communes#12/20.30000/106.20000')
    late: list[Route] = []
    page.route('**/items/*', lambda route: late.append(route), times=1)  # noqa: PLW0108 - Playwright marks the function
    press_until(page, '.maplibregl-canvas')
    page.keyboard.press('Enter')
    buttons = page.locator('#details-found button')
    expect(buttons).to_have_count(2)
    press_until(page, '#details-found li:last-child button')
    portal.wait_until(lambda: bool(late))
    late[0].continue_()
    expect(page.locator('#details-body dl')).to_be_visible()
    expect(buttons.last).to_be_focused()
    page.keyboard.press('Enter')
    expect(buttons.last).to_have_attribute('aria-pressed', 'true')
    expect(page.locator('#details-kind')).to_contain_text('District')
    page.keyboard.press('Escape')
    expect(page.locator('#details')).to_be_hidden()
    expect(page.locator('.maplibregl-canvas')).to_be_focused()


def test_a_file_is_handed_in_by_keyboard(signed_in: Callable[..., Portal]) -> None:
    """The dialog for choosing a file is the system's; what it gives is put in."""
    portal = signed_in()
    page = portal.visit('/desk?tab=hand-in&lang=en')
    page.wait_for_selector('#hand-in')
    press_until(page, '#hand-in input[type=file]')
    file: FilePayload = {'name': 'truong.csv', 'mimeType': 'text/csv', 'buffer': BAD_ROWS.encode()}
    page.set_input_files('#hand-in input[type=file]', files=[file])
    page.keyboard.press('Tab')
    page.keyboard.type('Schools')
    press_until(page, '#hand-in summary')
    page.keyboard.press('Enter')
    press_until(page, '#hand-in input[placeholder="EPSG:9209"]')
    page.keyboard.type('EPSG:9209')
    page.keyboard.press('Enter')
    page.wait_for_url('**delivery=*', timeout=120_000)
    expect(page.locator('main')).to_contain_text('returned')
    assert portal.complaints == []


@thorough
def test_a_delivery_is_decided_on_by_keyboard(signed_in: Callable[..., Portal]) -> None:
    portal = signed_in()
    hand_in(portal, 'bus_stops', 'diem_dung.csv', UNCLEAR)
    page = portal.page
    page.wait_for_selector('#decide')
    press_until(page, '#decide textarea')
    page.keyboard.type('Which coordinate system?')
    press_until(page, '#decide button:not(.first)')
    page.keyboard.press('Enter')
    expect(page.locator('main')).to_contain_text('đã trả lại')
    assert portal.complaints == []
