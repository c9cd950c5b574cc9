"""OpenLayers' sources for OGC APIs, in Chromium: tiles by OGCVectorTile, features by the loader of its examples."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.clients.conftest import HERE, Served
from tests.matrix import EXHAUSTIVE, thorough

OPENLAYERS = HERE / 'node_modules' / 'ol' / 'dist' / 'ol.js'
# Draws one tileset over the middle of the demo province, and counts what was drawn when the map has come to rest.
DRAW_TILES = """async ([url, centre, zoom, wanted]) => {
  document.body.innerHTML = '<div id="map" style="width: 512px; height: 512px"></div>';
  const source = new ol.source.OGCVectorTile({url, format: new ol.format.MVT({layers: wanted})});
  const failed = [];
  source.on('tileloaderror', () => failed.push('a tile'));
  while (source.getState() === 'loading') await new Promise(resolve => setTimeout(resolve, 20));
  if (source.getState() === 'error') failed.push('the tileset');
  const layer = new ol.layer.VectorTile({source});
  const map = new ol.Map({target: 'map', layers: [layer],
    view: new ol.View({center: ol.proj.fromLonLat(centre), zoom})});
  await new Promise(resolve => map.once('rendercomplete', resolve));
  const drawn = layer.getFeaturesInExtent(map.getView().calculateExtent(map.getSize()));
  return {drawn: drawn.length, layers: [...new Set(drawn.map(one => one.get('layer')))], failed};
}"""
# Features by the strategy of the visible box, as GeoJSON.
DRAW_FEATURES = """async ([url, centre]) => {
  document.body.innerHTML = '<div id="map" style="width: 512px; height: 512px"></div>';
  const source = new ol.source.Vector({
    format: new ol.format.GeoJSON(),
    strategy: ol.loadingstrategy.bbox,
    url: box => `${url}?f=json&limit=1000&bbox=${ol.proj.transformExtent(box, 'EPSG:3857', 'EPSG:4326').join()}`,
  });
  const map = new ol.Map({target: 'map', layers: [new ol.layer.Vector({source})],
    view: new ol.View({center: ol.proj.fromLonLat(centre), zoom: 14})});
  await new Promise(resolve => map.once('rendercomplete', resolve));
  const box = ol.proj.transformExtent(map.getView().calculateExtent(map.getSize()), 'EPSG:3857', 'EPSG:4326');
  return {drawn: source.getFeatures().length, box: box.join()};
}"""


@pytest.fixture(scope='module')
def page(chromium: Browser, served: Served) -> Iterator[Page]:
    """A page of the service itself, with OpenLayers in it; its own policy would not let that in."""
    context = chromium.new_context(bypass_csp=True)
    page = context.new_page()
    page.goto(f'{served.url}?f=html')
    page.add_script_tag(path=OPENLAYERS)
    yield page
    context.close()


def centre(served: Served) -> list[float]:
    """A school, so that there is something of every kind around."""
    (school,) = served.json('/collections/schools/items', limit=1)['features']
    found: list[float] = school['geometry']['coordinates']
    return found


OF_EACH_KIND = ('schools', 'buildings', 'roads', 'districts')


@thorough
def test_it_draws_the_tiles_of_every_layer(page: Page, served: Served) -> None:
    """By day of a layer of points, of lines, of polygons, and of units."""
    drawn = {}
    for name in served.collections('feature') if EXHAUSTIVE else OF_EACH_KIND:
        url = f'{served.url}/collections/{name}/tiles/WebMercatorQuad'
        drawn[name] = page.evaluate(DRAW_TILES, [url, centre(served), 11, [name]])
        assert drawn[name]['failed'] == [], name
        assert set(drawn[name]['layers']) <= {name}
    assert all(drawn[name]['drawn'] for name in OF_EACH_KIND), drawn


def test_it_draws_the_tiles_of_all_layers_together(page: Page, served: Served) -> None:
    wanted = ['roads', 'buildings']
    found = page.evaluate(DRAW_TILES, [f'{served.url}/tiles/WebMercatorQuad', centre(served), 12, wanted])
    assert found['failed'] == []
    assert set(found['layers']) == set(wanted)


def test_it_draws_features_of_the_visible_box(page: Page, served: Served) -> None:
    for name in ('schools', 'roads'):
        found = page.evaluate(DRAW_FEATURES, [f'{served.url}/collections/{name}/items', centre(served)])
        # it loads a little more than it shows
        assert found['drawn'] >= served.count(name, bbox=found['box']) > 0, name
