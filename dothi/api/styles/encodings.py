"""The languages that a style is written in, and which of them a request wants."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element, fromstring

from flask import request

from dothi.api.http.language import HTML, JSON, language, unknown_format
from dothi.api.http.parameters import F, Parameter, bad_value
from dothi.api.http.service import service
from dothi.api.styles.document import style_document
from dothi.api.styles.offered import Styled
from dothi.cartography.style.mapnik_xml import template
from dothi.cartography.style.qgis_form import LayerForm
from dothi.cartography.style.qml import qml_of
from dothi.cartography.style.sld import SLD, sld_of, written
from dothi.core.database import READERS, connection
from dothi.core.layer import Column
from dothi.core.text import Text
from dothi.core.unit_codes import unit_codes

PAGE = 'html'
MOST_ZOOM, USUAL_ZOOM = 24, 14.0


def _parse_zoom(name: str, text: str) -> float:
    if not text.replace('.', '', 1).isdecimal() or float(text) > MOST_ZOOM:
        raise bad_value(name, text, f'phải là số từ 0 đến {MOST_ZOOM}.', f'must be a number from 0 to {MOST_ZOOM}.')
    return float(text)


# Sizes in Mapnik's styles are of one zoom, since Mapnik knows none.
ZOOM = Parameter(
    'zoom',
    _parse_zoom,
    {'type': 'number', 'minimum': 0, 'maximum': MOST_ZOOM, 'default': 14},
    Text(vi='Mức thu phóng của các kích thước trong Mapnik XML.', en='The zoom of the sizes in Mapnik XML.'),
)


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


def _write_maplibre(styled: Styled) -> bytes:
    return json.dumps(style_document(styled), ensure_ascii=False).encode()


def _write_sld(styled: Styled) -> bytes:
    """One document with a named layer for each layer, and one without any where there are no data yet."""
    empty = Element(f'{{{SLD}}}StyledLayerDescriptor', {'version': '1.1.0'})
    documents = [fromstring(sld_of(drawing, _middle_latitude(), language())) for drawing in styled.drawings]  # noqa: S314
    for other in documents[1:]:
        documents[0].extend(other)
    return written(documents[0] if documents else empty).encode()


def _write_qml(styled: Styled) -> bytes:
    (drawing,) = styled.drawings
    columns = drawing.layer.columns_for(service().audience)
    form = LayerForm(columns, language(), drawing.layer.key, _codes_of_units(columns))
    return qml_of(drawing, _middle_latitude(), form).encode()


def _codes_of_units(columns: Mapping[str, Column]) -> dict[str, list[tuple[str, str]]]:
    with connection(READERS[service().audience]) as db:
        return unit_codes(db, columns, service().locality, service().audience)


def _write_mapnik(styled: Styled) -> bytes:
    return template(styled.drawings, ZOOM.read() or USUAL_ZOOM).encode()


def _middle_latitude() -> float:
    return service().locality.place.centre_wgs84[1]


ENCODINGS = {
    'maplibre': Encoding(
        'application/vnd.mapbox.style+json', Text(vi='Kiểu vẽ MapLibre', en='MapLibre style'), _write_maplibre,
        'https://maplibre.org/maplibre-style-spec/', '8',
    ),
    'sld': Encoding(
        'application/vnd.ogc.sld+xml;version=1.1', Text(vi='SLD 1.1', en='SLD 1.1'), _write_sld,
        'https://www.ogc.org/standards/sld', '1.1.0',
    ),
    'qml': Encoding(
        'application/vnd.qgis.qml', Text(vi='QGIS (QML)', en='QGIS (QML)'), _write_qml,
        'https://docs.qgis.org/3.40/en/docs/user_manual/appendices/qgis_file_formats.html', '3.40', one_layer=True,
    ),
    'mapnik': Encoding(
        'application/vnd.mapnik+xml', Text(vi='Mapnik XML', en='Mapnik XML'), _write_mapnik,
        'https://github.com/mapnik/mapnik/wiki/XMLConfigReference', '4',
    ),
}  # fmt: skip


def encodings_for(layer: object) -> dict[str, Encoding]:
    """The encodings of a layer's style, or (None) of a style of the whole map."""
    return {name: encoding for name, encoding in ENCODINGS.items() if encoding.fits(layer)}


def wanted_form(layer: object) -> str:
    """A name of an encoding, or `html`: by `f` (`json` is MapLibre's), else by Accept, else MapLibre's.

    A media type without its version will do. Raises UnknownFormat for another `f`.
    """
    offered = (*encodings_for(layer), PAGE)
    requested = 'maplibre' if F.text == 'json' else F.text
    if requested and requested not in offered:
        raise unknown_format(requested, offered)
    return requested or _by_type(layer)


def _by_type(layer: object) -> str:
    types = {JSON: 'maplibre'}
    for name, encoding in encodings_for(layer).items():
        types |= {encoding.media_type: name, encoding.media_type.partition(';')[0]: name}
    best = request.accept_mimetypes.best_match([*types, HTML], default=JSON)
    return PAGE if best == HTML else types[best]
