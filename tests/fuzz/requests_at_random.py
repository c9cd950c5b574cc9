"""Requests at random: ones that succeed, and the same with something broken in them, for every kind of route.

`test_random_requests.py` sends them.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

LAYERS = ('schools', 'buildings', 'communes', 'nowhere')
GARBAGE = (
    '', ' ', '0', '-1', '1e400', 'NaN', 'null', 'true', '[]', '{}', "'", '"', '\\', '%', '%00', '\x00', '\ud800',
    'é' * 9,
    '../../etc/passwd', '<script>', '; drop table x', '9' * 40, '1' * 4_400, 'a' * 3_000, '2024-13-45', '..', '1,2,3',
    '1,2,3,4,5,6,7',
)  # fmt: skip
METHODS = ('GET',) * 14 + ('HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE')
BOX = '106.0,20.0,106.6,20.6'
PATHS: tuple[tuple[str, dict[str, tuple[str, ...]]], ...] = (
    ('/health', {}),
    ('/', {}),
    ('/api', {'f': ('json', 'html')}),
    ('/api/conformance', {'f': ('json', 'html')}),
    ('/api/openapi', {'f': ('json', 'html')}),
    ('/api/collections', {'f': ('json', 'html', 'jsonld')}),
    ('/api/collections/{layer}', {'f': ('json', 'html')}),
    ('/api/collections/{layer}/schema', {}),
    ('/api/collections/{layer}/queryables', {}),
    (
        '/api/collections/{layer}/items',
        {
            'f': ('json', 'html', 'csv', 'gpkg'),
            'limit': ('1', '10', '100'),
            'offset': ('0', '5'),
            'bbox': (BOX,),
            'filter': ("code = 'a'", 'code IS NOT NULL', f'S_INTERSECTS(geom, BBOX({BOX}))'),
            'crs': ('http://www.opengis.net/def/crs/OGC/1.3/CRS84',),
            'sortby': ('code', '-code'),
            'datetime': ('2024-01-01', '../2030-01-01'),
        },
    ),
    ('/api/collections/{layer}/items/{number}', {'f': ('json', 'html')}),
    ('/api/collections/{layer}/tiles', {}),
    ('/api/collections/{layer}/tiles/WebMercatorQuad/{number}/{number}/{number}', {}),
    ('/api/tiles/WebMercatorQuad/9/225/407', {'collections': LAYERS}),
    ('/api/collections/{layer}/map', {'width': ('32',), 'height': ('32',), 'bbox': (BOX,)}),
    ('/api/map', {'width': ('32',), 'collections': LAYERS}),
    ('/api/styles', {}),
    ('/api/styles/default', {'f': ('mapbox',)}),
    ('/api/collections/catalogue/items', {'q': ('trường',), 'limit': ('3',)}),
    ('/api/collections/catalogue/items/{layer}', {}),
    ('/api/processes', {}),
    ('/api/processes/service-coverage', {}),
    ('/api/processes/export-features/execution', {}),
    ('/api/jobs', {'limit': ('3',), 'status': ('failed',)}),
    ('/api/jobs/00000000-0000-0000-0000-000000000000', {}),
    ('/api/collections/{layer}/search', {}),
    (
        '/ows',
        {
            'service': ('WMS', 'WMTS'),
            'request': ('GetCapabilities', 'GetMap', 'GetFeatureInfo', 'GetTile'),
            'version': ('1.3.0', '1.1.1'),
            'layers': LAYERS,
            'styles': ('',),
            'crs': ('CRS:84', 'EPSG:3857'),
            'bbox': (BOX,),
            'width': ('32',),
            'height': ('32',),
            'format': ('image/png',),
        },
    ),
)
BODIES: tuple[tuple[str, Any], ...] = (
    ('application/json', '{"inputs": {"collection": "schools", "format": "csv"}}'),
    ('application/json', '{"limit": 2}'),
    ('application/json', '{'),
    ('application/geo+json', '{"type": "Feature", "geometry": null, "properties": {}}'),
    ('application/merge-patch+json', '[' * 3_000),
    ('application/x-www-form-urlencoded', 'limit=2'),
    ('text/plain', 'x'),
    ('multipart/form-data; boundary=x', '--x'),
)


@dataclass(frozen=True)
class RandomRequest:
    """One request: method, address with its query, headers and body."""

    method: str
    address: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None


def random_requests(seed: int, count: int) -> Iterator[RandomRequest]:
    """`count` requests; the same seed gives the same ones. About half of them are as they should be."""
    chance = random.Random(seed)
    for _ in range(count):
        yield _request(chance)


def _request(chance: random.Random) -> RandomRequest:
    template, parameters = chance.choice(PATHS)
    broken = chance.random() < 0.5
    path = template.replace('{layer}', chance.choice(LAYERS[:2] if not broken else LAYERS))
    while '{number}' in path:
        path = path.replace('{number}', str(chance.choice((1, 2, 7))), 1)
    names = [name for name in parameters if chance.random() < (1 if template == '/ows' else 0.4)]
    query = {name: chance.choice(parameters[name]) for name in names}
    if broken:
        path, query = _broken(path, query, chance)
    method = chance.choice(METHODS) if broken else ('POST' if template.endswith('/search') else 'GET')
    text = '&'.join(f'{_escaped(name)}={_escaped(value)}' for name, value in query.items())
    headers, body = _sent(method, broken, chance)
    return RandomRequest(method, path + (f'?{text}' if text else ''), headers, body)


def _broken(path: str, query: dict[str, str], chance: random.Random) -> tuple[str, dict[str, str]]:
    """One thing that is wrong, or nothing: a part of the path, the value of a parameter, a parameter of no meaning."""
    kind = chance.randrange(4)
    if kind == 0:
        parts = path.split('/')
        parts[chance.randrange(1, len(parts))] = _escaped(chance.choice(GARBAGE))
        return '/'.join(parts), query
    if kind == 1 and query:
        return path, query | {chance.choice(list(query)): chance.choice(GARBAGE)}
    if kind == 2:
        return path, query | {chance.choice(('f', 'lang', 'limit', 'filter', 'colour')): chance.choice(GARBAGE)}
    return path, query


def _sent(method: str, broken: bool, chance: random.Random) -> tuple[dict[str, str], bytes | None]:
    headers: dict[str, str] = {}
    if broken and chance.random() < 0.2:
        names = ('Accept', 'Accept-Language', 'If-None-Match', 'If-Modified-Since', 'Range', 'Prefer', 'Content-Crs')
        headers[chance.choice(names)] = chance.choice(('', '*/*', 'x' * 500, 'bytes=5-2', 'W/"', '<>', 'wait=-1'))
    if method not in ('POST', 'PUT', 'PATCH'):
        return headers, None
    media_type, text = chance.choice(BODIES) if broken else BODIES[1]
    return headers | {'Content-Type': media_type}, text.encode()


def _escaped(text: str) -> str:
    return quote(text.encode('utf-8', 'surrogatepass'), safe="',")
