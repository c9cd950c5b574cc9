"""The course for web developers: its pages in a real browser on the public service, and its answers."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from tests.conftest import PATIENCE_S, Province
from tests.matrix import exhaustive
from tests.web.training.course_pages import codes, course_page, items

NEAR_CITY = 'within_m(geom, POINT(106.17 20.43), 3000)'


@pytest.fixture(scope='module')
def browsing(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={'width': 800, 'height': 600}, device_scale_factor=0.5, locale='en-US')
    yield context.new_page()
    context.close()


def opened(page: Page, pages_url: str, name: str, province: Province) -> Page:
    """The page of the course on the public service, once it has counted its features."""
    page.goto(f'{pages_url}/{name}?api={province.public_url}/api')
    page.wait_for_function('/^[\\d!]/.test(document.title)', timeout=PATIENCE_S * 1000)
    return page


def changed(pages_folder: Path, name: str, old: str, new: str) -> str:
    """The name of a copy of a page in which a participant has put `new` in place of `old`."""
    text = (pages_folder / name).read_text(encoding='utf-8')
    assert old in text, f'{name} has no {old}, which the course tells to change'
    # a name of its own: a browser may show a page of a second ago again
    own_name = f'{re.sub(r"[^a-z]", "", new.lower())}-{name}'
    (pages_folder / own_name).write_text(text.replace(old, new), encoding='utf-8')
    return own_name


def asked(province: Province, layer: str, query: str, lang: str = 'en') -> dict[str, Any]:
    """The answer of the service to a filter, of however many features."""
    address = f'{province.public_url}/api/collections/{layer}/items'
    return dict(requests.get(address, params={'filter': query, 'limit': '1', 'lang': lang}, timeout=60).json())


@pytest.mark.parametrize('lang', ['vi', 'en'])
def test_its_answers_are_what_the_service_says(province: Province, lang: str) -> None:
    """Each filter of an answer gives the number that stands before it; the last one is refused in those words."""
    page = course_page('web-developers', lang)
    filters = [codes(answer)[0] for answer in items(page.part('Answers'))[:4]]
    layers = ['schools', 'health_facilities', 'schools', 'schools']
    counted = [
        str(asked(province, layer, query)['numberMatched']) for layer, query in zip(layers, filters, strict=True)
    ]
    (misspelt,) = [code for code in codes(page.part('Exercises')) if code.startswith('leve ')]
    refused = asked(province, 'schools', misspelt, lang)
    assert page.answers == [*([number] for number in counted), [refused['detail']]]
    assert refused['status'] == 400


@pytest.mark.parametrize(
    ('name', 'layer', 'query'),
    [
        ('maplibre.html', 'schools', "level = 'primary' AND places > 400"),
        ('openlayers.html', 'health_facilities', "kind = 'hospital'"),
        pytest.param('leaflet.html', 'schools', NEAR_CITY, marks=exhaustive),
    ],
)
def test_each_page_shows_the_map_and_what_its_filter_wants(
    browsing: Page, pages_url: str, province: Province, name: str, layer: str, query: str
) -> None:
    """It loads nothing from anywhere but the participant's own machine and the service."""
    requested: list[str] = []
    browsing.on('request', lambda request: requested.append(request.url))
    page = opened(browsing, pages_url, name, province)
    page.wait_for_load_state('networkidle')
    assert page.title().split()[0] == str(asked(province, layer, query)['numberMatched'])
    own = (pages_url, province.public_url, 'blob:', 'data:')
    assert [address for address in requested if not address.startswith(own)] == []
    # vector tiles, or pictures of the map
    assert [address for address in requested if 'tiles/' in address or '/xyz/' in address]


def test_a_click_on_a_dot_shows_name_and_places_as_text(browsing: Page, pages_url: str, province: Province) -> None:
    page = opened(browsing, pages_url, 'leaflet.html', province)
    page.locator('path.leaflet-interactive').first.click(force=True)
    expect(page.locator('.leaflet-popup-content')).to_contain_text('chỗ · places')
    assert page.locator('.leaflet-popup-content').inner_text().split(':')[0] in {
        feature['properties']['name'] for feature in near_city(province)
    }


def near_city(province: Province) -> list[dict[str, Any]]:
    address = f'{province.public_url}/api/collections/schools/items'
    answer = requests.get(address, params={'filter': NEAR_CITY, 'limit': '1000'}, timeout=60)
    return list(answer.json()['features'])


@pytest.mark.parametrize(
    ('name', 'kept', 'popup'),
    [
        ('maplibre.html', 'dark', '.maplibregl-popup'),
        pytest.param('openlayers.html', 'print', '#popup', marks=exhaustive),
    ],
)
def test_another_style_is_another_address(
    browsing: Page, pages_url: str, pages_folder: Path, province: Province, name: str, kept: str, popup: str
) -> None:
    """The steps say to write another style in place of `default`; a dot of the changed page has its popup, too."""
    requested: list[str] = []
    browsing.on('request', lambda request: requested.append(request.url))
    page = opened(browsing, pages_url, changed(pages_folder, name, 'default', kept), province)
    assert [address for address in requested if f'/styles/{kept}' in address]
    (style,) = [each for each in styles(province) if each['id'] == kept]
    assert style['title']
    # in the middle of the screen there lies a feature, once the map is moved to it
    page.evaluate(TO_A_FEATURE[name])
    page.wait_for_timeout(1500)
    page.mouse.click(400, 300)
    expect(page.locator(popup)).to_contain_text(' · ')


TO_A_FEATURE = {
    'maplibre.html': """async () => {
        const {features} = await trainingMap.getSource('chosen').getData();
        trainingMap.jumpTo({center: features[0].geometry.coordinates, zoom: 15});
        await new Promise(resolve => trainingMap.once('idle', resolve));
    }""",
    'openlayers.html': """() => {
        const layer = trainingMap.getLayers().item(1);
        trainingMap.getView().setCenter(layer.getSource().getFeatures()[0].getGeometry().getCoordinates());
        return new Promise(resolve => trainingMap.once('rendercomplete', resolve));
    }""",
}


def styles(province: Province) -> list[dict[str, Any]]:
    return list(requests.get(f'{province.public_url}/api/styles', timeout=60).json()['styles'])


@pytest.mark.parametrize(
    ('old', 'new', 'word'),
    [('POINT(106.17 20.43)', 'POINT(20.43 106.17)', 'outside'), ('within_m(', 'within_metres(', '"within_m"')],
)
def test_a_wrong_filter_says_on_the_page_what_is_wrong(
    browsing: Page, pages_url: str, pages_folder: Path, province: Province, old: str, new: str, word: str
) -> None:
    page = opened(browsing, pages_url, changed(pages_folder, 'leaflet.html', old, new), province)
    assert page.title().startswith('! ')
    assert word in page.title()


def test_pages_elsewhere_read_the_public_service_and_not_the_internal_one(
    browsing: Page, pages_url: str, province: Province
) -> None:
    page = opened(browsing, pages_url, 'leaflet.html', province)
    reading = 'address => fetch(address).then(answer => answer.status, error => error.message)'
    path = '/api/collections/schools/items?limit=1'
    assert page.evaluate(reading, province.public_url + path) == 200
    assert page.evaluate(reading, province.internal_url + path) == 'Failed to fetch'


def test_a_filter_with_a_text_in_it_can_be_written_into_each_page(
    browsing: Page, pages_url: str, pages_folder: Path, province: Province
) -> None:
    """Exercise 3: `level = 'high' AND …` within the quotes of the page; in single ones it was no JavaScript."""
    (query,) = [code for code in codes(course_page('web-developers', 'en').part('Answers')) if "'high'" in code]
    page = opened(browsing, pages_url, changed(pages_folder, 'leaflet.html', NEAR_CITY, query), province)
    assert page.title().split()[0] == str(asked(province, 'schools', query)['numberMatched'])
