"""Maps of others that a locality names: which addresses browsers get of them, and which are refused."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from dothi.core.basemaps import Basemap

BASEMAP: TypeAdapter[Basemap] = TypeAdapter(Basemap)
TEXTS = {'title': {'vi': 'Ảnh', 'en': 'Pictures'}, 'attribution': {'vi': 'Sở', 'en': 'Office'}}
XYZ = {'id': 'aerial', 'kind': 'xyz', 'url': 'https://maps.example/{z}/{x}/{y}.png', **TEXTS}


def test_an_address_of_each_kind_is_what_a_browser_can_fill_in() -> None:
    wms = {'id': 'a', 'kind': 'wms', 'layers': 'land,sea', **TEXTS}
    wmts = {'id': 'a', 'kind': 'wmts', 'layer': 'land', 'matrix_set': 'EPSG:3857', 'matrix': 'EPSG:3857:{z}', **TEXTS}
    assert BASEMAP.validate_python(XYZ).template == XYZ['url']
    # behind an address with a query, with an empty one, or without
    for url, head in (
        ('https://m.example/wms', 'https://m.example/wms?SERVICE=WMS&'),
        ('https://m.example/wms?', 'https://m.example/wms?SERVICE=WMS&'),
        ('https://m.example/wms?map=a', 'https://m.example/wms?map=a&SERVICE=WMS&'),
    ):
        template = BASEMAP.validate_python(wms | {'url': url}).template
        assert template.startswith(head)
        assert 'BBOX={bbox-epsg-3857}&' in template
        assert 'LAYERS=land%2Csea&' in template
    template = BASEMAP.validate_python(wmts | {'url': 'https://m.example/wmts'}).template
    assert 'TILEMATRIX=EPSG:3857:{z}&TILEROW={y}&TILECOL={x}&' in template


@pytest.mark.parametrize(
    'change',
    [
        {'url': 'https://maps.example/{z}/{x}.png'},
        {'url': 'ftp://maps.example/{z}/{x}/{y}.png'},
        {'url': '/tiles/{z}/{x}/{y}.png'},
        {'url': 'https://name:word@maps.example/{z}/{x}/{y}.png'},
        # what would end the directive of the policy, or begin another
        {'url': 'https://maps.example; script-src *;/{z}/{x}/{y}.png'},
        {'url': 'https://maps.example\r\nX-Header: 1/{z}/{x}/{y}.png'},
        {'url': "https://'unsafe-inline'/{z}/{x}/{y}.png"},
        {'zooms': [9, 3]},
        {'zooms': [0, 30]},
        {'id': 'Aerial'},
        {'kind': 'bing'},
        {'layers': 'a'},
    ],
)
def test_what_is_no_basemap_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        BASEMAP.validate_python(XYZ | change)


def test_a_browser_is_told_where_the_basemap_is() -> None:
    assert (
        BASEMAP.validate_python(XYZ | {'url': 'http://10.0.0.5:8080/{z}/{x}/{y}.png'}).origin == 'http://10.0.0.5:8080'
    )
