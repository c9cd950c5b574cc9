"""What lies at a point of a picture: the features of the layers that are asked about, topmost first."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import rasterio
from numpy.ma import masked
from psycopg2 import sql

from dothi.api.coverages.stored import stored_in
from dothi.api.http.parameters import quote_parameter
from dothi.api.http.parsers import whole_number
from dothi.api.http.served_crs import ServedCrs, uri_of
from dothi.api.http.service import NoRelease, service
from dothi.api.http.snapshot import Snapshot
from dothi.api.items.box import Box as Around
from dothi.api.ows.contents import Contents, Group, Leaf
from dothi.api.ows.errors import InvalidPoint, LayerNotQueryable
from dothi.api.ows.frame import Frame, read_layer_names
from dothi.api.ows.parameters import OwsParameters
from dothi.api.styles.drawings import drawing
from dothi.cartography.mapping.document import seen_in
from dothi.cartography.mapping.layer_query import drawn_by
from dothi.cartography.mapping.view import View
from dothi.cartography.style.mapnik_xml import Sheet
from dothi.cartography.style.style_file import DEFAULT, Part
from dothi.cartography.style.zoom import at_zoom
from dothi.core.coverage import Band, Coverage
from dothi.core.crs import WGS84, proj_string, transformer
from dothi.core.layer import Column, Layer
from dothi.core.layer_source import source
from dothi.core.text import Text

# How far from a feature a click may be and still mean it, in pixels of the style.
LEAST_PX, POLYGON_PX = 4.0, 1.0
MOST_PX, MOST_FEATURES = 50, 100
# What QGIS (by kind of geometry) and GeoServer call that distance.
TOLERANCES = {'Point': 'FI_POINT_TOLERANCE', 'LineString': 'FI_LINE_TOLERANCE', 'Polygon': 'FI_POLYGON_TOLERANCE'}
ANY_TOLERANCE = 'BUFFER'


@dataclass(frozen=True)
class FeatureInfoSection:
    """What of a layer or coverage lies at the point.

    rows: of each feature its id (None: it has none), values in the order of `columns`, and geometry as GeoJSON.
    """

    name: str
    title: Text
    columns: dict[str, Column]
    rows: list[tuple[Any, ...]]


def queried_leaves(parameters: OwsParameters, offered: Contents, frame: Frame) -> list[tuple[Leaf, str]]:
    """The layers of QUERY_LAYERS with the styles that they are drawn in, topmost first; raises LayerNotQueryable,
    and InvalidParameterValue for more names than there may be.
    """
    queried_layers: dict[str, tuple[Leaf, str]] = {}
    for name in read_layer_names(parameters, 'QUERY_LAYERS'):
        target = offered.layer_or_group(name, 'QUERY_LAYERS')
        if not target.queryable:
            value = quote_parameter('QUERY_LAYERS', name)
            raise LayerNotQueryable(
                vi=f'{value}: không lớp nào trong đó đang hiện để hỏi.',
                en=f'{value}: none of its layers is shown, so there is nothing to ask about.',
                locator='QUERY_LAYERS',
            )
        leaves = target.drawn_leaves if isinstance(target, Group) else (target,)
        queried_layers |= {leaf.name: (leaf, _style_in(frame, leaf)) for leaf in leaves if leaf.queryable}
    return [*reversed(queried_layers.values())]


def read_point(parameters: OwsParameters, view: View, names: Iterable[str]) -> tuple[int, int]:
    """Column and row of the pixel that is asked about; raises InvalidPoint outside of the picture.

    names: the first letters are those of the version; clients mix them up.
    """
    across, down = (next((name for name in pair if parameters.text(name)), pair[0]) for pair in names)
    return _pixel_within(parameters, across, view.width_px), _pixel_within(parameters, down, view.height_px)


def _pixel_within(parameters: OwsParameters, name: str, side_px: int) -> int:
    """Column or row of a picture that has so many; any value that is none is an InvalidPoint (OGC 06-042, 7.4.3.7)."""
    text = parameters.required(name)
    if not (text.isascii() and text.isdigit() and int(text[:9]) < side_px and len(text) <= 9):
        value = quote_parameter(name, text)
        raise InvalidPoint(
            vi=f'{value}: nằm ngoài ảnh. Dùng số nguyên từ 0 đến {side_px - 1}.',
            en=f'{value}: lies outside of the picture. Use a whole number from 0 to {side_px - 1}.',
            locator=name,
        )
    return int(text)


def features_at(
    db: Snapshot, layers: Iterable[tuple[Leaf, str]], frame: Frame, pixel: tuple[int, int], parameters: OwsParameters
) -> list[FeatureInfoSection]:
    """What of each layer lies at the pixel and is drawn at this scale, the nearest first, at most FEATURE_COUNT."""
    most = min(parameters.read('FEATURE_COUNT', whole_number(1), '1'), MOST_FEATURES)
    sections = []
    for leaf, style in layers:
        if isinstance(leaf.data, Coverage):
            sections.append(_coverage_values(db, leaf.data, frame, pixel))
            continue
        visible_passes = seen_in(frame.view, drawing(db, leaf.data, style or DEFAULT, leaf.release.number)[1])
        if visible_passes:
            reach_px = _reach_px(
                parameters, leaf.data, [rendering_pass.drawn.part for rendering_pass in visible_passes], frame.view
            )
            rows = db.rows(_features_statement(db, leaf.data, visible_passes, frame, pixel, reach_px, most))
            sections.append(FeatureInfoSection(leaf.name, leaf.title, leaf.data.columns_for(service().audience), rows))
    return sections


def _coverage_values(db: Snapshot, coverage: Coverage, frame: Frame, pixel: tuple[int, int]) -> FeatureInfoSection:
    """The values of the cell in which the pixel's middle lies, without a row where or when nothing is known."""
    view = frame.view
    try:
        source = stored_in(db, coverage, frame.times)
    except NoRelease:
        return FeatureInfoSection(coverage.id, coverage.title, {}, [])
    source.must_be_there()
    x, y = _place_of_pixel(view, pixel)
    place = transformer(proj_string(view.crs), proj_string(source.grid.srid)).transform(x, y)
    with rasterio.open(source.path) as raster:
        (values,) = raster.sample([place], masked=True)
    columns = {name: _band_column(coverage.bands[name]) for name in source.figures}
    point = {'type': 'Point', 'coordinates': _to_wgs84(view.crs, x, y)}
    row = (None, *(None if value is masked else _shortest_number(value) for value in values), json.dumps(point))
    return FeatureInfoSection(coverage.id, coverage.title, columns, [row] if values.count() else [])


def _shortest_number(value: Any) -> float | int:
    """A value of a cell with no more digits than its type holds: 0.74, not 0.7400000095."""
    number: float | int = float(str(value)) if value.dtype.kind == 'f' else int(value)
    return number


def _band_column(band: Band) -> Column:
    """Describe a band of a coverage as a column of a layer."""
    domain = {str(number): title for number, title in band.categories.items()} if band.categories else None
    return Column(type='number', title=band.title, unit=band.unit, domain=domain)


def _style_in(frame: Frame, leaf: Leaf) -> str:
    return next((style for layer, style, _ in frame.layers if layer.name == leaf.name), '')


def _reach_px(parameters: OwsParameters, layer: Layer, parts: list[Part], view: View) -> float:
    """How far around the pixel's middle a feature may lie, in pixels of the picture."""
    kind = layer.geometry.removeprefix('Multi')
    for name in (TOLERANCES[kind], ANY_TOLERANCE):
        if parameters.text(name):
            return min(parameters.read(name, whole_number(0)), MOST_PX) + 0.5
    if kind == 'Polygon':
        return POLYGON_PX
    return max(LEAST_PX, *(_half_drawn(part, view.zoom) for part in parts)) * view.pixel_ratio


def _half_drawn(part: Part, zoom: float) -> float:
    """Half of a line's width, or half of a marker's diameter, in pixels."""
    size = {'line': part.width, 'marker': part.size}.get(part.kind)
    return at_zoom(size, zoom) / 2 if size is not None else 0.0


def _features_statement(
    db: Snapshot,
    layer: Layer,
    sheets: list[Sheet],
    frame: Frame,
    pixel: tuple[int, int],
    reach_px: float,
    most: int,
) -> sql.Composable:
    """Id, values, GeoJSON in CRS84 of the features that `sheets` draw and a square around the pixel's centre meets."""
    view, locality = frame.view, service().locality
    x, y = _place_of_pixel(view, pixel)
    dx, dy = (reach_px * side for side in view.pixel)
    crs = ServedCrs(uri_of(f'EPSG:{view.crs}'), view.crs, yx=False)
    conditions = [Around(crs, (x - dx, y - dy, x + dx, y + dy)).touches(locality.srid)]
    rows = source(layer, locality, service().audience, frame.times)
    if layer.id in frame.filters:
        conditions.append(frame.filters[layer.id].condition(db, layer, rows, conditions))
    is_drawn = drawn_by(layer, sheets, locality.srid, service().audience)
    if is_drawn is not None:
        conditions.append(is_drawn)
    names = ['id', *layer.columns_for(service().audience)]
    form = """select {}, ST_AsGeoJSON(geom_wgs84, 7) from {} as f where {}
        order by ST_Distance(geom_wgs84, ST_SetSRID(ST_MakePoint({}, {}), {})), id limit {}"""
    return sql.SQL(form).format(
        sql.SQL(', ').join(map(sql.Identifier, names)),
        rows,
        sql.SQL(' and ').join(conditions),
        *map(sql.Literal, (*_to_wgs84(view.crs, x, y), WGS84, most)),
    )


def _place_of_pixel(view: View, pixel: tuple[int, int]) -> tuple[float, float]:
    """Where the pixel's middle is, by longitudes that the data have: pictures run on across the antimeridian."""
    x, y = view.transform @ (pixel[0] + 0.5, pixel[1] + 0.5)
    return ((x + 180) % 360 - 180, y) if view.crs == WGS84 else (x, y)


def _to_wgs84(srid: int, x: float, y: float) -> tuple[float, float]:
    if srid == WGS84:
        return x, y
    lon, lat = transformer(proj_string(srid), proj_string(WGS84)).transform(x, y)
    return float(lon), float(lat)
