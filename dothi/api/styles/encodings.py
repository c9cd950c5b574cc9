"""The languages that a style is written in, and which of them a request wants."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from flask import request

from dothi.api.language import HTML, JSON, UnknownFormat
from dothi.api.parameters import given, shown
from dothi.api.styles.document import style_document
from dothi.api.styles.offered import Styled
from dothi.core.errors import did_you_mean
from dothi.core.text import Text

PAGE = 'html'


@dataclass(frozen=True)
class Encoding:
    """A language for styles. one_layer: it has no whole maps. specification, version: as style metadata name them."""

    media_type: str
    title: Text
    write: Callable[[Styled], bytes]
    specification: str
    version: str
    one_layer: bool = False

    def fits(self, styled_layer: object) -> bool:
        """Whether it can say a style of this layer, or (None) of the whole map."""
        return styled_layer is not None or not self.one_layer


def _maplibre(styled: Styled) -> bytes:
    return json.dumps(style_document(styled), ensure_ascii=False).encode()


ENCODINGS = {
    'maplibre': Encoding(
        'application/vnd.mapbox.style+json', Text(vi='Kiểu vẽ MapLibre', en='MapLibre style'), _maplibre,
        'https://maplibre.org/maplibre-style-spec/', '8',
    ),
}  # fmt: skip


def forms(layer: object) -> dict[str, Encoding]:
    """The encodings of a layer's style, or (None) of a style of the whole map."""
    return {name: one for name, one in ENCODINGS.items() if one.fits(layer)}


def wanted_form(layer: object) -> str:
    """A name of an encoding, or `html`: by `f` (`json` is MapLibre's), else by Accept, else MapLibre's.

    A media type without its version will do. Raises UnknownFormat for another `f`.
    """
    offered = (*forms(layer), PAGE)
    asked = {'json': 'maplibre'}.get(given().get('f', '').strip(), given().get('f', '').strip())
    if asked and asked not in offered:
        hint, what = did_you_mean(asked, offered), shown('f', asked)
        raise UnknownFormat(vi=f'{what}: không có định dạng này. {hint.vi}', en=f'{what}: no such format. {hint.en}')
    return asked or _by_type(layer)


def _by_type(layer: object) -> str:
    types = {JSON: 'maplibre'}
    for name, encoding in forms(layer).items():
        types |= {encoding.media_type: name, encoding.media_type.partition(';')[0]: name}
    best = request.accept_mimetypes.best_match([*types, HTML], default=JSON)
    return PAGE if best == HTML else types[best]
