"""OpenLayers and Leaflet in Chromium: pages with our WMS, WMTS and tiles, and what is to be seen on them."""

import io
from collections import Counter
from collections.abc import Iterator

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from tests.clients.conftest import HERE, Served
from tests.matrix import EXHAUSTIVE

LIBRARIES = HERE / 'node_modules'
SCRIPTS = (
    LIBRARIES / 'ol' / 'dist' / 'ol.js',
    LIBRARIES / 'leaflet' / 'dist' / 'leaflet.js',
    HERE / 'map_pages.js',
)
LAND = (0xFB, 0xF9, 0xF3)
SIDE = 512
# By day each library in one way.
KINDS = (
    ('openLayersWms', 'openLayersWmts', 'leafletWms', 'leafletTiles')
    if EXHAUSTIVE
    else ('openLayersWmts', 'leafletWms')
)


@pytest.fixture(scope='module')
def page(chromium: Browser, served: Served) -> Iterator[Page]:
    """A page of the service itself, with both libraries in it; its own policy would not let them in."""
    context = chromium.new_context(bypass_csp=True, viewport={'width': SIDE, 'height': SIDE}, device_scale_factor=1)
    page = context.new_page()
    page.goto(f'{served.url}?f=html')
    page.add_style_tag(path=LIBRARIES / 'leaflet' / 'dist' / 'leaflet.css')
    for script in SCRIPTS:
        page.add_script_tag(path=script)
    yield page
    context.close()


def test_pages_of_openlayers_and_leaflet_show_the_map(page: Page, served: Served) -> None:
    """All show the district that is there: its land over nearly the whole map, with nothing that failed."""
    asked = {
        'ows': served.url.removesuffix('/api') + '/ows', 'api': served.url, 'layer': 'districts',
        'centre': [106.215, 20.23], 'zoom': 13,
    }  # fmt: skip
    shares = {}
    for kind in KINDS:
        assert page.evaluate('([kind, asked]) => show(kind, asked)', [kind, asked]) == [], kind
        seen = colours(page.screenshot())
        shares[kind] = seen[LAND] / SIDE**2
    assert min(shares.values()) > 0.8, shares
    # the same map, as far as its libraries place it to the same pixel
    assert max(shares.values()) - min(shares.values()) < 0.02, shares


def colours(picture: bytes) -> Counter[tuple[int, ...]]:
    """How many pixels have each colour."""
    with Image.open(io.BytesIO(picture)) as image:
        flat = image.convert('RGB').getcolors(SIDE * SIDE) or []
    return Counter({colour: count for count, colour in flat if isinstance(colour, tuple)})
