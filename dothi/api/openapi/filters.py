"""The OpenAPI document's part on filters: the functions that they may call, and what orders the features."""

from typing import Any

from dothi.api.openapi.parts import Offer, Words, both, content, form, of_layer, operation, responses, shared
from dothi.core.layer import Layer

WORDS = {'type': 'array', 'items': {'type': 'string'}}
FUNCTIONS = {
    'type': 'object',
    'required': ['functions'],
    'properties': {
        'functions': {
            'type': 'array',
            'items': {
                'type': 'object',
                'required': ['name', 'arguments', 'returns'],
                'properties': {
                    'name': {'type': 'string'},
                    'description': {'type': 'string'},
                    'arguments': {
                        'type': 'array',
                        'items': {'type': 'object', 'properties': {'title': {'type': 'string'}, 'type': WORDS}},
                    },
                    'returns': WORDS,
                },
            },
        },
        'links': {'type': 'array', 'items': {'$ref': '#/components/schemas/link'}},
    },
}


def filter_paths(offer: Offer) -> dict[str, Any]:
    """`/functions`, and of each layer `/sortables` and `/schema/feature`."""
    functions = operation(
        'getFunctions',
        both('Hàm dùng được trong bộ lọc', 'Functions that a filter may call'),
        shared('f', 'lang'),
        responses(content(FUNCTIONS), '304', '400', '500'),
    )
    paths = {'/functions': {'get': functions}}
    for layer in offer.layers:
        paths |= {
            f'/collections/{layer.id}/{end}': {'get': _described(layer, name, words, forms)}
            for end, (name, words, forms) in DOCUMENTS.items()
        }
    return paths


def _described(layer: Layer, name: str, words: Words, forms: list[dict[str, Any]]) -> dict[str, Any]:
    answer = content('anyObject', 'application/schema+json', html=name == 'getSortables')
    return operation(
        f'{name}.{layer.id}',
        **of_layer(layer, words),
        parameters=[*forms, *shared('lang')],
        answers=responses(answer, '304', '400', '404', '500', '503'),
    )


DOCUMENTS = {
    'sortables': ('getSortables', both('thuộc tính sắp xếp được', 'sortables'), shared('f')),
    'schema/feature': ('getFeatureSchema', both('cấu trúc của đối tượng', 'schema of a feature'), [form('json')]),
}
