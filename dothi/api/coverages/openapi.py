"""Coverages in the OpenAPI document: their description, values, bands and grids."""

from typing import Any

from dothi.api.coverages.formats import COVERAGEJSON, FORMATS, GEOTIFF, PNG
from dothi.api.coverages.views import PARAMETERS
from dothi.api.http.language import HTML, JSON, JSONLD
from dothi.api.http.offer import Offer
from dothi.api.http.operations import BINARY, READING, SCHEMA, content, get, headers
from dothi.api.http.parameters import in_formats
from dothi.core.text import Text

# The value of one band, or of several by name; CoverageJSON where a part has more than one cell.
ONE_PLACE = {'oneOf': [{'type': 'number', 'nullable': True}, {'type': 'object'}]}


def coverage_paths(offer: Offer) -> dict[str, Any]:
    """Operations on the coverages that have a release; their styles are with those of layers."""
    paths: dict[str, Any] = {}
    for of in map(offer.of, offer.coverages):
        paths |= _coverage_paths(of)
    return paths


def _coverage_paths(of: Offer) -> dict[str, Any]:
    base, only_json = f'/collections/{of.coverage.id}', in_formats(['json'])
    document, schema = content('anyObject', html=False), content('anyObject', SCHEMA)
    description = content('collection', JSON, {JSONLD: {'type': 'object'}})
    return {
        base: get(
            of, 'describeCollection', Text(vi='mô tả', en='description'), in_formats(('json', 'html', 'jsonld')),
            description,
        ),
        f'{base}/schema': get(of, 'getSchema', Text(vi='các dải', en='bands'), in_formats(), schema),
        f'{base}/coverage': get(
            of, 'getCoverage', Text(vi='giá trị', en='values'), in_formats(FORMATS, PARAMETERS), _values(), '413',
            *READING, operationId=f'{of.coverage.id}.getCoverage',
        ),
        f'{base}/coverage/domainset': get(of, 'getDomainSet', Text(vi='lưới ô', en='grid'), only_json, document),
        f'{base}/coverage/rangetype': get(
            of, 'getRangeType', Text(vi='kiểu giá trị', en='range type'), only_json, document
        ),
    }  # fmt: skip


def _values() -> dict[str, Any]:
    schemas = {
        GEOTIFF: BINARY,
        COVERAGEJSON: {'type': 'object'},
        PNG: BINARY,
        HTML: {'type': 'string'},
        JSON: ONE_PLACE,
    }
    return {
        'description': Text(vi='Giá trị', en='Values'),
        'headers': headers('ETag', 'Last-Modified', 'Content-Crs', 'Content-Bbox', 'Link'),
        'content': {media_type: {'schema': schema} for media_type, schema in schemas.items()},
    }
