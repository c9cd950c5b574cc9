"""The tools of the map in a real browser: what they show is what the API answers, and a link shows it again."""

import json
import re
from collections.abc import Callable
from math import cos, hypot, radians
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from urllib.request import urlopen

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.matrix import thorough
from tests.web.conftest import Portal

WIDE = {'viewport': {'width': 1000, 'height': 600}}
DEGREE_M = 111_195.0  # of a sphere of 6,371,008.8 m
# Of a page of 256 pixels at zoom 0: 14 shows some kilometres.
NEAR = '#14/20.43000/106.17000'


@pytest.fixture
def wide(visit: Callable[..., Portal]) -> Portal:
    return visit(**WIDE)


@pytest.fixture(scope='module')
def near(visit_in_module: Callable[..., Portal]) -> Portal:
    """A map of some kilometres that stays where it is: drawing one takes 8 s of processor time."""
    portal = visit_in_module(**WIDE)
    portal.open(f'/?lang=en{NEAR}')
    return portal


def open_tool(page: Page, title: str) -> Locator:
    button = page.get_by_role('toolbar').get_by_role('button', name=title, exact=True)
    if button.get_attribute('aria-pressed') != 'true':
        button.click()
    card = page.locator('.tool')
    expect(card).to_be_visible()
    return card


def answer(portal: Portal, address: str) -> Any:
    with urlopen(portal.url + address if address.startswith('/') else address) as body:
        return json.load(body)


def box(page: Page) -> str:
    return ','.join(f'{corner:.6f}' for corner in page.evaluate('dothiMap.getBounds().toArray().flat()'))


def test_a_filter_is_chosen_in_words_and_a_link_shows_the_same(wide: Portal) -> None:
    page = wide.open(f'/?lang=en&show=schools{NEAR}')
    card = open_tool(page, 'Filter')
    card.locator('select').first.select_option('schools')
    card.get_by_label('Column').select_option('level')
    card.get_by_label('Value').select_option('primary')
    expect(card.locator('code').first).to_have_text('"level" = \'primary\'')
    card.get_by_role('button', name='Filter').click()
    expect(card.get_by_text('Filters that hold')).to_be_visible()
    link = page.url
    assert parse_qs(urlsplit(link).query)['filter.schools'] == ['"level" = \'primary\'']
    wide.wait_until(lambda: page.evaluate("Boolean(dothiMap.getLayer('dothi:picture:schools'))"))
    wide.wait_until(lambda: wide.drawn('schools') == 0)
    card = open_tool(page, 'Attribute table')
    card.get_by_label('Layer').select_option('schools')
    expected = answer(
        wide, f'/api/collections/schools/items?f=json&limit=1&bbox={box(page)}&filter=level%3D%27primary%27'
    )
    expect(card.get_by_role('status')).to_contain_text(f'{expected["numberMatched"]} features')
    again = wide.open(link.removeprefix(wide.url))
    wide.wait_until(lambda: again.evaluate("Boolean(dothiMap.getLayer('dothi:picture:schools'))"))
    expect(open_tool(again, 'Filter')).to_contain_text('"level" = \'primary\'')
    assert wide.complaints == []


def test_words_in_a_column_of_numbers_are_no_filter(wide: Portal) -> None:
    """`many` is not zero, and 1.000 in Vietnamese is a thousand."""
    page = wide.open(f'/?lang=vi&layers=schools{NEAR}')
    card = open_tool(page, 'Lọc')
    card.get_by_label('Cột').select_option('places')
    card.get_by_label('So sánh').select_option('>')
    value = card.get_by_label('Giá trị')
    value.fill('nhiều')
    expect(card.get_by_role('alert')).to_contain_text('Nhập một số')
    expect(card.get_by_role('button', name='Lọc', exact=True)).to_be_disabled()
    value.fill('1.000')
    expect(card.locator('code')).to_have_text('"places" > 1000')
    card.get_by_role('button', name='Lọc', exact=True).click()
    expect(page.get_by_role('button', name='Đang lọc 1 lớp')).to_be_visible()
    expect(open_tool(page, 'In')).to_contain_text('bộ lọc và nền của nơi khác không được in')


def test_a_map_on_which_all_is_off_is_shared_as_such(wide: Portal) -> None:
    page = wide.open(f'/?lang=en&layers=communes{NEAR}')
    page.get_by_role('checkbox', name='Communes').uncheck()
    assert parse_qs(urlsplit(page.url).query, keep_blank_values=True)['layers'] == ['']
    page.reload()
    page.wait_for_selector('body[data-map=idle]')
    expect(page.locator('#legend-layers input:checked')).to_have_count(0)


def test_a_link_to_the_past_says_so_and_counts_days_as_the_locality_does(wide: Portal) -> None:
    """A day of Nam Định ends at 17 o'clock UTC; before the first release the map is empty, and says why."""
    page = wide.open(f'/?lang=en&layers=schools&day=2020-01-01{NEAR}')
    page.get_by_role('button', name='Data of 2020-01-01').click()
    expect(page.locator('.tool')).to_contain_text('The first release was on')
    wide.wait_until(lambda: any('datetime=2020-01-01T16%3A59%3A59Z' in url for url in wide.requests))
    page.get_by_role('button', name='Back to now').click()
    expect(page.locator('.narrowed')).to_have_count(0)


@pytest.mark.parametrize(('width', 'height'), [(320, 568), (640, 430), (568, 320)])
def test_no_tool_lies_below_the_search_on_a_small_screen(visit: Callable[..., Portal], width: int, height: int) -> None:
    """The second one is a page of 1280 by 860 at twice its size."""
    page = visit(viewport={'width': width, 'height': height}).open(f'/?lang=en&layers=schools&day=2020-01-01{NEAR}')
    covered = page.locator('.tool-bar button, #zoom button, .report-here, .narrowed button').evaluate_all(
        """all => all.filter(each => {
            const {x, y, width, height} = each.getBoundingClientRect();
            return !each.contains(document.elementFromPoint(x + width / 2, y + height / 2));
        }).map(each => each.title || each.textContent)"""
    )
    assert covered == []
    assert page.evaluate('document.documentElement.scrollWidth <= innerWidth')


def test_a_tool_whose_code_does_not_come_says_so(wide: Portal) -> None:
    """As after an update of the service, whose code has other names."""
    page = wide.open(f'/?lang=en&layers=schools{NEAR}')
    page.route('**/assets/**', lambda route: route.abort())
    card = open_tool(page, 'Filter')
    expect(card.get_by_role('alert')).to_contain_text('did not come')
    page.unroute('**/assets/**')
    card.get_by_role('button', name='Reload the page').click()
    page.wait_for_selector('body[data-map=idle]')
    expect(open_tool(page, 'Filter').get_by_label('Column')).to_be_visible()


def test_the_table_has_what_is_on_the_screen_in_the_order_that_is_asked_for(wide: Portal) -> None:
    page = wide.open(f'/?lang=en&show=schools{NEAR}')
    card = open_tool(page, 'Attribute table')
    card.get_by_label('Layer').select_option('schools')
    card.get_by_role('button', name='Places').click()
    expect(card.locator('th[aria-sort=ascending]')).to_be_visible()
    expected = answer(wide, f'/api/collections/schools/items?f=json&limit=100&bbox={box(page)}&sortby=places')
    codes = [feature['properties']['code'] for feature in expected['features']]
    assert codes, 'no school in the view'
    expect(card.locator('tbody tr td:first-child')).to_have_text(codes)
    file = card.get_by_role('link', name='GeoJSON').get_attribute('href') or ''
    assert [feature['properties']['code'] for feature in answer(wide, file)['features']] == codes
    card.get_by_role('button', name=codes[0]).click()
    wide.wait_until(lambda: page.evaluate('dothiMap.getZoom()') >= 15.9)
    assert wide.complaints == []


@thorough
def test_a_year_is_written_without_a_separator(wide: Portal) -> None:
    """A number with a unit has one (1,234 m); a year has none, although the column only says that it is whole."""
    page = wide.open(f'/?lang=en&show=bridges{NEAR}')
    card = open_tool(page, 'Attribute table')
    card.locator('select').first.select_option('bridges')
    expect(card.locator('tbody tr').first.locator('td').last).to_have_text(re.compile(r'^(19|20)\d\d$'))


@thorough
def test_among_many_layers_areas_calm_down_and_signs_give_way(wide: Portal) -> None:
    """Schools, which the map shows by itself, keep their signs; reports of citizens give way to each other."""
    released = [each['id'] for each in answer(wide, '/api/collections?f=json')['collections']]
    page = wide.open(f'/?lang=en&layers={",".join(released)}{NEAR}')
    opacity = "name => dothiMap.getPaintProperty(name, 'fill-opacity')"
    overlap = "name => dothiMap.getLayoutProperty(name, 'icon-allow-overlap')"
    assert page.evaluate(opacity, 'land_use-0') == pytest.approx(0.45)
    assert page.evaluate(overlap, 'schools-1') is True
    assert page.evaluate(overlap, 'citizen_reports-1') is False
    page = wide.open(f'/?lang=en&layers=land_use,citizen_reports{NEAR}')
    assert page.evaluate(opacity, 'land_use-0') in (None, 1)
    assert page.evaluate(overlap, 'citizen_reports-1') is True
    assert wide.complaints == []


def test_a_layer_is_drawn_weaker_and_above_others_and_the_address_keeps_it(near: Portal) -> None:
    page = near.page
    page.get_by_role('button', name='About the layer Roads').click() if page.get_by_role(
        'button', name='About the layer Roads'
    ).is_visible() else _unfold_and_open(page, 'transport', 'Roads')
    card = page.locator('.tool')
    expect(card).to_contain_text('Department of Transport')
    card.get_by_role('slider').fill('50')
    near.wait_until(lambda: 'opacity=roads%3A50' in page.url)
    opacities = page.evaluate("""dothiMap.getStyle().layers
        .filter(part => part['source-layer'] === 'roads' && part.type === 'line')
        .map(part => JSON.stringify(part.paint['line-opacity'] ?? 1))""")
    assert opacities
    assert all(opacity != '1' for opacity in opacities)
    card.get_by_role('button', name='Up').click()
    near.wait_until(lambda: 'order=' in page.url)
    assert near.complaints == []


def _unfold_and_open(page: Page, theme: str, title: str) -> None:
    page.locator(f'#legend-layers [data-theme={theme}] h3 button').click()
    page.get_by_role('button', name=f'About the layer {title}').click()


def test_what_the_map_shows_at_first_is_asked_for_together(wide: Portal) -> None:
    """A layer that is switched on brings tiles of its own; the others stay as they are."""
    page = wide.open(f'/?lang=en{NEAR}')
    tiles = [url for url in wide.requests if '/tiles/' in url]
    assert tiles
    assert all('/api/tiles/WebMercatorQuad/' in url for url in tiles), tiles
    assert wide.drawn('roads') > 0
    wide.requests.clear()
    page.locator('#legend-layers [data-theme=infrastructure] h3 button').click()
    page.locator('[data-layer=street_lights] input').check()
    wide.wait_until(lambda: any('/collections/street_lights/tiles/' in url for url in wide.requests))
    assert not any('/api/tiles/' in url for url in wide.requests)
    assert wide.complaints == []


def test_a_length_is_that_of_the_sphere(near: Portal) -> None:
    page = near.page
    card = open_tool(page, 'Measure, draw, coordinates')
    expect(card).to_contain_text('Click the map point by point.')
    places = ((500, 300), (700, 450))
    for x, y in places:
        page.mouse.click(x, y)
        page.wait_for_timeout(400)  # two clicks at once are a double click, which zooms
    (west, north), (east, south) = (page.evaluate(f'dothiMap.unproject([{x}, {y}]).toArray()') for x, y in places)
    expected_m = hypot((east - west) * cos(radians((north + south) / 2)), north - south) * DEGREE_M
    text = card.locator('dd').nth(1).inner_text()
    number, unit = re.fullmatch(r'([\d.,]+) (m|km)', text).groups()  # type: ignore[union-attr]
    length_m = float(number.replace(',', '')) * (1000 if unit == 'km' else 1)
    assert length_m == pytest.approx(expected_m, rel=2e-3)
    assert page.locator('#details').is_hidden(), "the click was the tool's"
    assert near.complaints == []


def test_a_drawn_shape_stays_with_its_note_and_can_be_saved(near: Portal) -> None:
    """Also when the tool is closed, and the page is read anew; taken away it is gone from the map."""
    page = near.page
    card = open_tool(page, 'Measure, draw, coordinates')
    if (clear := card.get_by_role('button', name='Clear')).is_enabled():
        clear.click()
    page.mouse.click(520, 320)
    card.get_by_label('Note').fill('Bãi đỗ xe mới')
    card.get_by_role('button', name='Keep this shape').click()
    expect(card.get_by_text('Bãi đỗ xe mới')).to_be_visible()
    saved = unquote(card.get_by_role('link', name='Save the shapes').get_attribute('href') or '').partition(',')[2]
    (shape,) = json.loads(saved)['features']
    assert (shape['geometry']['type'], shape['properties']) == ('Point', {'note': 'Bãi đỗ xe mới'})
    card.get_by_role('button', name='Close').click()
    drawn = "JSON.stringify(dothiMap.querySourceFeatures('dothi:sketch').map(({properties}) => properties.note))"
    near.wait_until(lambda: {*json.loads(page.evaluate(drawn))} == {'Bãi đỗ xe mới'})
    page.reload()
    page.wait_for_selector('body[data-map=idle]')
    near.wait_until(lambda: {*json.loads(page.evaluate(drawn))} == {'Bãi đỗ xe mới'})
    card = open_tool(page, 'Measure, draw, coordinates')
    card.get_by_role('button', name='Remove').click()
    near.wait_until(lambda: json.loads(page.evaluate(drawn)) == [])
    assert near.complaints == []


def test_a_past_day_is_drawn_by_the_server_and_can_be_left(wide: Portal) -> None:
    page = wide.open(f'/?lang=en&day=2020-01-01{NEAR}')
    source = "JSON.stringify(Object.keys(dothiMap.getStyle().sources).filter(name => name.startsWith('dothi:picture')))"
    assert json.loads(page.evaluate(source))
    card = open_tool(page, 'Time')
    card.get_by_role('button', name='Back to now').click()
    wide.wait_until(lambda: json.loads(page.evaluate(source)) == [])
    assert 'day=' not in page.url
    assert wide.complaints == []


def test_two_styles_lie_side_by_side_and_the_line_between_them_moves(near: Portal) -> None:
    page = near.page
    card = open_tool(page, 'Compare two maps')
    beside = page.locator('.beside')
    with page.expect_response('**/styles/print?**'):
        card.get_by_label('Style on the right').select_option('print')
    expect(beside.locator('canvas')).to_be_visible()
    expect(beside).to_have_css('clip-path', 'inset(0px 0px 0px 50%)')
    card.get_by_label('Where the line is').fill('20')
    expect(beside).to_have_css('clip-path', 'inset(0px 0px 0px 20%)')
    assert near.complaints == []


@thorough
def test_a_sheet_is_looked_at_before_it_is_fetched_as_pdf(near: Portal) -> None:
    page = near.page
    card = open_tool(page, 'Print')
    card.get_by_label('Title').fill('Thành phố Nam Định')
    card.get_by_role('button', name='Preview').click()
    preview = card.get_by_role('img', name='Preview')
    expect(preview).to_be_visible()
    near.wait_until(lambda: preview.evaluate('image => image.naturalWidth') > 500)
    card.get_by_role('button', name='PDF').click()
    link = card.get_by_role('link', name='Download the PDF')
    expect(link).to_be_visible()
    address = str(link.evaluate('link => link.href'))
    assert page.request.get(address).body().startswith(b'%PDF')
    assert near.complaints == []


def test_the_requests_behind_the_view_can_be_asked(near: Portal) -> None:
    page = near.page
    card = open_tool(page, 'Share')
    expect(card.get_by_role('img', name='QR code of the link')).to_be_visible()
    addresses = card.locator('dd code').all_inner_texts()
    assert len(addresses) == 3
    for address in addresses:
        with urlopen(address) as body:
            assert body.status == 200
    assert card.locator('code').first.inner_text() == page.url
    assert near.complaints == []


def test_coordinates_of_maps_and_land_documents_are_found(wide: Portal) -> None:
    page = wide.open('/?lang=en')
    page.locator('#search-words').fill('2258000 567000')
    page.keyboard.press('Enter')
    expect(page.locator('#search-places')).to_contain_text('coordinates')
    wide.wait_until(lambda: page.evaluate('dothiMap.getZoom()') > 15)
    lon, lat = page.evaluate('dothiMap.getCenter().toArray()')
    assert 106 < lon < 106.5
    assert 20 < lat < 20.6
    assert wide.complaints == []
