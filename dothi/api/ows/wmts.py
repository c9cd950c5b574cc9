"""WMTS 1.0.0 (OGC 07-057r7): tiles by parameters and by address."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

from flask import Response, g, request

from dothi.api.http.caching import hash_of, not_modified
from dothi.api.http.documents import cacheable_answer
from dothi.api.http.parameters import quote_parameter
from dothi.api.http.service import service
from dothi.api.http.snapshot import snapshot
from dothi.api.maps.blocks import place_in_matrix
from dothi.api.ows.contents import Contents, Group, Leaf, contents, leaves_in_style, remembered_document, style_of
from dothi.api.ows.dimension import CURRENT, read_time
from dothi.api.ows.error_image import error_image
from dothi.api.ows.errors import (
    InvalidParameterValue,
    LayerNotQueryable,
    NotAcceptable,
    VersionNegotiationFailed,
    bad_value,
    unknown_value,
)
from dothi.api.ows.feature_info import features_at, read_point
from dothi.api.ows.frame import Frame
from dothi.api.ows.info_documents import info_answer
from dothi.api.ows.matrix_sets import (
    is_drawn_in,
    known_matrix,
    known_set,
    must_be_in,
    tile_place,
    tile_range,
)
from dothi.api.ows.parameters import INFO_ENDINGS, MAP_FORMATS, TILE_ENDINGS, OwsParameters, picture_format
from dothi.api.ows.pictures import OPAQUE, edition_now, map_request, picture_answer
from dothi.api.ows.wmts_capabilities import wmts_capabilities
from dothi.api.tiles.matrices import SIDE_PX, Matrix, view_of
from dothi.cartography.style.colour import Colour

VERSION = '1.0.0'
CAPABILITIES_TYPES = ('application/xml', 'text/xml')
# What stands for the usual value of a dimension, beside its being left out: the standard's word for it, and what QGIS
# 3.40 leaves where the value belongs, when it asks what lies at a point.
USUAL = ('', 'default', '{TIME}')
WHITE = Colour(255, 255, 255)


@dataclass(frozen=True)
class Tile:
    """The address of a tile as the request wrote it, unchecked."""

    layer: str
    style: str
    time: str
    matrix_set: str
    matrix: str
    row: str
    column: str


def answer_wmts(parameters: OwsParameters) -> Response:
    """The answer to an operation with parameters; raises InvalidParameterValue for any other, as OGC has it."""
    name = parameters.required('REQUEST')
    if name.lower() not in OPERATIONS:
        raise unknown_value(
            InvalidParameterValue,
            'REQUEST',
            name,
            NAMES,
            'WMTS ở đây không có thao tác này.',
            'WMTS has no such operation here.',
        )
    if name.lower() != 'getcapabilities' and parameters.required('VERSION') != VERSION:
        raise bad_value(
            InvalidParameterValue,
            'VERSION',
            parameters.text('VERSION'),
            f'chỉ có phiên bản {VERSION}.',
            f'there is version {VERSION} only.',
        )
    return OPERATIONS[name.lower()](parameters)


def answer_capabilities(parameters: OwsParameters) -> Response:
    """What there is; raises VersionNegotiationFailed for a client that speaks other versions only, NotAcceptable."""
    media_type = _accepted_type(parameters)
    accepted = parameters.text('ACCEPTVERSIONS', VERSION)
    if VERSION not in accepted.replace(' ', '').split(','):
        raise VersionNegotiationFailed(
            vi=f'{quote_parameter("AcceptVersions", accepted)}: chỉ có phiên bản {VERSION}.',
            en=f'{quote_parameter("AcceptVersions", accepted)}: there is version {VERSION} only.',
        )
    with snapshot() as db:
        body = remembered_document(contents(db), 'WMTS', lambda offered: wmts_capabilities(db, offered))
    return cacheable_answer(body, f'{media_type}; charset=utf-8')


def _accepted_type(parameters: OwsParameters) -> str:
    """The media type of the capabilities, by AcceptFormats, else by Accept; raises NotAcceptable where that has none.

    AcceptFormats is a wish: of its formats the first that there is counts (OGC 07-057r7, 7.1.1).
    """
    wished = [name for name in parameters.names('ACCEPTFORMATS') if name in CAPABILITIES_TYPES]
    if wished or not request.accept_mimetypes:
        return wished[0] if wished else CAPABILITIES_TYPES[0]
    media_type = request.accept_mimetypes.best_match(CAPABILITIES_TYPES)
    if media_type is None:
        names = ', '.join(CAPABILITIES_TYPES)
        raise NotAcceptable(
            vi=f'Mô tả dịch vụ chỉ có dạng {names}.', en=f'The service metadata come as {names} only.', locator='Accept'
        )
    return media_type


def answer_tile(where: Tile, media_type: str) -> Response:
    """The picture of a tile; at scales at which nothing of the layer is drawn, an empty one."""
    form = MAP_FORMATS[media_type]
    with snapshot() as db:
        target, matrix, frame = _frame_of_tile(where, contents(db))
        if not frame.layers or (frame.times is None and not is_drawn_in(target, matrix)):
            return _empty_tile(media_type)
        picture = map_request(frame, form, WHITE if form in OPAQUE else None)
        place = place_in_matrix(matrix, int(where.column), int(where.row))
        picture = replace(picture, block=place.block(frame.view, service().maps.map_max_pixels))
        edition = edition_now(db, picture)
    return picture_answer(picture, edition)


def feature_info(tile: Tile, column: str, row: str, info_format: str) -> Response:
    """The features at a pixel of a tile. column, row: the pixel, as I and J."""
    g.ows_parameters = parameters = OwsParameters([*g.ows_parameters, ('I', column), ('J', row)])
    with snapshot() as db:
        offered = contents(db)
        target, _, frame = _frame_of_tile(tile, offered)
        if not target.queryable:
            value = quote_parameter('LAYER', target.name)
            raise LayerNotQueryable(
                vi=f'{value}: không lớp nào trong đó đang hiện để hỏi.',
                en=f'{value}: none of its layers is shown, so there is nothing to ask about.',
                locator='LAYER',
            )
        pixel = read_point(parameters, frame.view, 'IJ')
        layers = [(leaf, style) for leaf, style, _ in reversed(frame.layers) if leaf.queryable]
        sections = features_at(db, layers, frame, pixel, parameters)
    return info_answer(sections, info_format)


def _empty_tile(media_type: str) -> Response:
    """A transparent tile, made without a renderer."""
    tag = hash_of('empty', media_type)
    response = Response(status=304) if not_modified(tag) else Response(_empty_picture(media_type), mimetype=media_type)
    response.set_etag(tag, weak=True)
    response.headers['Cache-Control'] = 'no-cache'
    return response


@cache
def _empty_picture(media_type: str) -> bytes:
    return error_image('', (SIDE_PX, SIDE_PX), media_type, None)[0]


def _frame_of_tile(tile: Tile, offered: Contents) -> tuple[Leaf | Group, Matrix, Frame]:
    """The layer or group, the tile matrix and the map frame of a tile."""
    target = offered.layer_or_group(tile.layer, 'LAYER')
    layers = tuple(
        (leaf, style, target.name) for leaf, style in leaves_in_style(target, style_of(target, tile.style, 'STYLE'))
    )
    matrix_set = known_set(tile.matrix_set, service().locality, 'TILEMATRIXSET')
    matrix = known_matrix(matrix_set, tile.matrix, 'TILEMATRIX')
    column, row = tile_place(matrix, tile.column, tile.row)
    times = read_time(CURRENT if tile.time in USUAL else tile.time)
    # the limits are those of what is there now; at another time there may have been more
    if times is None:
        must_be_in(tile_range(target, matrix_set, matrix), matrix, column, row)
    return target, matrix, Frame(layers, view_of(matrix_set, matrix, column, row), times)


def _asked_tile(parameters: OwsParameters) -> Tile:
    layer, style = parameters.required('LAYER'), parameters.required('STYLE')
    place = [parameters.required(name) for name in ('TILEMATRIXSET', 'TILEMATRIX', 'TILEROW', 'TILECOL')]
    return Tile(layer, style, parameters.text('TIME'), *place)


def _requested_tile(parameters: OwsParameters) -> Response:
    return answer_tile(_asked_tile(parameters), picture_format(parameters.required('FORMAT'), TILE_ENDINGS, 'FORMAT'))


def _feature_info(parameters: OwsParameters) -> Response:
    # of the tile on which somebody clicked: all of its parameters are mandatory
    picture_format(parameters.required('FORMAT'), TILE_ENDINGS, 'FORMAT')
    form = picture_format(parameters.required('INFOFORMAT'), INFO_ENDINGS, 'INFOFORMAT')
    return feature_info(_asked_tile(parameters), parameters.required('I'), parameters.required('J'), form)


OPERATIONS: dict[str, Callable[[OwsParameters], Response]] = {
    'getcapabilities': answer_capabilities,
    'gettile': _requested_tile,
    'getfeatureinfo': _feature_info,
}
NAMES = ('GetCapabilities', 'GetTile', 'GetFeatureInfo')
