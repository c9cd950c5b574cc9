"""OGC API - Styles, draft (OGC 20-009): each class that is declared, on the demo province."""

from xml.etree import ElementTree

from tests.api.conformance.conftest import Api

CLASSES = (
    'http://www.opengis.net/spec/ogcapi-styles-1/1.0/conf/core',
    'http://www.opengis.net/spec/ogcapi-styles-1/1.0/conf/global-styles',
    'http://www.opengis.net/spec/ogcapi-styles-1/1.0/conf/collection-styles',
    'http://www.opengis.net/spec/ogcapi-styles-1/1.0/conf/mapbox-styles',
    'http://www.opengis.net/spec/ogcapi-styles-1/1.0/conf/sld-se',
    'http://www.opengis.net/spec/ogcapi-styles-1/0.0/conf/core',
    'http://www.opengis.net/spec/ogcapi-styles-1/0.0/conf/mapbox-styles',
    'http://www.opengis.net/spec/ogcapi-styles-1/0.0/conf/sld-11',
    'http://www.opengis.net/spec/ogcapi-styles-1/0.0/conf/html',
)
MAPBOX, SLD = 'application/vnd.mapbox.style+json', 'application/vnd.ogc.sld+xml;version=1.1'


def test_core_and_global_styles_are_linked_from_the_landing_page(api: Api) -> None:
    """/req/core/styles-success, /req/core/style-success: a list with a default, whose every stylesheet is there."""
    (link,) = [one for one in api.json('')['links'] if one['rel'].endswith('/ogc/1.0/styles') and 'json' in one['type']]
    listed = api.json(link['href'])
    names = {style['id'] for style in listed['styles']}
    assert listed['default'] in names
    assert {'default', 'dark', 'print', 'roads.default'} <= names
    assert api.get('/styles/nothing').status_code == 404


def test_collection_styles_are_listed_for_each_collection(api: Api) -> None:
    listed = api.json('/collections/roads/styles')
    assert {'default', 'surface', 'width'} <= {style['id'] for style in listed['styles']}
    for style in listed['styles']:
        described = api.json(f'/collections/roads/styles/{style["id"]}/metadata')
        assert described['id'] == style['id']


def test_mapbox_styles_name_sources_that_are_there(api: Api) -> None:
    """/req/mapbox-styles/content: version 8, and tiles of this very service."""
    answer = api.get('/styles/default', {'Accept': MAPBOX})
    assert answer.headers['Content-Type'] == MAPBOX
    style = answer.json()
    assert style['version'] == 8
    (tiles,) = style['sources']['roads']['tiles']
    assert tiles.startswith(api.url)
    assert {layer['source'] for layer in style['layers'] if 'source' in layer} <= style['sources'].keys()


def test_sld_se_and_sld_11_are_symbology_encoding_1_1(api: Api) -> None:
    answer = api.get('/collections/roads/styles/default', {'Accept': SLD})
    assert answer.headers['Content-Type'] == SLD
    root = ElementTree.fromstring(answer.content)
    assert (root.tag, root.get('version')) == ('{http://www.opengis.net/sld}StyledLayerDescriptor', '1.1.0')


def test_html_tells_of_a_style_with_its_legend(api: Api) -> None:
    answer = api.get('/collections/roads/styles/default', f='html', lang='en')
    assert answer.headers['Content-Type'].startswith('text/html')
    assert 'National road' in answer.text
