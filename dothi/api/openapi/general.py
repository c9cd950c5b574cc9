"""The OpenAPI document's part on the service itself: landing page, this document, conformance, collections."""

from typing import Any

from dothi.api.openapi.parts import JSONLD, Offer, both, content, of_layer, operation, responses, shared
from dothi.core.layer import Layer

DESCRIBED = {
    '/': ('getLandingPage', both('Trang chủ API', 'Landing page'), 'landingPage', 'fWithJsonld'),
    '/conformance': ('getConformanceDeclaration', both('Các lớp tuân thủ', 'Conformance classes'), 'confClasses', 'f'),
    '/collections': ('getCollections', both('Các lớp dữ liệu', 'Collections'), 'collections', 'fWithJsonld'),
}
OF_A_LAYER = {
    '': ('describe', both('mô tả', 'description'), 'collection', 'application/json', 'fWithJsonld'),
    '/schema': ('getSchema', both('cấu trúc', 'schema'), 'anyObject', 'application/schema+json', 'f'),
    '/queryables': (
        'getQueryables', both('thuộc tính lọc được', 'queryables'), 'anyObject', 'application/schema+json', 'f',
    ),
}  # fmt: skip


def general_paths(offer: Offer) -> dict[str, Any]:
    """Operations of the service, and those that describe a collection."""
    paths = {
        where: {'get': operation(name, summary, shared(f, 'lang'), _answers(schema, 'application/json', f, '400'))}
        for where, (name, summary, schema, f) in DESCRIBED.items()
    }
    paths['/openapi'] = {
        'get': operation(
            'getOpenapi',
            both('Tài liệu này', 'This document'),
            shared('f', 'lang'),
            responses(content('anyObject', 'application/vnd.oai.openapi+json;version=3.0'), '304', '400', '500'),
        )
    }
    for layer in offer.layers:
        paths |= _layer_paths(layer)
    return paths


def _layer_paths(layer: Layer) -> dict[str, Any]:
    return {
        f'/collections/{layer.id}{end}': {
            'get': operation(
                f'{name}.{layer.id}',
                **of_layer(layer, what),
                parameters=shared(f, 'lang'),
                answers=_answers(schema, media_type, f, '400', '404'),
            )
        }
        for end, (name, what, schema, media_type, f) in OF_A_LAYER.items()
    }


def _answers(schema: str, media_type: str, forms: str, *errors: str) -> dict[str, Any]:
    """The document, in JSON-LD too where `forms`, the name of the parameter, says so."""
    other_types = [JSONLD] if forms == 'fWithJsonld' else []
    return responses(content(schema, media_type, *other_types), '304', *errors, '500', '503')
