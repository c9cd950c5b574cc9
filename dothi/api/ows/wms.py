"""WMS 1.3.0 (OGC 06-042) and 1.1.1 (OGC 01-068r3)."""

from collections.abc import Callable

from flask import Response

from dothi.api.http.documents import cacheable_answer
from dothi.api.http.parsers import parse_boolean
from dothi.api.http.snapshot import snapshot
from dothi.api.maps.background import parse_map_colour
from dothi.api.ows.contents import contents, remembered_document, style_of
from dothi.api.ows.errors import OperationNotSupported, unknown_value
from dothi.api.ows.feature_info import features_at, queried_leaves, read_point
from dothi.api.ows.frame import read_frame
from dothi.api.ows.info_documents import INFO_FORMATS, info_answer
from dothi.api.ows.legends import legend_answer, legend_now
from dothi.api.ows.parameters import LEGEND_FORMATS, MAP_FORMATS, OwsParameters, picture_format
from dothi.api.ows.pictures import OPAQUE, edition_now, map_request, picture_answer
from dothi.api.ows.wms_capabilities import MEDIA_TYPES, wms_capabilities

NEWEST, OLDEST = '1.3.0', '1.1.1'


def version_of(parameters: OwsParameters) -> str:
    """The version that is spoken: 1.3.0 where none is named, else the highest that is not above the one named.

    The rule of OGC 06-042, 6.2.4, for GetCapabilities; a picture in a version that is not spoken here gets the same.
    """
    text = parameters.text('VERSION') or parameters.text('WMTVER')
    # of thousands of digits Python makes no number
    numbers = tuple(int(part[:9]) if part.isdigit() and part.isascii() else 0 for part in text.split('.'))
    return OLDEST if text and numbers < (1, 3, 0) else NEWEST


def answer_wms(parameters: OwsParameters) -> Response:
    """The answer to one operation; raises OperationNotSupported for any other."""
    name = parameters.required('REQUEST')
    if name.lower() not in OPERATIONS:
        raise unknown_value(
            OperationNotSupported,
            'REQUEST',
            name,
            NAMES,
            'WMS ở đây không có thao tác này.',
            'WMS has no such operation here.',
        )
    if name.lower() in VERSIONED:
        parameters.either('VERSION', 'WMTVER')
    return OPERATIONS[name.lower()](parameters, version_of(parameters))


def _answer_capabilities(_parameters: OwsParameters, version: str) -> Response:
    with snapshot() as db:
        body = remembered_document(contents(db), version, lambda offered: wms_capabilities(db, offered, version))
    return cacheable_answer(body, f'{MEDIA_TYPES[version]}; charset=utf-8')


def _answer_map(parameters: OwsParameters, version: str) -> Response:
    form = MAP_FORMATS[picture_format(parameters.required('FORMAT'), MAP_FORMATS, 'FORMAT')]
    clear = parameters.read('TRANSPARENT', parse_boolean, 'FALSE') and form not in OPAQUE
    background = None if clear else parameters.read('BGCOLOR', parse_map_colour, '0xFFFFFF')
    with snapshot() as db:
        request = map_request(read_frame(parameters, version, contents(db)), form, background)
        edition = edition_now(db, request)
    return picture_answer(request, edition)


def _answer_legend(parameters: OwsParameters, _version: str) -> Response:
    form = picture_format(parameters.text('FORMAT', 'image/png'), LEGEND_FORMATS, 'FORMAT')
    with snapshot() as db:
        offered = contents(db)
        target = offered.layer_or_group(parameters.either('LAYER', 'LAYERS'), 'LAYER')
        style = style_of(target, parameters.text('STYLE') or parameters.text('STYLES'), 'STYLE')
        legend = legend_now(db, target, style)
    return legend_answer(legend, parameters, form)


def _feature_info(parameters: OwsParameters, version: str) -> Response:
    form = picture_format(parameters.text('INFO_FORMAT', 'text/html'), INFO_FORMATS, 'INFO_FORMAT')
    with snapshot() as db:
        offered = contents(db)
        frame = read_frame(parameters, version, offered)
        layers = queried_leaves(parameters, offered, frame)
        names = ('IX', 'JY') if version == NEWEST else ('XI', 'YJ')
        pixel = read_point(parameters, frame.view, names)
        sections = features_at(db, layers, frame, pixel, parameters)
    return info_answer(sections, form)


OPERATIONS: dict[str, Callable[[OwsParameters, str], Response]] = {
    'getcapabilities': _answer_capabilities,
    'getmap': _answer_map,
    'getfeatureinfo': _feature_info,
    'getlegendgraphic': _answer_legend,
}
NAMES = ('GetCapabilities', 'GetMap', 'GetFeatureInfo', 'GetLegendGraphic')
# By OGC 06-042, tables 8 and 10, who asks has to say in which version: the axes of a box depend on it.
VERSIONED = ('getmap', 'getfeatureinfo')
# What only WMS is asked for, also without SERVICE.
PICTURED = ('getmap', 'getfeatureinfo', 'getlegendgraphic')
