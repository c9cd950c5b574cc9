"""OGC API - Styles: what is listed can be had, in every language of styles, and follows release, file and reader."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient
from PIL import Image

from dothi.cartography.style.markers import NAMES
from tests.api.conftest import Desk, building, school, square
from tests.nam_dinh import whole_copy
from tests.pictures import opacity_range

type Client = Callable[..., FlaskClient]

SLD, SE = '{http://www.opengis.net/sld}', '{http://www.opengis.net/se}'


def schools(*places: int) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f'POINT({number} 0)', school(f'S{number}') | {'places': value}) for number, value in enumerate(places, start=1)
    ]


@pytest.mark.usefixtures('desk')
def test_before_the_first_release_the_map_has_a_style_without_layers(client: Client) -> None:
    app, path = client(), '/api/styles/default'
    style = app.get(path).get_json()
    assert [part['id'] for part in style['layers']] == ['background']
    assert style['metadata']['dothi:layers'] == []
    for form in ('sld', 'mapnik'):
        assert ElementTree.fromstring(app.get(f'{path}?f={form}').data).tag.endswith(('StyledLayerDescriptor', 'Map'))
    for one in (f'{path}?f=html', f'{path}/metadata', f'{path}/legend', '/api/styles', '/api/styles?f=html'):
        assert app.get(one).status_code == 200, one
    assert app.get('/api/map').status_code == 404
    assert app.get('/ows?service=WMS&request=GetCapabilities').status_code == 200
    picture = '/ows?service=WMS&version=1.3.0&request=GetMap&layers=all-layers&styles=&crs=CRS:84&bbox=106,20,107,21'
    answer = app.get(f'{picture}&width=10&height=10&format=image/png')
    assert (answer.status_code < 500, 'LayerNotDefined' in answer.text) == (True, True)


def below(link: dict[str, Any]) -> str:
    """The path and query of a link."""
    return urlsplit(link['href'])._replace(scheme='', netloc='').geturl()


def test_every_style_that_is_listed_can_be_had_in_every_form(desk: Desk, client: Client) -> None:
    """OGC 20-009, annex A, test core/1, for the service and for a collection."""
    desk.release('schools', schools(100, 200))
    app = client()
    for path, least in (
        ('/api/styles', {'default', 'dark', 'print', 'schools.default'}),
        ('/api/collections/schools/styles', {'default', 'places'}),
    ):
        listed = app.get(f'{path}?f=json').get_json()
        names = [style['id'] for style in listed['styles']]
        assert listed['default'] == 'default'
        assert len(names) == len(set(names))
        assert least <= set(names)
        for style in listed['styles']:
            sheets = [link for link in style['links'] if link['rel'] == 'stylesheet']
            assert {link['type'].partition(';')[0] for link in sheets} >= {
                'application/vnd.mapbox.style+json', 'application/vnd.ogc.sld+xml',
            }  # fmt: skip
            for link in sheets:
                assert urlsplit(link['href']).path == f'{path}/{style["id"]}'
                answer = app.get(below(link))
                assert (answer.status_code, answer.content_type) == (200, link['type'])
                assert answer.headers['Content-Language'] == 'vi'
                assert (
                    app.get(urlsplit(link['href']).path, headers={'Accept': link['type']}).content_type == link['type']
                )
            (described,) = (link for link in style['links'] if link['rel'] == 'describedby')
            metadata = app.get(below(described)).get_json()
            assert metadata['id'] == style['id']
            assert [sheet['link']['type'] for sheet in metadata['stylesheets']] == [link['type'] for link in sheets]
            assert 'places' in [one['id'] for one in metadata['layers'][-1]['attributes']]


def test_each_language_of_styles_is_what_it_says(desk: Desk, client: Client) -> None:
    desk.release('schools', schools(100, 200))
    desk.release('buildings', [(square(0, 0), building('A'))])
    app = client()
    both = ElementTree.fromstring(app.get('/api/styles/default?f=sld').data)
    layers = both.findall(f'{SLD}NamedLayer')
    assert [named.findtext(f'{SE}Name') for named in layers] == ['buildings', 'schools']
    qml = ElementTree.fromstring(app.get('/api/collections/schools/styles/places?f=qml').data)
    assert qml.tag == 'qgis'
    answer = app.get('/api/styles/default?f=qml&lang=en')
    assert answer.status_code == 400
    assert 'f=qml: no such format' in answer.get_json()['description']
    mapnik = {
        zoom: ElementTree.fromstring(app.get(f'/api/styles/default?f=mapnik&zoom={zoom}').data) for zoom in (12, 16)
    }
    assert {len(list(one.iter('Datasource'))) for one in mapnik.values()} == {0}
    # below zoom 13 a school is a dot, above it a sign
    assert len({sign.get('file') for one in mapnik.values() for sign in one.findall('.//MarkersSymbolizer')[:1]}) == 2
    assert app.get('/api/styles/default?f=mapnik&zoom=25').status_code == 400


def test_the_map_is_drawn_in_its_style_and_single_layers_otherwise(desk: Desk, client: Client) -> None:
    desk.release('schools', schools(100, 200))
    desk.release(
        'districts', [(square(0, 0), {'code': '356', 'name': 'A', 'parent_code': '36', 'valid_from': '2020-01-01'})]
    )
    app = client()
    light, dark = (app.get(f'/api/styles/{name}?f=maplibre').get_json() for name in ('default', 'dark'))
    assert [style['layers'][0]['paint']['background-color'] for style in (light, dark)] == ['#dfe8eb', '#0f1519']
    assert {style['metadata']['dothi:paper'] for style in (light, dark)} == {'#fbf9f3', '#1e262c'}
    assert [choice['id'] for choice in dark['metadata']['dothi:styles']] == ['default', 'print', 'dark', 'imagery']
    assert {layer['id']: layer['style'] for layer in dark['metadata']['dothi:layers']} == {
        'districts': 'dark',
        'schools': 'dark',
    }
    mixed = app.get('/api/styles/dark?styles=schools:places').get_json()
    assert {layer['id']: layer['style'] for layer in mixed['metadata']['dothi:layers']} == {
        'districts': 'dark',
        'schools': 'places',
    }
    assert set(light['metadata']['dothi:markers']) == {'circle', 'school'} <= set(NAMES)
    alone = app.get('/api/collections/schools/styles/places').get_json()
    # a dot, and the room that names leave it
    assert [layer['type'] for layer in alone['layers']] == ['circle', 'symbol']
    answer = app.get('/api/styles/dark?styles=schools:place&lang=en')
    assert (answer.status_code, 'schools:places' in answer.get_json()['description']) == (400, True)
    answer = app.get('/api/styles/drak?lang=en')
    assert (answer.status_code, 'Did you mean "dark"' in answer.get_json()['description']) == (404, True)


def test_classes_and_legend_follow_the_release_and_so_does_the_tag(desk: Desk, client: Client) -> None:
    desk.release('schools', schools(*range(100, 500, 10)))
    app, path = client(), '/api/collections/schools/styles/places'
    first = app.get(path)
    assert app.get(path, headers={'If-None-Match': first.headers['ETag']}).status_code == 304
    assert legend(app, path) == ['below 190 places', '190 – 289 places', '290 – 389 places', '390 places and more']
    desk.release('schools', schools(*range(1000, 5000, 100)))
    second = app.get(path, headers={'If-None-Match': first.headers['ETag']})
    assert second.status_code == 200
    assert legend(app, path)[0] == 'below 1,900 places'
    assert '1900' in json.dumps(second.get_json()['layers'])


def test_a_style_that_is_new_changes_the_tag_of_the_map_that_offers_it(
    desk: Desk, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.release('schools', schools(100))
    folder = whole_copy(tmp_path / 'locality')
    monkeypatch.setenv('DOTHI_LOCALITY', str(folder))
    app, file = client(), folder / 'styles' / 'schools.yml'
    before = app.get('/api/styles/default?f=maplibre').headers['ETag']
    added = '  plain: {title: {vi: Trơn, en: Plain}, parts: [{kind: marker, color: red}]}\n'
    file.write_text(file.read_text(encoding='utf-8') + added, encoding='utf-8')
    after = app.get('/api/styles/default?f=maplibre', headers={'If-None-Match': before})
    assert after.status_code == 200
    assert 'plain' in [choice['id'] for choice in after.get_json()['metadata']['dothi:layers'][0]['styles']]


def test_a_preview_shows_something_of_a_style_that_is_drawn_from_near_only(desk: Desk, client: Client) -> None:
    """Of schools 60 km apart the style draws nothing in a picture of all; a building fills its picture."""
    desk.release('schools', [('POINT(0 0)', school('a')), ('POINT(60000 60000)', school('b'))])
    desk.release('buildings', [(square(0, 0, 30), building('a'))])
    app = client()
    for path, near in (('schools/styles/places', True), ('buildings/styles/default', False)):
        links = app.get(f'/api/collections/{path}/metadata').get_json()['links']
        (address,) = (link['href'] for link in links if link['rel'] == 'preview')
        assert ('center=' in address) is near
        drawn = Image.open(io.BytesIO(app.get('/api' + address.partition('/api')[2]).get_data()))
        assert opacity_range(drawn)[1] > 0, path
    page = app.get('/api/collections/schools/styles/places?f=html').get_data(as_text=True)
    assert 'scale-denominator=' in page.partition('class="picture"')[2].partition('>')[0]


def legend(app: FlaskClient, path: str) -> list[str]:
    (layer,) = app.get(f'{path}/legend?f=json&lang=en').get_json()['layers']
    return [entry['label']['en'] for entry in layer['entries']]


def test_a_style_by_an_internal_column_is_the_internal_services_alone(desk: Desk, client: Client) -> None:
    desk.release('buildings', [(square(0, 0), building('A'))])
    for audience, status in (('internal', 200), ('public', 404)):
        app = client(audience)
        listed = [style['id'] for style in app.get('/api/collections/buildings/styles').get_json()['styles']]
        assert ('population' in listed) is (status == 200)
        assert 'floors' in listed
        for path in ('', '/metadata', '/legend'):
            assert app.get(f'/api/collections/buildings/styles/population{path}').status_code == status
            assert app.get(f'/api/styles/buildings.population{path}').status_code == status
        assert app.get('/api/styles/population/map?collections=buildings&width=64').status_code == status
        assert (b'population' in app.get('/api/styles?f=json').data) is (status == 200)
    assert client().get('/api/collections/elevation/styles').status_code == 404


def test_a_broken_style_file_takes_its_own_layer_out_and_nothing_else(
    desk: Desk, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    desk.release('schools', schools(100))
    desk.release('buildings', [(square(0, 0), building('A'))])
    folder = whole_copy(tmp_path / 'locality')
    (folder / 'styles' / 'schools.yml').write_text('styles: {default: {parts: [{kind: marker, color: bleu}]}}')
    monkeypatch.setenv('DOTHI_LOCALITY', str(folder))
    app = client()
    assert set(app.get('/api/styles/default').get_json()['sources']) == {'buildings'}
    app.get('/api/styles')
    assert caplog.text.count('"bleu" is no colour') == 1
    (folder / 'styles' / 'schools.yml').write_text('styles: {default: {parts: [{kind: marker, color: gruen}]}}')
    app.get('/api/styles')
    assert caplog.text.count('"gruen" is no colour') == 1
    for text in ('schools.yml', 'styles.default.parts.0.color', '"bleu" is no colour'):
        assert text in caplog.text
    assert app.get('/api/collections/schools/styles').get_json()['styles'] == []
    answer = app.get('/api/collections/schools/styles/default?lang=en')
    assert (answer.status_code, 'tell the administrator' in answer.get_json()['description']) == (404, True)
    assert 'dothi status' in caplog.text
    assert app.get('/api/collections/schools/items').status_code == 200
    for path in ('/api/collections/schools/map', '/api/map?collections=schools,buildings'):
        answer = app.get(path, headers={'Accept-Language': 'en'})
        assert (answer.status_code, 'tell the administrator' in answer.get_json()['description']) == (404, True)
        assert 'schools.yml' not in answer.text
    for service in ('WMS', 'WMTS'):
        listed = app.get(f'/ows?service={service}&request=GetCapabilities')
        assert (listed.status_code, '>buildings<' in listed.text, '>schools<' in listed.text) == (200, True, False)
    for path in (
        '/api/styles',
        '/api/collections/schools/styles',
        '/api/styles/default',
        '/api/collections/buildings/styles/floors',
    ):
        assert app.get(f'{path}?f=html').status_code == 200


def test_styles_are_linked_from_what_they_draw(desk: Desk, client: Client) -> None:
    desk.release('schools', schools(100))
    app, rel = client(), 'http://www.opengis.net/def/rel/ogc/1.0/styles'
    for path, styles in (
        ('/api/', '/api/styles'),
        ('/api/collections/schools', '/api/collections/schools/styles'),
        ('/api/collections/catalogue/items/schools', '/api/collections/schools/styles'),
        ('/api/collections/schools/tiles/WebMercatorQuad', '/api/collections/schools/styles'),
        ('/api/tiles/WebMercatorQuad', '/api/styles'),
    ):
        links = [link for link in app.get(f'{path}?f=json').get_json(force=True)['links'] if link['rel'] == rel]
        assert links, path
        assert {urlsplit(link['href']).path for link in links} == {styles}
