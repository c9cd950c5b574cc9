"""Styles in the OpenAPI document: those of the service, of each layer, and the one of each coverage."""

from typing import Any

from dothi.api.http.language import JSON
from dothi.api.http.offer import Offer
from dothi.api.http.operations import ANY_OBJECT, BINARY, PNG, content, get
from dothi.api.http.parameters import COMMON, LANG, Parameter, in_formats, in_path
from dothi.api.http.versioned import VERSION
from dothi.api.styles.coverages import WRITERS
from dothi.api.styles.document import CHOSEN
from dothi.api.styles.encodings import ENCODINGS, PAGE, ZOOM, encodings_for
from dothi.cartography.style.style_file import DEFAULT
from dothi.core.text import Text

STYLE_ID = in_path('styleId', Text(vi='Tên của kiểu vẽ', en='Id of the style'), example=DEFAULT)
SPRITE = in_path(
    'sprite',
    Text(
        vi='Ảnh, hoặc vị trí của từng ký hiệu trong ảnh; @2x cho màn hình mịn.',
        en='The picture, or where each sign is in it; @2x for fine screens.',
    ),
    {'type': 'string', 'enum': ['sprite.json', 'sprite.png', 'sprite@2x.json', 'sprite@2x.png']},
    example='sprite.json',
)
STYLES, ONE_STYLE = Text(vi='các kiểu vẽ', en='styles'), Text(vi='một kiểu vẽ', en='one style')
METADATA = Text(vi='siêu dữ liệu của kiểu vẽ', en='metadata of a style')
LEGEND = Text(vi='chú giải của kiểu vẽ', en='legend of a style')
SIGNS = Text(vi='ký hiệu của kiểu vẽ trong một ảnh', en='signs of a style in one picture')


def style_paths(offer: Offer) -> dict[str, Any]:
    """Operations on the styles of the service, and on those of each layer and coverage."""
    paths = _style_paths(offer, '/styles')
    for of in map(offer.of, offer.layers):
        paths |= _style_paths(of, f'/collections/{of.layer.id}/styles')
    for of in map(offer.of, offer.coverages):
        paths |= _coverage_style_paths(of, f'/collections/{of.coverage.id}/styles')
    return paths


def _style_paths(offer: Offer, base: str) -> dict[str, Any]:
    style, chosen = f'{base}/{{styleId}}', [] if offer.source else [CHOSEN]

    def path_item(name: str, what: Text, parameters: list[Parameter[Any]], success: dict[str, Any]) -> dict[str, Any]:
        title = what if offer.source else Text(vi='Cả dịch vụ: {what}', en='Whole service: {what}').format(what=what)
        return get(offer, name, title, parameters, success, tag='styles')

    def in_style(formats: tuple[str, ...], *more: Parameter[Any]) -> list[Parameter[Any]]:
        return [STYLE_ID, *in_formats(formats, (*COMMON, *more, *chosen))]

    sheets = encodings_for(None if offer.source is None else offer.layer)
    return {
        base: path_item('getStyles', STYLES, in_formats(), content('anyObject')),
        style: path_item('getStyle', ONE_STYLE, in_style((*sheets, PAGE), ZOOM, VERSION), _sheets(*sheets)),
        f'{style}/metadata': path_item(
            'getStyleMetadata', METADATA, in_style(('json',)), content('anyObject', html=False)
        ),
        f'{style}/legend': path_item(
            'getStyleLegend', LEGEND, in_style(('json', 'png'), VERSION), _document_or_picture()
        ),
        f'{style}/{{sprite}}': path_item(
            'getStyleSprite', SIGNS, [STYLE_ID, SPRITE, LANG, *chosen, VERSION], _document_or_picture()
        ),
    }


def _coverage_style_paths(of: Offer, base: str) -> dict[str, Any]:
    style = f'{base}/{{styleId}}'
    sheets = content(
        {'type': 'string'}, ENCODINGS['sld'].media_type, {ENCODINGS['qml'].media_type: {'type': 'string'}}, html=False
    )
    return {
        base: get(of, 'getStyles', STYLES, in_formats(('json',)), content('anyObject', html=False)),
        style: get(of, 'getStyle', ONE_STYLE, [STYLE_ID, *in_formats(WRITERS)], sheets),
        f'{style}/legend': get(
            of, 'getStyleLegend', Text(vi='chú giải', en='legend'), [STYLE_ID, *in_formats(('json', 'png'))],
            _document_or_picture(),
        ),
    }  # fmt: skip


def _sheets(*names: str) -> dict[str, Any]:
    """A style in the encodings `names`, of which the first is JSON, or as a page."""
    json_type, *other_types = (ENCODINGS[name].media_type for name in names)
    return content({'type': 'object'}, json_type, {name: {'type': 'string'} for name in other_types})


def _document_or_picture() -> dict[str, Any]:
    return content(ANY_OBJECT, JSON, {PNG: BINARY}, html=False)
