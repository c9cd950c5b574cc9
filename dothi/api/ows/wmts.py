"""WMTS 1.0.0 (OGC 07-057r7): tiles by parameters and by address."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Response, g

from dothi.api.documents import kept
from dothi.api.ows.asked import Asked
from dothi.api.ows.contents import Contents, Group, Leaf, contents, drawn, style_of
from dothi.api.ows.dimension import CURRENT, read_time, time_dimensions
from dothi.api.ows.errors import (
    InvalidParameterValue,
    LayerNotQueryable,
    OperationNotSupported,
    VersionNegotiationFailed,
)
from dothi.api.ows.feature_info import features_at, read_point
from dothi.api.ows.formats import INFO_ENDINGS, picture_format
from dothi.api.ows.frame import Frame
from dothi.api.ows.info_documents import info_answer
from dothi.api.ows.matrix_sets import known_set, tile_place, view_of
from dothi.api.ows.wmts_capabilities import wmts_capabilities
from dothi.api.parameters import shown
from dothi.api.service import service
from dothi.api.snapshot import snapshot
from dothi.core.errors import did_you_mean

VERSION = '1.0.0'


@dataclass(frozen=True)
class Tile:
    """What a request says of a tile, as it came."""

    layer: str
    style: str
    time: str
    matrix_set: str
    matrix: str
    row: str
    column: str


def answer(asked: Asked) -> Response:
    """The answer to an operation with parameters; raises OperationNotSupported for any other."""
    name = asked.required('REQUEST')
    if name.lower() not in OPERATIONS:
        hint = did_you_mean(name, NAMES)
        raise OperationNotSupported(
            vi=f'{shown("REQUEST", name)}: WMTS ở đây không có thao tác này. {hint.vi}',
            en=f'{shown("REQUEST", name)}: WMTS has no such operation here. {hint.en}',
            locator='REQUEST',
        )
    if name.lower() != 'getcapabilities' and asked.text('VERSION', VERSION) != VERSION:
        raise InvalidParameterValue(
            vi=f'{shown("VERSION", asked.text("VERSION"))}: chỉ có phiên bản {VERSION}.',
            en=f'{shown("VERSION", asked.text("VERSION"))}: there is version {VERSION} only.',
            locator='VERSION',
        )
    return OPERATIONS[name.lower()](asked)


def capabilities(asked: Asked) -> Response:
    """What there is; raises VersionNegotiationFailed for a client that speaks other versions only."""
    accepted = asked.text('ACCEPTVERSIONS', VERSION)
    if VERSION not in accepted.replace(' ', '').split(','):
        raise VersionNegotiationFailed(
            vi=f'{shown("AcceptVersions", accepted)}: chỉ có phiên bản {VERSION}.',
            en=f'{shown("AcceptVersions", accepted)}: there is version {VERSION} only.',
            locator='AcceptVersions',
        )
    with snapshot() as db:
        releases = db.releases()
        times = time_dimensions(db, service().layers.values(), releases)
    return kept(wmts_capabilities(contents(releases), times), 'application/xml; charset=utf-8')


def feature_info(tile: Tile, column: str, row: str, info_format: str) -> Response:
    """What lies at a pixel of a tile. column, row: I and J."""
    g.asked = asked = Asked([*g.asked, ('I', column), ('J', row)])
    with snapshot() as db:
        offered = contents(db.releases())
        one, frame = _frame(tile, offered)
        if not one.queryable:
            raise LayerNotQueryable(
                vi=f'{shown("LAYER", one.name)}: lớp này không có đối tượng để hỏi.',
                en=f'{shown("LAYER", one.name)}: this layer has no features to ask about.',
                locator='LAYER',
            )
        pixel = read_point(asked, frame.view, 'IJ')
        layers = [(leaf, style) for leaf, style, _ in reversed(frame.layers) if leaf.queryable]
        found = features_at(db, layers, frame, pixel, asked)
    return info_answer(found, info_format)


def _frame(tile: Tile, offered: Contents) -> tuple[Leaf | Group, Frame]:
    """The picture that a tile is."""
    one = offered.named(tile.layer, 'LAYER')
    layers = tuple((leaf, style, one.name) for leaf, style in drawn(one, style_of(one, tile.style, 'STYLE')))
    matrix_set = known_set(tile.matrix_set, service().locality, 'TILEMATRIXSET')
    matrix = matrix_set.matrix(tile.matrix, 'TILEMATRIX')
    column, row = tile_place(matrix, tile.column, tile.row, ('TILECOL', 'TILEROW'))
    return one, Frame(layers, view_of(matrix_set, matrix, column, row), read_time(tile.time or CURRENT))


def _asked_tile(asked: Asked) -> Tile:
    place = [asked.required(name) for name in ('TILEMATRIXSET', 'TILEMATRIX', 'TILEROW', 'TILECOL')]
    return Tile(asked.required('LAYER'), asked.text('STYLE'), asked.text('TIME'), *place)


def _feature_info(asked: Asked) -> Response:
    form = picture_format(asked.required('INFOFORMAT'), INFO_ENDINGS, 'INFOFORMAT')
    return feature_info(_asked_tile(asked), asked.required('I'), asked.required('J'), form)


OPERATIONS: dict[str, Callable[[Asked], Response]] = {
    'getcapabilities': capabilities,
    'getfeatureinfo': _feature_info,
}
NAMES = ('GetCapabilities', 'GetTile', 'GetFeatureInfo')
