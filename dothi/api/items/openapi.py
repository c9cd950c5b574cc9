"""The items of each layer in the OpenAPI document: pages, single features, queries by POST, files of whole layers."""

from typing import Any

from dothi.api.common.releases import LINKS, ORIGINS
from dothi.api.http.column_schemas import collection_schema, feature_schema
from dothi.api.http.language import GEOJSON, JSON, JSONLD
from dothi.api.http.offer import Offer
from dothi.api.http.operations import (
    BINARY,
    content,
    get,
    headers,
    list_of,
    object_with,
    operation,
    or_null,
    responses,
)
from dothi.api.http.parameters import LANG, Schema, in_formats, in_path
from dothi.api.http.query_body import CQL2, FORM
from dothi.api.items.documents import ITEM_FORMATS
from dothi.api.items.query import FEATURE_PARAMETERS, SEARCH, example_filter, page_parameters, searched_columns
from dothi.api.items.template import PARAMETERS as TEMPLATE_PARAMETERS
from dothi.core.export.formats import FORMATS, PAGED
from dothi.core.job_settings import JobSettings
from dothi.core.text import Text
from etl.template.formats import FORMATS as TEMPLATE_FORMATS

# A filter as JSON that needs no column.
NOTHING_LEFT_OUT = {'op': '=', 'args': [1, 1]}
FEATURE_ID = in_path('featureId', Text(vi='Mã đối tượng', en='Feature id'), {'type': 'integer', 'minimum': 1})


def item_paths(offer: Offer) -> dict[str, Any]:
    """Operations on the items of each layer."""
    paths: dict[str, Any] = {}
    for of in map(offer.of, offer.layers):
        base = f'/collections/{of.layer.id}'
        paths[f'{base}/items'] = _page(of)
        paths[f'{base}/items/{{featureId}}'] = _feature(of)
        paths[f'{base}/search'] = {'post': _search(of)}
        paths[f'{base}/template'] = _template(of)
        if JobSettings().downloads:
            paths[f'{base}/downloads/{{name}}'] = _download(of)
    return paths


def history_paths(offer: Offer) -> dict[str, Any]:
    """The versions of a feature, in one path for all layers; none where nothing is released."""
    names = [layer.id for layer in offer.layers]
    if not names:
        return {}
    collection = in_path('collectionId', Text(vi='Lớp dữ liệu', en='Collection'), {'type': 'string', 'enum': names})
    title = Text(vi='Lịch sử của một đối tượng', en='History of a feature')
    item = get(offer, 'getFeatureHistory', title, [collection, FEATURE_ID, *in_formats()], content(_history_schema()))
    return {'/collections/{collectionId}/items/{featureId}/history': item}


def _history_schema() -> Schema:
    text, number, yes_or_no = {'type': 'string'}, {'type': 'integer'}, {'type': 'boolean'}
    moment = {'type': 'string', 'format': 'date-time'}
    version = object_with(
        release=number, released_at=moment, released_minute=text, origin={'type': 'string', 'enum': [*ORIGINS]},
        origin_title=text, demonstration=yes_or_no, ended_by=or_null(number), ended_at=or_null(moment),
        ended_minute=or_null(text), changed=or_null(list_of(text)), geometry_changed=or_null(yes_or_no),
        properties={'type': 'object', 'additionalProperties': True},
    )  # fmt: skip
    return object_with(
        title=text, collection=text, feature=number, complete=yes_or_no, versions=list_of(version), links=LINKS
    )


def item_schemas(offer: Offer) -> dict[str, Any]:
    """Schemas of each layer's features and pages of them, by `<layer>.feature` and `<layer>.features`."""
    schemas = {f'{layer.id}.feature': feature_schema(layer, offer.audience) for layer in offer.layers}
    return schemas | {f'{layer.id}.features': collection_schema(layer) for layer in offer.layers}


def _page(of: Offer) -> dict[str, Any]:
    parameters = in_formats(ITEM_FORMATS, page_parameters(of.columns))
    offered = [
        parameter for parameter in parameters if parameter is not SEARCH or searched_columns(of.layer, of.columns)
    ]
    return get(of, 'getFeatures', Text(vi='đối tượng', en='features'), offered, _page_content(of))


def _feature(of: Offer) -> dict[str, Any]:
    success = _content(f'{of.layer.id}.feature')
    parameters = [FEATURE_ID, *in_formats(ITEM_FORMATS, FEATURE_PARAMETERS)]
    return get(of, 'getFeature', Text(vi='một đối tượng', en='one feature'), parameters, success)


def _search(of: Offer) -> dict[str, Any]:
    """A page by POST, for filters that are longer than an address may be."""
    names = {name: {'type': 'string'} for name in ('filter', 'bbox', 'datetime', 'crs', 'sortby')}
    example = {'filter': example_filter(of), 'limit': 1}
    by_name = {'type': 'object', 'properties': {**names, 'limit': {'type': 'integer', 'minimum': 1}}}
    bodies: dict[str, Any] = {
        JSON: {'schema': {'type': 'object'}, 'example': example},
        FORM: {'schema': by_name, 'example': example},
    }
    bodies |= {name: {'schema': {'type': 'object'}, 'example': NOTHING_LEFT_OUT} for name in CQL2}
    return operation(
        of,
        'searchFeatures',
        Text(vi='tìm đối tượng', en='search for features'),
        in_formats(ITEM_FORMATS),
        responses(_page_content(of), '400', '404', '413', '415', '500', '503'),
        requestBody={'required': True, 'content': bodies},
    )


def _page_content(of: Offer) -> dict[str, Any]:
    page = _content(f'{of.layer.id}.features')
    page['headers'] |= headers('Link', 'OGC-NumberMatched', 'OGC-NumberReturned')
    return page


def _content(schema: str) -> dict[str, Any]:
    """Items in all formats that they come in. schema: of the GeoJSON."""
    files = {row.media_type: BINARY for row in PAGED.values()}
    success = content(schema, GEOJSON, {JSONLD: {'type': 'object'}} | files)
    success['headers'] |= headers('Content-Crs', 'Last-Modified')
    return success


def _template(of: Offer) -> dict[str, Any]:
    body = {
        'description': Text(vi='Tệp để điền', en='The file to fill in'),
        'content': {row.media_type: {'schema': BINARY} for row in TEMPLATE_FORMATS.values()},
    }
    parameters = [*in_formats(TEMPLATE_FORMATS), *TEMPLATE_PARAMETERS]
    return get(of, 'getTemplate', Text(vi='mẫu nhập dữ liệu', en='a template to fill in'), parameters, body)


def _download(of: Offer) -> dict[str, Any]:
    forms = JobSettings().downloads
    names = [f'{of.layer.id}.{form}' for form in forms]
    name = in_path('name', Text(vi='Tên tệp', en="The file's name"), {'type': 'string', 'enum': names}, names[0])
    bodies = {FORMATS[form].media_type: {'schema': BINARY} for form in forms}
    whole = {
        'description': Text(vi='Cả lớp', en='The whole layer'),
        'headers': headers('ETag', 'Last-Modified'),
        'content': bodies,
    }
    part = {'description': Text(vi='Phần được hỏi', en='The range that was asked for'), 'content': bodies}
    unfit = {'description': Text(vi='Tệp không có phần này', en='The file has no such range')}
    item = get(of, 'getDownload', Text(vi='cả lớp thành tệp', en='the whole layer as a file'), [name, LANG], whole)
    item['get']['responses'] |= {'206': part, '416': unfit}
    return item
