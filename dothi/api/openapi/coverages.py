"""The OpenAPI document's part on coverages: their values, bands and grids."""

from typing import Any

from dothi.api.coverages.formats import COVERAGEJSON, GEOTIFF, PNG
from dothi.api.coverages.systems import systems
from dothi.api.http.served_crs import CRS84
from dothi.api.openapi.parts import (
    Offer,
    Words,
    both,
    content,
    form,
    headers,
    operation,
    query,
    responses,
    shared,
)
from dothi.api.openapi.styles import ID as STYLE_ID
from dothi.api.styles.encodings import ENCODINGS
from dothi.core.coverage import Coverage
from dothi.core.crs import srid_of
from dothi.core.locality import Locality

BINARY = {'type': 'string', 'format': 'binary'}
NUMBER = {'type': 'number'}
# The value of one band, or of several by name; CoverageJSON where a part has more than one cell.
ONE_PLACE = {'oneOf': [NUMBER | {'nullable': True}, {'type': 'object'}]}
ERRORS = ('304', '400', '404', '413', '500', '503')


def coverage_paths(offer: Offer) -> dict[str, Any]:
    """Operations on the coverages that have a release."""
    paths: dict[str, Any] = {}
    for coverage in offer.coverages:
        paths |= _coverage_paths(coverage, offer.locality)
    return paths


def _coverage_paths(coverage: Coverage, locality: Locality) -> dict[str, Any]:
    base = f'/collections/{coverage.id}'
    described = responses(content('anyObject', html=False), '304', '400', '404', '500', '503')
    schema = responses(content('anyObject', 'application/schema+json'), '304', '400', '404', '500', '503')
    only_json = [form('json'), *shared('lang')]
    own = 'describeCollection'
    sheets = [content({'type': 'string'}, ENCODINGS[name].media_type, html=False) for name in ('sld', 'qml')]
    sheets[0]['content'] |= sheets[1]['content']
    styled = responses(sheets[0], '304', '400', '404', '500', '503')
    legend = content('anyObject', html=False)
    legend['content'] |= {PNG: {'schema': BINARY}}
    answers = responses(legend, '304', '400', '404', '500', '503')
    in_words = [STYLE_ID, form('sld', 'qml'), *shared('lang')]
    return {
        f'{base}/styles': _coverage_operation(
            'getStyles', coverage, both('các kiểu vẽ', 'styles'), only_json, described
        ),
        f'{base}/styles/{{styleId}}': _coverage_operation(
            'getStyle', coverage, both('một kiểu vẽ', 'one style'), in_words, styled
        ),
        f'{base}/styles/{{styleId}}/legend': _coverage_operation(
            'getStyleLegend',
            coverage,
            both('chú giải', 'legend'),
            [STYLE_ID, form('json', 'png'), *shared('lang')],
            answers,
        ),
        base: _coverage_operation(
            own, coverage, both('mô tả', 'description'), shared('fWithJsonld', 'lang'), _description_schema()
        ),
        f'{base}/schema': _coverage_operation(
            'getSchema', coverage, both('các dải', 'bands'), shared('f', 'lang'), schema
        ),
        f'{base}/coverage': {
            'get': operation(
                f'{coverage.id}.getCoverage',
                **_text_of_coverage(coverage, both('giá trị', 'values')),
                parameters=_coverage_parameters(coverage, locality),
                answers=_values_answers(),
            )
        },
        f'{base}/coverage/domainset': _coverage_operation(
            'getDomainSet', coverage, both('lưới ô', 'grid'), only_json, described
        ),
        f'{base}/coverage/rangetype': _coverage_operation(
            'getRangeType', coverage, both('kiểu giá trị', 'range type'), only_json, described
        ),
    }


def _coverage_operation(
    name: str, coverage: Coverage, what: Words, parameters: list[Any], answers: dict[str, Any]
) -> dict[str, Any]:
    return {
        'get': operation(
            f'{name}.{coverage.id}', **_text_of_coverage(coverage, what), parameters=parameters, answers=answers
        )
    }


def _text_of_coverage(coverage: Coverage, what: Words) -> dict[str, Any]:
    title = coverage.title
    summary = both(f'{title.vi}: {what["vi"]}', f'{title.en}: {what["en"]}')
    return {'summary': summary, 'tag': coverage.id, 'description': coverage.description.model_dump()}


def _description_schema() -> dict[str, Any]:
    answer = content('collection', 'application/json', 'application/ld+json')
    return responses(answer, '304', '400', '404', '500', '503')


def _values_answers() -> dict[str, Any]:
    kinds = {
        GEOTIFF: BINARY,
        COVERAGEJSON: {'type': 'object'},
        PNG: BINARY,
        'text/html': {'type': 'string'},
        'application/json': ONE_PLACE,
    }
    success = {
        'description': both('Giá trị', 'Values'),
        'headers': headers('ETag', 'Last-Modified', 'Content-Crs', 'Content-Bbox', 'Link'),
        'content': {media_type: {'schema': schema} for media_type, schema in kinds.items()},
    }
    return responses(success, *ERRORS)


def _coverage_parameters(coverage: Coverage, locality: Locality) -> list[dict[str, Any]]:
    return [
        form('tif', 'covjson', 'png', 'html', 'json'),
        *shared('lang'),
        *_subsetting_parameters(coverage, locality),
        *_field_parameters(coverage),
        *_scaling_parameters(coverage, locality),
        query(
            'datetime',
            both('Phiên bản đã phát hành vào lúc đó.', 'What was released at that time.'),
            {'type': 'string'},
            example='../..',
        ),
    ]


def _subsetting_parameters(coverage: Coverage, locality: Locality) -> list[dict[str, Any]]:
    west, south, east, north = locality.place.extent_wgs84
    box = [round(west + (east - west) * 0.4, 3), round(south + (north - south) * 0.4, 3),
           round(west + (east - west) * 0.6, 3), round(south + (north - south) * 0.6, 3)]  # fmt: skip
    crs_names = list(systems(srid_of(coverage.source.crs), locality))
    system = {'type': 'string', 'format': 'uri', 'enum': crs_names}
    numbers = {'type': 'array', 'items': NUMBER, 'minItems': 4, 'maxItems': 6}
    return [
        query('bbox', both('Các ô trong khung này.', 'Cells within this box.'), numbers, example=box, **PLAIN),
        query('bbox-crs', both('Hệ tọa độ của bbox.', 'System of bbox.'), system | {'default': CRS84}),
        query(
            'subset',
            both(
                'Các ô trong khoảng này: Lat, Lon, hoặc E, N; a:b là khoảng, * là đầu mở, một số là lát cắt.',
                'Cells within these intervals: Lat, Lon, or E, N; a:b is an interval, * an open end, a number a slice.',
            ),
            {'type': 'array', 'items': {'type': 'string'}},
            example=[f'Lat({box[1]}:{box[3]})', f'Lon({box[0]}:{box[2]})'],
            style='form',
            explode=True,
        ),
        query('subset-crs', both('Hệ tọa độ của subset.', 'System of subset.'), system | {'default': CRS84}),
        query(
            'crs',
            both('Hệ tọa độ của câu trả lời; mặc định là hệ lưu trữ.', 'System of the answer; else that of storage.'),
            system | {'default': crs_names[0]},
        ),
    ]


def _field_parameters(coverage: Coverage) -> list[dict[str, Any]]:
    names = {'type': 'array', 'items': {'type': 'string', 'enum': list(coverage.bands)}}
    texts = {
        'properties': both('Các dải cần lấy, theo thứ tự này.', 'Bands to answer, in this order.'),
        'exclude-properties': both('Các dải bỏ ra.', 'Bands to leave out.'),
    }
    # one has to remain
    most = {'properties': {}, 'exclude-properties': {'maxItems': len(coverage.bands) - 1}}
    return [query(name, text, names | most[name], **PLAIN) for name, text in texts.items()]


def _scaling_parameters(coverage: Coverage, locality: Locality) -> list[dict[str, Any]]:
    """One of them at a time."""
    own = next(iter(systems(srid_of(coverage.source.crs), locality).values()))
    x, y = own.axes
    coarse = 0.05 if own.geographic else 500
    text, size = {'type': 'string'}, {'type': 'integer', 'minimum': 1}
    examples = {
        'resolution': f'{x}({coarse:g}),{y}({coarse:g})',
        'scale-axes': f'{x}(2),{y}(4)',
        'scale-size': f'{x}(100),{y}(100)',
    }
    return [
        query(
            'resolution', both('Cỡ ô theo trục.', 'Size of a cell on each axis.'), text, example=examples['resolution']
        ),
        query('width', both('Số cột.', 'Number of columns.'), size, example=100),
        query('height', both('Số hàng.', 'Number of rows.'), size, example=100),
        query('scale-factor', both('Bao nhiêu ô thành một.', 'How many cells become one.'), NUMBER, example=4),
        query(
            'scale-axes', both('Như thế, theo trục.', 'The same, on each axis.'), text, example=examples['scale-axes']
        ),
        query('scale-size', both('Số ô theo trục.', 'Cells on each axis.'), text, example=examples['scale-size']),
        query('scaleSize', both('Như scale-size, GDAL viết thế này.', 'As scale-size, as GDAL writes it.'), text),
    ]


PLAIN: dict[str, Any] = {'style': 'form', 'explode': False}
