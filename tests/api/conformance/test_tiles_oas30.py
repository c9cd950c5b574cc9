"""OGC 20-057, requirements class oas30: the OpenAPI document has every tileset, tilesets list and tile."""

import re

from tests.api.conformance.conftest import Api
from tests.api.conformance.tiling import lists, template, tilesets

CLASSES = ('http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/oas30',)


def fits(path: str, address: str) -> bool:
    """Whether an address is one of a path of the document."""
    return re.fullmatch(re.sub(r'\{\w+\}', '[^/]+', path), address) is not None


def test_oas30_completeness(api: Api) -> None:
    """/req/oas30/completeness A and B: every list, tileset and template that links lead to is in the document"""
    paths = api.document()['paths']
    found = tilesets(api)
    addresses = [listed['links'][0]['href'] for listed in lists(api)]
    addresses += [one['links'][0]['href'] for one in found]
    addresses += [template(one) for one in found]
    for address in addresses:
        below = address.removeprefix(api.url).partition('?')[0]
        assert any(fits(path, below) for path in paths), address


def test_oas30_parameters_are_described(api: Api) -> None:
    """/req/oas30/completeness C: every variable of a path, and the format"""
    paths = api.document()['paths']
    for path in (path for path in paths if '/tiles/{' in path):
        named = {one.get('name', one.get('$ref', '').rsplit('/')[-1]) for one in paths[path]['get']['parameters']}
        assert set(re.findall(r'\{(\w+)\}', path)) <= named
        assert {'f', 'lang'} <= named


def test_oas30_operation_id(api: Api) -> None:
    """/req/oas30/operation-id, table 11: dot separated suffixes"""
    paths = api.document()['paths']
    ends = {
        '/tiles': 'getTileSetsList',
        '/tiles/{tileMatrixSetId}': 'getTileSet',
        '/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}': 'getTile',
    }
    seen = set()
    for path, operations in paths.items():
        for end, name in ends.items():
            if path.endswith(end) and '/map/' not in path:
                kind = 'collection' if path.startswith('/collections/') else 'dataset'
                assert operations['get']['operationId'].endswith(f'{kind}.vector.{name}'), path
                seen.add((kind, name))
    assert len(seen) == 6
