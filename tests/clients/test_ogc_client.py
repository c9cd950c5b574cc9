"""@camptocamp/ogc-client, which geOrchestra's and many other web applications read OGC APIs with."""

from collections.abc import Callable
from typing import Any

import pytest
import requests

from tests.clients.conftest import Served


@pytest.fixture(scope='module')
def found(served: Served, node: Callable[..., Any]) -> dict[str, Any]:
    """All that it reads of the API."""
    return node('read_collections.js', served.url)


def test_it_reads_every_collection(found: dict[str, Any], served: Served) -> None:
    by_id = {one['id']: one for one in found['collections']}
    for kind in ('feature', 'record'):
        for name in served.collections(kind):
            assert by_id[name]['records'] is (kind == 'record')
            assert by_id[name]['items'], name
            assert 'application/geo+json' in by_id[name]['formats'], name
    assert found['info']['title'] == served.json('')['title']
    assert len(found['classes']) == len(served.json('/conformance')['conformsTo'])


def test_it_knows_what_can_be_asked_for(found: dict[str, Any], served: Served) -> None:
    schools = next(one for one in found['collections'] if one['id'] == 'schools')
    types = {one['name']: one['type'] for one in schools['queryables']}
    assert types['places'] == 'integer'
    assert types['level'] == 'string'


def test_it_finds_the_vector_tiles_of_every_layer(found: dict[str, Any], served: Served) -> None:
    assert set(found['tilesets']) >= set(served.collections('feature'))
    assert 'WebMercatorQuad' in found['matrixSets']
    for address in found['tilesets'].values():
        assert requests.get(address, timeout=120).json()['dataType'] == 'vector'
