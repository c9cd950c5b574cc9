"""A picture of a style on which something of it is seen."""

from collections.abc import Sequence

from psycopg2 import sql

from dothi.api.http.snapshot import snapshot
from dothi.api.styles.offered import Styled
from dothi.cartography.mapping.view import View
from dothi.cartography.style.drawing import Pass
from dothi.cartography.style.zoom import scale_denominator, zoom_of
from dothi.core.crs import WGS84
from dothi.core.layer import Layer

# The least that a pixel shows of a layer, of which there may be one point only.
LEAST_M = 0.01
# The feature in the middle of a layer.
MIDDLE = """select ST_X(at), ST_Y(at) from (
    select ST_PointOnSurface(geom_wgs84) as at from {}
    order by geom_wgs84 <-> ST_SetSRID(ST_Point({}, {}), 4326) limit 1
) as nearest"""


def preview_picture(path: str, width: int) -> str:
    """The address of a map in the style at `path`, below /api; that of the whole map is on its background."""
    ground = '&transparent=false' if path.startswith('/styles/') else ''
    return f'{path}/map?f=png&width={width}{ground}'


def preview_style(styled: Styled, width: int) -> str:
    """The address of a picture of all of it or, where that would be empty, of a feature from as near as is needed."""
    address = preview_picture(styled.path, width)
    if styled.layer is None:
        return address
    extent = styled.releases[styled.layer.id].extent_wgs84
    (drawing,) = styled.drawings
    visible_passes = [rendering_pass for rendering_pass in drawing.passes if _is_shown(rendering_pass)]
    if (
        extent is None
        or not visible_passes
        or any(rendering_pass.seen_at(_zoom_for(extent, width)) for rendering_pass in visible_passes)
    ):
        return address
    west, south, east, north = extent
    lon, lat = _middle_of_layer(styled.layer, (west + east) / 2, (south + north) / 2)
    scale = scale_denominator(
        min(rendering_pass.part.zooms[0] for rendering_pass in visible_passes if rendering_pass.part.zooms) + 1, lat
    )
    return f'{address}&height={width * 3 // 4}&center={lon:.5f},{lat:.5f}&scale-denominator={scale:.0f}'


def _is_shown(rendering_pass: Pass) -> bool:
    return rendering_pass.kind != 'label' and not all(rule.colour.unseen for rule in rendering_pass.rules)


def _zoom_for(extent: Sequence[float], width: int) -> float:
    """The zoom at which the extent is so many pixels wide."""
    west, south, east, north = extent
    view = View(WGS84, (west, south, east, north), width, width)
    return zoom_of(max(view.pixel_m[0], LEAST_M), view.centre_wgs84[1])


def _middle_of_layer(layer: Layer, lon: float, lat: float) -> tuple[float, float]:
    """A point of the feature that lies nearest."""
    statement = sql.SQL(MIDDLE).format(sql.Identifier('layer', layer.id), sql.Literal(lon), sql.Literal(lat))
    with snapshot() as db:
        return next(iter(db.rows(statement)), (lon, lat))
