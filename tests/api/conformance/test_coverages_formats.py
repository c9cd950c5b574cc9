"""OGC API - Coverages: the forms in which values come, and their place in the OpenAPI document."""

import json
import struct
from html.parser import HTMLParser

import rasterio
from covjson_pydantic.coverage import Coverage

from tests.api.conformance.conftest import Api, links
from tests.api.conformance.test_coverages_subsetting import GRID, GROUND

CLASSES = (
    'https://www.opengis.net/spec/ogcapi-coverages-1/1.0/conf/html',
    'http://www.opengis.net/spec/ogcapi-coverages-1/1.0/conf/html',
    'https://www.opengis.net/spec/ogcapi-coverages-1/1.0/conf/geotiff',
    'http://www.opengis.net/spec/ogcapi-coverages-1/1.0/conf/geotiff',
    'https://www.opengis.net/spec/ogcapi-coverages-1/1.0/conf/cog',
    'https://www.opengis.net/spec/ogcapi-coverages-1/1.0/conf/coveragejson',
    'http://www.opengis.net/spec/ogcapi-coverages-1/1.0/conf/coveragejson',
    'https://www.opengis.net/spec/ogcapi-coverages-1/1.0/conf/api-operations',
    'http://www.opengis.net/spec/ogcapi-coverages-1/1.0/conf/oas30',
)
GEOTIFF = 'image/tiff; application=geotiff'
AREA = {'subset': 'E(570000:572000),N(2250000:2251000)'}
RASTER_TYPE = 1025


class Images(HTMLParser):
    """The addresses of the images of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == 'img':
            self.found.append(dict(attrs)['src'] or '')


def test_html_shows_the_values(internal: Api) -> None:
    """A page for who accepts one, with the very part as an image."""
    answer = internal.get(GROUND, {'Accept': 'text/html'}, **AREA)
    assert answer.headers['Content-Type'].startswith('text/html')
    (image,) = Images(answer.text).found
    drawn = internal.get(image)
    assert drawn.headers['Content-Type'] == 'image/png'
    assert drawn.headers['Content-Bbox'] == '570000,2250000,572000,2251000'


def test_geotiff_is_negotiated_and_its_cells_are_areas(internal: Api) -> None:
    """The media type with its parameter; bands in their order; GTRasterTypeGeoKey is RasterPixelIsArea."""
    for query in ({}, AREA):
        answer = internal.get(GROUND, {'Accept': GEOTIFF}, **query)
        assert answer.headers['Content-Type'] == GEOTIFF
        assert geo_key(answer.content, RASTER_TYPE) == 1
    with rasterio.MemoryFile(internal.get(GRID, scale_factor=2).content) as memory, memory.open() as file:
        assert file.descriptions == ('people', 'homes')


def geo_key(content: bytes, key: int) -> int:
    """The value of a key in the GeoKeyDirectory (tag 34735) of a little-endian TIFF."""
    (at,) = struct.unpack_from('<I', content, 4)
    (entries,) = struct.unpack_from('<H', content, at)
    for entry in range(entries):
        tag, _, count, where = struct.unpack_from('<HHII', content, at + 2 + 12 * entry)
        if tag == 34735:
            numbers = struct.unpack_from(f'<{count}H', content, where)
            return {numbers[i]: numbers[i + 3] for i in range(4, count, 4)}[key]
    raise AssertionError('no GeoKeyDirectory')


def test_cog_is_read_by_ranges(internal: Api) -> None:
    """/http-range, /cloud-optimized: without parameters or with empty ones; the profile is named."""
    profile = 'http://www.opengis.net/def/profile/geotiff/cloud-optimized'
    for query in ({}, {'resolution': ''}, {'resolution': 'E(),N()'}):
        answer = internal.get(
            GROUND, {'Range': 'bytes=0-15', 'Accept-Profile': f'<{profile}>', 'Accept': GEOTIFF}, **query
        )
        assert (answer.status_code, len(answer.content)) == (206, 16)
        assert answer.headers['Content-Range'].startswith('bytes 0-15/')
        assert profile in answer.headers['Content-Profile']
    whole = internal.get(GROUND).content
    with rasterio.MemoryFile(whole) as memory, memory.open() as file:
        assert file.tags(ns='IMAGE_STRUCTURE')['LAYOUT'] == 'COG'
        assert file.overviews(1)


def test_coveragejson_is_negotiated_and_valid(internal: Api) -> None:
    """By the models of an implementation of the community standard."""
    for where, query in ((GRID, {}), (GROUND, AREA), (GROUND, {**AREA, 'crs': '[OGC:CRS84]'})):
        answer = internal.get(where, {'Accept': 'application/vnd.cov+json'}, **query)
        assert answer.headers['Content-Type'] == 'application/vnd.cov+json'
        Coverage.model_validate_json(answer.content)


def test_api_operations_and_oas30_describe_the_coverage(internal: Api) -> None:
    """/completeness, /operation-id: the path of the link, every parameter, and a name that ends in .getCoverage."""
    document = internal.document()
    for one in internal.collections():
        found = links(one, 'http://www.opengis.net/def/rel/ogc/1.0/coverage', 'image/tiff')
        if not found:
            continue
        path = found[0]['href'].removeprefix(document['servers'][0]['url'])
        operation = document['paths'][path]['get']
        assert operation['operationId'].endswith('.getCoverage')
        names = {parameter.get('name') for parameter in operation['parameters']}
        assert {'bbox', 'bbox-crs', 'subset', 'subset-crs', 'crs', 'properties', 'exclude-properties', 'resolution',
                'width', 'height', 'scale-factor', 'scale-axes', 'scale-size', 'datetime', 'f'} <= names  # fmt: skip
        assert GEOTIFF in operation['responses']['200']['content']
        assert '#/' in json.dumps(operation)
