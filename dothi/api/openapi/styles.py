"""The OpenAPI document's part on styles: of the service, and of each layer."""

from typing import Any

from dothi.api.openapi.parts import Offer, both, content, form, of_layer, operation, path, query, responses, shared
from dothi.api.styles.encodings import MOST_ZOOM, PAGE, ZOOM, encodings_for
from dothi.cartography.style.style_file import DEFAULT
from dothi.core.layer import Layer

LIST, STYLE, METADATA, LEGEND = '', '/{styleId}', '/{styleId}/metadata', '/{styleId}/legend'
SPRITE = '/{styleId}/{sprite}'
NAMES = {
    LIST: 'getStyles', STYLE: 'getStyle', METADATA: 'getStyleMetadata', LEGEND: 'getStyleLegend',
    SPRITE: 'getStyleSprite',
}  # fmt: skip
WORDS = {
    LIST: both('các kiểu vẽ', 'styles'),
    STYLE: both('một kiểu vẽ', 'one style'),
    METADATA: both('siêu dữ liệu của kiểu vẽ', 'metadata of a style'),
    LEGEND: both('chú giải của kiểu vẽ', 'legend of a style'),
    SPRITE: both('ký hiệu của kiểu vẽ trong một ảnh', 'signs of a style in one picture'),
}
ID = path('styleId', both('Tên của kiểu vẽ', 'Id of the style'), example=DEFAULT)
PART = path(
    'sprite',
    both(
        'Ảnh, hoặc vị trí của từng ký hiệu trong ảnh; @2x cho màn hình mịn.',
        'The picture, or where each sign is in it; @2x for fine screens.',
    ),
    {'type': 'string', 'enum': ['sprite.json', 'sprite.png', 'sprite@2x.json', 'sprite@2x.png']},
    example='sprite.json',
)
CHOSEN = query(
    'styles',
    both(
        'Lớp nào vẽ theo kiểu khác, như roads:surface, cách nhau bằng dấu phẩy; với kiểu của cả bản đồ.',
        'Layers to be drawn in other styles, such as roads:surface, separated by commas; of a style of the whole map.',
    ),
    {'type': 'string'},
)
ZOOMED = query(
    ZOOM,
    both('Mức thu phóng của các kích thước trong Mapnik XML.', 'The zoom of the sizes in Mapnik XML.'),
    {'type': 'number', 'minimum': 0, 'maximum': MOST_ZOOM, 'default': 14},
)
ERRORS = ('304', '400', '404', '500', '503')


def style_paths(offer: Offer) -> dict[str, Any]:
    """Operations on the styles of the service, and on those of each layer."""
    everything = {end: {'summary': _of_service(words), 'tag': 'styles'} for end, words in WORDS.items()}
    paths = _style_paths('/styles', '', everything, None, [CHOSEN])
    for layer in offer.layers:
        titles = {end: of_layer(layer, words) for end, words in WORDS.items()}
        paths |= _style_paths(f'/collections/{layer.id}/styles', f'.{layer.id}', titles, layer, [])
    return paths


def _of_service(words: dict[str, str]) -> dict[str, str]:
    return both(f'Cả dịch vụ: {words["vi"]}', f'Whole service: {words["en"]}')


def _style_paths(
    base: str, end_of_name: str, titles: dict[str, dict[str, Any]], layer: Layer | None, chosen: list[Any]
) -> dict[str, Any]:
    sheets = encodings_for(layer)
    media_types = [encoding.media_type for encoding in sheets.values()]
    style = content({'type': 'object'}, media_types[0])
    style['content'] |= {other: {'schema': {'type': 'string'}} for other in media_types[1:]}
    described, legend = content('anyObject', html=False), content('anyObject', html=False)
    legend['content'] |= {'image/png': {'schema': {'type': 'string', 'format': 'binary'}}}
    # both are a document or a picture
    answers = {LIST: content('anyObject'), STYLE: style, METADATA: described, LEGEND: legend, SPRITE: legend}
    parameters = {LIST: shared('f'), STYLE: [ID, form(*sheets, PAGE), ZOOMED, *chosen]} | {
        METADATA: [ID, form('json'), *chosen],
        LEGEND: [ID, form('json', 'png'), *chosen],
        SPRITE: [ID, PART, *chosen],
    }
    return {
        f'{base}{end}': {
            'get': operation(
                f'{name}{end_of_name}',
                parameters=[*parameters[end], *shared('lang')],
                answers=responses(answers[end], *ERRORS),
                **titles[end],
            )
        }
        for end, name in NAMES.items()
    }
