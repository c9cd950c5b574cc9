"""The portal in a real browser: what a visitor sees and can do, on a desk and on a phone."""

import json
import re
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any
from urllib.request import Request, urlopen

import brotli
import pytest
from playwright.sync_api import Locator, Page, Playwright, Route, expect

from dothi.core.locality import Locality
from tests.matrix import exhaustive, thorough
from tests.present import present
from tests.web.conftest import PHONE, Portal

VIETNAMESE = ''.join(
    base + letter
    for letters in ('aàáảãạăằắẳẵặâầấẩẫậ', 'eèéẻẽẹêềếểễệ', 'iìíỉĩị', 'oòóỏõọôồốổỗộơờớởỡợ', 'uùúủũụưừứửữự', 'yỳýỷỹỵ', 'đ')
    for letter in letters
    for base in ('', letter.upper())
)


@pytest.fixture(scope='module')
def school(portal_url: str) -> dict[str, Any]:
    """One school as the API gives it."""
    with urlopen(f'{portal_url}/api/collections/schools/items?f=json&limit=1') as answer:
        return json.load(answer)['features'][0]


def close_to(feature: dict[str, Any], lang: str = 'vi') -> str:
    """Address of the portal with a point in the middle, near enough to tell it from its neighbours."""
    east, north = feature['geometry']['coordinates']
    return f'/?lang={lang}#17/{north:.6f}/{east:.6f}'


def click_middle(page: Page) -> None:
    size = page.viewport_size or {'width': 0, 'height': 0}
    page.mouse.click(size['width'] / 2, size['height'] / 2)


@pytest.fixture(scope='module')
def legend_page(visit_in_module: Callable[..., Portal]) -> Portal:
    """A portal in English, for tests that leave its legend as it was: a page takes 2.5 s of processor time to draw.

    So high that the first theme is unfolded, however early the legend looks for room.
    """
    portal = visit_in_module(viewport={'width': 800, 'height': 800})
    portal.open('/?lang=en')
    return portal


@pytest.fixture(scope='module')
def school_page(visit_in_module: Callable[..., Portal], school: dict[str, Any]) -> Portal:
    """A portal in Vietnamese with a school in the middle, for tests that close what they open."""
    portal = visit_in_module()
    portal.open(close_to(school))
    return portal


@pytest.fixture(scope='module')
def phone(visit_in_module: Callable[..., Portal], school: dict[str, Any]) -> Portal:
    """The same on a phone."""
    portal = visit_in_module(**PHONE)
    portal.open(close_to(school))
    return portal


def close_card(page: Page) -> None:
    page.keyboard.press('Escape')
    expect(page.locator('#details')).to_be_hidden()


def theme(page: Page, theme_id: str) -> Locator:
    """The button that folds a theme of the legend."""
    return page.locator(f'#legend-layers [data-theme={theme_id}] h3 button')


def unfold_all(page: Page) -> None:
    for button in page.locator('#legend-layers h3 button').all():
        if button.get_attribute('aria-expanded') == 'false':
            button.click()


def attributes(page: Page) -> dict[str, str]:
    """The titles and values that the card shows."""
    page.wait_for_selector('#details dl')
    titles, values = page.locator('#details dt'), page.locator('#details dd')
    return dict(zip(titles.all_inner_texts(), values.all_inner_texts(), strict=True))


def test_the_map_draws_the_layers_from_this_server_alone_and_without_complaint(
    visit: Callable[..., Portal],
) -> None:
    portal = visit(reduced_motion='no-preference')
    page = portal.open()
    for layer in ('districts', 'roads'):
        assert portal.drawn(layer) > 0, layer
    assert page.evaluate("dothiMap.queryRenderedFeatures().some(({layer}) => layer.type === 'symbol')"), 'no labels'
    assert any('/tiles/' in url for url in portal.requests)
    assert portal.foreign_requests() == []
    assert portal.complaints == []
    expect(page.locator('.maplibregl-ctrl-scale')).to_contain_text('km')


def test_demonstration_data_are_called_so_in_both_languages_while_they_are_shown(portal: Portal) -> None:
    page = portal.visit('/?lang=en')
    expect(page.locator('#demo')).to_be_visible()
    expect(page.locator('#demo')).to_have_text('Dữ liệu minh họa / Demonstration data')
    unfold_all(page)
    for box in page.locator('#legend-layers input').all():
        box.uncheck()
    expect(page.locator('#demo')).to_be_hidden()


def test_the_portal_is_vietnamese_until_asked_for_english_and_then_remembers(
    portal: Portal, locality: Locality
) -> None:
    page, title = portal.visit(), locality.layers['schools'].title
    expect(page.locator('html')).to_have_attribute('lang', 'vi')
    expect(page.locator('#legend')).to_contain_text(title.vi)
    expect(page.locator('#title')).to_have_text(locality.place.title.vi)
    page.get_by_role('button', name='English').click()
    expect(page.locator('html')).to_have_attribute('lang', 'en')
    expect(page.locator('#legend')).to_contain_text(title.en)
    expect(page.locator('#legend')).not_to_contain_text(title.vi)
    expect(page.locator('#title')).to_have_text(locality.place.title.en)
    assert 'lang=en' in page.url
    portal.visit('/')
    expect(page.locator('#legend-switch')).to_have_text('Legend')


def test_a_legend_switch_hides_its_layer_and_brings_it_back(legend_page: Portal, locality: Locality) -> None:
    switch = legend_page.page.get_by_role('checkbox', name=locality.layers['districts'].title.en)
    expect(switch).to_be_checked()
    switch.uncheck()
    # between two states of the style nothing is drawn that could be asked for
    legend_page.wait_until(lambda: legend_page.drawn('districts') == 0 and legend_page.drawn('roads') > 0)
    switch.check()
    legend_page.wait_until(lambda: legend_page.drawn('districts') > 0)


def test_the_legend_groups_the_layers_by_theme_in_the_order_of_the_locality(
    legend_page: Portal, locality: Locality
) -> None:
    page = legend_page.page
    titles = page.locator('#legend-layers h3 .theme-name')
    expect(titles).to_have_text([title.en for title in locality.themes.values()])
    page.get_by_role('button', name='Tiếng Việt').click()
    expect(titles).to_have_text([title.vi for title in locality.themes.values()])
    for group in page.locator('#legend-layers section').all():
        layers = [present(row.get_attribute('data-layer')) for row in group.locator('li[data-layer]').all()]
        assert layers
        assert {locality.layers[layer].theme for layer in layers} == {group.get_attribute('data-theme')}
    page.get_by_role('button', name='English').click()


def test_a_theme_is_folded_by_the_keyboard_and_stays_so_in_the_other_language(legend_page: Portal) -> None:
    page = legend_page.page
    button, layer = theme(page, 'boundaries'), page.locator('[data-layer=districts]')
    expect(button).to_have_attribute('aria-expanded', 'true')
    expect(layer).to_be_visible()
    button.press('Enter')
    expect(button).to_have_attribute('aria-expanded', 'false')
    expect(layer).to_be_hidden()
    page.get_by_role('button', name='Tiếng Việt').click()
    expect(layer).to_be_hidden()
    expect(theme(page, 'boundaries')).to_have_attribute('aria-expanded', 'false')
    theme(page, 'boundaries').press('Space')
    expect(layer).to_be_visible()
    page.get_by_role('button', name='English').click()


def test_a_theme_counts_its_layers_that_are_on_and_folding_leaves_them_on(legend_page: Portal) -> None:
    page = legend_page.page
    button = theme(page, 'boundaries')
    expect(button).to_have_accessible_name('Administrative boundaries 3/3 layers on')
    page.locator('[data-layer=communes] input').uncheck()
    expect(button).to_have_accessible_name('Administrative boundaries 2/3 layers on')
    button.click()
    expect(page.locator('[data-layer=districts]')).to_be_hidden()
    assert legend_page.drawn('districts') > 0
    button.click()
    page.locator('[data-layer=communes] input').check()
    expect(button).to_have_accessible_name('Administrative boundaries 3/3 layers on')


@thorough
def test_the_day_whose_units_are_shown_is_named(portal: Portal, locality: Locality) -> None:
    """31/08/2024 in Vietnamese, 2024-08-31 in English; it is the day of the locality's file."""
    assert str(locality.place.reference_date) == '2024-08-31'
    expect(portal.open('/?lang=vi').locator('#day')).to_have_text('Địa giới ngày 31/08/2024')
    expect(portal.open('/?lang=en').locator('#day')).to_have_text('Boundaries of 2024-08-31')


@pytest.mark.parametrize('height', [600, *(pytest.param(height, marks=exhaustive) for height in (800, 1400))])
def test_every_theme_is_in_sight_when_the_map_opens(
    height: int, visit: Callable[..., Portal], locality: Locality
) -> None:
    page = visit(viewport={'width': 700, 'height': height}).visit()
    themes = page.locator('#legend-layers h3')
    expect(themes).to_have_count(len(locality.themes))
    body = page.locator('#legend-body').bounding_box()
    assert body
    for heading in themes.all():
        box = heading.bounding_box()
        assert box
        assert box['y'] >= body['y']
        assert box['y'] + box['height'] <= body['y'] + body['height']
    assert page.locator('#legend-layers [aria-expanded=true]').count() >= 1


def test_the_legend_names_the_categories_by_their_titles(legend_page: Portal, locality: Locality) -> None:
    levels = locality.layers['schools'].columns['level'].domain
    assert levels is not None
    shown = legend_page.page.locator('#legend-layers [data-layer=schools] ul li')
    expect(shown).to_have_text([title.en for title in levels.values()])


def test_a_click_shows_titles_domain_labels_and_units(
    school_page: Portal, locality: Locality, school: dict[str, Any]
) -> None:
    page, columns, values = school_page.page, locality.layers['schools'].columns, school['properties']
    levels = columns['level'].domain
    assert levels is not None
    click_middle(page)
    shown = attributes(page)
    assert shown[columns['code'].title.vi] == values['code']
    assert shown[columns['level'].title.vi] == levels[values['level']].vi
    assert shown[columns['places'].title.vi].endswith('\u00a0chỗ')
    page.get_by_role('button', name='English').click()
    shown = attributes(page)
    assert shown[columns['level'].title.en] == levels[values['level']].en
    assert shown[columns['places'].title.en].endswith('\u00a0places')
    page.get_by_role('button', name='Tiếng Việt').click()
    close_card(page)


@thorough
def test_the_card_is_headed_by_the_name_where_there_is_one(
    school_page: Portal, locality: Locality, school: dict[str, Any]
) -> None:
    page, layers = school_page.page, locality.layers
    click_middle(page)
    expect(page.locator('#details-head')).to_have_text(school['properties']['name'])
    expect(page.locator('#details-kind')).to_have_text(layers['schools'].title.vi)
    page.evaluate("dothiMap.fire('click', {point: {x: -999, y: -999}})")
    expect(page.locator('#details')).to_be_hidden()


@thorough
def test_a_feature_without_a_name_is_headed_by_its_layer(portal: Portal, locality: Locality) -> None:
    page = portal.page
    # the style, and not the sprite below it
    page.route(re.compile(r'/api/styles/[^/]+$'), lambda route: route.fulfill(json=_nameless(route.fetch().json())))
    with urlopen(f'{portal.url}/api/collections/schools/items?f=json&limit=1') as answer:
        portal.open(close_to(json.load(answer)['features'][0]))
    click_middle(page)
    page.wait_for_selector('#details dl')
    expect(page.locator('#details-head')).to_have_text(locality.layers['schools'].title.vi)
    expect(page.locator('#details-kind')).to_be_hidden()


def _nameless(style: dict[str, Any]) -> dict[str, Any]:
    for layer in style['metadata']['dothi:layers']:
        layer['name_column'] = None
    return style


def test_the_keyboard_alone_reaches_the_attributes_and_comes_back(school_page: Portal, school: dict[str, Any]) -> None:
    page = school_page.page
    canvas = page.locator('.maplibregl-canvas')
    for _ in range(40):
        page.keyboard.press('Tab')
        if canvas.evaluate('it => it === document.activeElement'):
            break
    expect(canvas).to_be_focused()
    page.keyboard.press('Enter')
    assert school['properties']['code'] in attributes(page).values()
    expect(page.locator('#details-head')).to_be_focused()
    page.keyboard.press('Escape')
    expect(page.locator('#details')).to_be_hidden()
    expect(canvas).to_be_focused()


def test_on_a_phone_nothing_overflows_and_the_legend_is_a_sheet(phone: Portal) -> None:
    page = phone.page
    sheet, body = page.locator('#legend'), page.locator('#legend-body')
    expect(sheet).to_be_visible()
    expect(body).to_be_hidden()
    page.locator('#legend-switch').tap()
    expect(body).to_be_visible()
    expect(page.locator('#legend-layers li:visible')).to_have_count(0)
    theme(page, 'transport').tap()
    expect(page.locator('[data-layer=roads]')).to_be_visible()
    box = sheet.bounding_box()
    assert box
    assert (box['x'], box['width']) == (0, 360)
    assert box['y'] > 740 / 3, 'the sheet hides the map'
    assert page.evaluate('document.documentElement.scrollWidth') <= 360
    for card in page.locator('.card:visible, #demo, #zoom').all():
        box = card.bounding_box()
        assert box
        assert box['x'] >= 0
        assert box['x'] + box['width'] <= 360
    theme(page, 'transport').tap()
    page.locator('#legend-switch').tap()
    expect(body).to_be_hidden()


def test_a_tap_on_a_phone_opens_the_attributes_as_a_sheet(phone: Portal, school: dict[str, Any]) -> None:
    page = phone.page
    page.touchscreen.tap(180, 370)
    assert school['properties']['code'] in attributes(page).values()
    page.get_by_role('button', name='Đóng').tap()
    expect(page.locator('#details')).to_be_hidden()


def test_every_vietnamese_letter_is_in_the_font_of_the_labels(legend_page: Portal) -> None:
    page = legend_page.page
    # A letter that the font lacks takes the width of whatever stands behind it in the list.
    script = """async letters => {
        await document.fonts.load('500 48px "Be Vietnam Pro Medium"', letters);
        const pen = document.createElement('canvas').getContext('2d');
        const width = (letter, behind) => {
            pen.font = `500 48px "Be Vietnam Pro Medium", ${behind}`;
            return pen.measureText(letter).width;
        };
        return [...letters].filter(letter => width(letter, 'monospace') !== width(letter, 'serif'));
    }"""
    assert page.evaluate(script, VIETNAMESE) == []
    assert page.evaluate(script, 'ж') == ['ж'], 'the measurement cannot tell'


def test_without_api_or_data_both_languages_say_so_and_trying_again_works(portal: Portal) -> None:
    """No answer, then a fault, then no layers; each shows when it is tried again, and so does the map at last."""
    page, trying_again = portal.page, portal.page.get_by_role('button', name='Try again')
    spoilt = {'unreachable': lambda route: route.abort(), 'fault': _answer_fault, 'noData': _answer_without_layers}
    for number, (name, spoil) in enumerate(spoilt.items()):
        page.unroute('**/api/styles/**')
        with page.expect_response('**/api/styles/**') if number else nullcontext():
            page.route('**/api/styles/**', spoil)
            trying_again.click() if number else page.goto(portal.url)
        shown = page.locator(f'#notice[data-fault={"unreachable" if name == "fault" else name}]')
        expect(shown.locator('[lang=vi]')).to_be_visible()
        expect(shown.locator('[lang=en]')).to_be_visible()
    # without layers the locality has its name all the same, and no more often than the language is switched
    expect(page.locator('#title')).not_to_have_text('')
    assert page.title().startswith(page.locator('#title').inner_text())
    page.unroute('**/api/styles/**')
    trying_again.click()
    page.wait_for_selector('body[data-map=idle]')
    expect(page.locator('#notice')).to_be_hidden()


def _answer_fault(route: Route) -> None:
    route.fulfill(status=503, body='{}')


def _answer_without_layers(route: Route) -> None:
    style = route.fetch().json()
    style['metadata']['dothi:layers'] = []
    route.fulfill(json=style)


@thorough
def test_tiles_that_fail_are_reported_and_the_rest_stays_usable(portal: Portal) -> None:
    page = portal.page
    page.route('**/tiles/**', lambda route: route.fulfill(status=500, body=''))
    portal.visit()
    expect(page.locator('#notice[data-fault=tiles] [lang=vi]')).to_be_visible()
    page.get_by_role('button', name='Close').click()
    expect(page.locator('#notice')).to_be_hidden()
    expect(page.locator('#legend-layers li').first).to_be_visible()


@thorough
def test_the_notice_of_missing_tiles_goes_when_the_map_has_moved_and_all_is_there(portal: Portal) -> None:
    page = portal.page
    page.route('**/tiles/**', lambda route: route.fulfill(status=500, body=''))
    portal.visit()
    expect(page.locator('#notice[data-fault=tiles] [lang=vi]')).to_be_visible()
    page.unroute('**/tiles/**')
    portal.wait_until(lambda: page.evaluate("'dothiMap' in window"))
    page.evaluate('dothiMap.zoomTo(dothiMap.getZoom() + 1, {animate: false})')
    expect(page.locator('#notice')).to_be_hidden()


def test_a_browser_without_webgl_is_told_so(playwright: Playwright, portal_url: str) -> None:
    browser = playwright.chromium.launch(
        executable_path='/usr/bin/chromium', args=['--headless', '--no-sandbox', '--disable-gpu', '--disable-3d-apis']
    )
    page = browser.new_page()
    page.goto(portal_url)
    expect(page.locator('#notice[data-fault=noWebgl] [lang=vi]')).to_be_visible()
    expect(page.locator('#notice [lang=en]')).to_contain_text('WebGL')
    browser.close()


def test_a_visitor_chooses_view_and_styles_and_the_address_keeps_them(
    portal: Portal, locality: Locality, school: dict[str, Any]
) -> None:
    page = portal.open(close_to(school, 'en'))
    page.get_by_role('button', name='Zoom out').click()
    portal.wait_until(lambda: '#16/' in page.url)
    background = "dothiMap.getPaintProperty('background', 'background-color')"
    light = page.evaluate(background)
    unfold_all(page)
    page.locator('[data-layer=districts] input').uncheck()
    page.get_by_label('Map style').select_option('dark')
    portal.wait_until(lambda: page.evaluate(background) != light)
    unfold_all(page)
    page.get_by_label(f'Drawn by: {locality.layers["roads"].title.en}').select_option('surface')
    surfaces = locality.layers['roads'].columns['surface'].domain
    assert surfaces is not None
    expect(page.locator('#legend-layers [data-layer=roads] ul li')).to_have_text(
        [title.en for title in surfaces.values()]
    )
    assert 'style=dark&styles=roads%3Asurface' in page.url
    # what was switched off stays so, and a sign is in the legend as it is on the map
    expect(page.locator('[data-layer=districts] input')).not_to_be_checked()
    portal.wait_until(lambda: portal.drawn('districts') == 0)
    assert page.locator('[data-layer=schools] ul .swatch path[fill-rule=evenodd]').count() == 4
    page.reload()
    page.wait_for_selector('body[data-map=idle]')
    assert round(page.evaluate('dothiMap.getZoom()')) == 16
    unfold_all(page)
    expect(page.get_by_label('Map style')).to_have_value('dark')
    expect(page.get_by_label(f'Drawn by: {locality.layers["roads"].title.en}')).to_have_value('surface')
    assert page.evaluate(background) != light
    assert portal.complaints == []


@thorough
def test_a_style_that_is_gone_gives_way_to_the_usual_one(portal: Portal) -> None:
    page = portal.open('/?lang=en&style=gone&styles=roads:gone')
    expect(page.get_by_label('Map style')).to_have_value('default')
    assert 'gone' not in page.url
    expect(page.locator('#notice')).to_be_hidden()


def test_a_style_that_cannot_be_had_leaves_the_lists_as_the_map_is(legend_page: Portal) -> None:
    """A browser tells of no change where the same style is chosen again."""
    page = legend_page.page
    page.route('**/api/styles/dark*', lambda route: route.abort())
    page.get_by_label('Map style').select_option('dark')
    expect(page.locator('#notice[data-fault=style] [lang=en]')).to_be_visible()
    expect(page.get_by_label('Map style')).to_have_value('default')
    page.unroute('**/api/styles/dark*')
    page.get_by_label('Map style').select_option('dark')
    expect(page.locator('#notice')).to_be_hidden()
    expect(page.get_by_label('Map style')).to_have_value('dark')
    page.get_by_label('Map style').select_option('default')
    expect(page.get_by_label('Map style')).to_have_value('default')


def test_no_layer_is_too_far_to_see_where_it_is_drawn(school_page: Portal) -> None:
    """Markets and power stations are drawn as signs alone."""
    page = school_page.page
    assert page.locator('#legend-layers [data-layer=substations]').count() == 1
    expect(page.locator('#legend-layers .too-far')).to_have_count(0)


def test_scripts_come_as_the_build_has_packed_them(portal_url: str) -> None:
    """Unpacked they are what comes plain, and a tenth smaller than what a server packs while somebody waits."""
    with urlopen(f'{portal_url}/') as answer:
        scripts = re.findall(r'"(\./assets/[^"]+\.js)"', answer.read().decode())
    assert scripts
    packed_count = 0
    for script in scripts:
        address = f'{portal_url}/{script.removeprefix("./")}'
        with urlopen(address) as answer:
            plain = answer.read()
        with urlopen(Request(address, headers={'Accept-Encoding': 'br'})) as answer:
            # what fits a packet comes as it is
            if answer.headers['Content-Encoding'] == 'br':
                packed = answer.read()
                packed_count += 1
                assert brotli.decompress(packed) == plain
                assert len(packed) <= len(brotli.compress(plain, quality=11)) + 16
            else:
                assert len(plain) < 1_000
    assert packed_count
