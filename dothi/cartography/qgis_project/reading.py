"""Reads what a project shows from the database: classes of styles, names of units, boxes, spans of time."""

from collections.abc import Iterator, Mapping
from datetime import UTC
from typing import Any

from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from dothi.cartography.qgis_project.contents import (
    Box,
    LayerSource,
    ProjectContents,
    ProjectLayer,
    UnitPlace,
    time_columns,
)
from dothi.cartography.style.breaks import class_breaks
from dothi.cartography.style.drawing import drawing_of
from dothi.cartography.style.layer_styles import styles_of
from dothi.cartography.style.qgis_form import LayerForm
from dothi.cartography.style.style_file import DEFAULT, StyleFile
from dothi.core.catalog import Release, current_releases
from dothi.core.crs import WGS84, proj_string, transformer
from dothi.core.layer import Audience, Layer
from dothi.core.layer_source import source
from dothi.core.locality import Locality
from dothi.core.locality_file import BadLocalityFile
from dothi.core.text import Lang
from dothi.core.unit_codes import unit_codes

BOXES = """
    select {code}::text, {name}::text, ST_XMin(box), ST_YMin(box), ST_XMax(box), ST_YMax(box)
    from (select *, Box2D(geom) as box from {rows} as f where geom is not null) as unit order by 2, 1"""
SPAN = 'select min({begin})::timestamptz, max({end})::timestamptz from {rows} as f'


def read_contents(
    db: Connection,
    locality: Locality,
    audience: Audience,
    lang: Lang,
    layer_source: LayerSource,
    field_names: Mapping[str, Mapping[str, str]],
) -> ProjectContents:
    """All that the audience may see and that has a release; a layer whose style file is broken is left out.

    field_names: by layer what its columns are called where QGIS reads them, if not as in the layer file.
    """
    releases = current_releases(db)
    layers = [
        _with_times(db, ProjectLayer(drawing, form, releases[drawing.layer.id]), locality, audience)
        for drawing, form in _drawings(db, locality, audience, lang, releases, field_names)
    ]
    topmost_first = sorted(layers, key=lambda one: (one.drawing.draw_order, one.layer.id), reverse=True)
    coverages = [coverage for name, coverage in locality.coverages_for(audience).items() if name in releases]
    units = list(_units(db, locality, audience, releases))
    return ProjectContents(locality, lang, layer_source, topmost_first, coverages, units, _box(locality, units))


def _drawings(
    db: Connection,
    locality: Locality,
    audience: Audience,
    lang: Lang,
    releases: Mapping[str, Release],
    field_names: Mapping[str, Mapping[str, str]],
) -> Iterator[Any]:
    """Each released layer in its usual style, with its form."""
    for layer in locality.layers_for(audience).values():
        styles = _sound_styles(layer, locality)
        if styles is None or layer.id not in releases:
            continue
        columns = layer.columns_for(audience)
        codes = unit_codes(db, columns, locality, audience)
        form = LayerForm(columns, lang, layer.key, codes, field_names.get(layer.id, {}))
        yield drawing_of(layer, styles, DEFAULT, audience, class_breaks(db, layer, locality, audience)), form


def _sound_styles(layer: Layer, locality: Locality) -> StyleFile | None:
    try:
        return styles_of(layer, locality.path)
    except BadLocalityFile:
        return None


def _with_times(db: Connection, layer: ProjectLayer, locality: Locality, audience: Audience) -> ProjectLayer:
    """The layer with the span of its times; what has no end yet counts by its beginning."""
    columns = time_columns(layer)
    if columns is None:
        return layer
    statement = sql.SQL(SPAN).format(
        begin=sql.Identifier(columns.begin),
        end=sql.SQL('greatest({}, {})').format(*map(sql.Identifier, (columns.begin, columns.end or columns.begin))),
        rows=source(layer.layer, locality, audience),
    )
    with db.cursor() as cursor:
        cursor.execute(statement)
        begin, end = cursor.fetchone() or (None, None)
    times = (begin.astimezone(UTC), end.astimezone(UTC)) if begin and end else None
    return ProjectLayer(layer.drawing, layer.form, layer.release, times)


def _units(
    db: Connection, locality: Locality, audience: Audience, releases: Mapping[str, Release]
) -> Iterator[UnitPlace]:
    for level in locality.place.levels.values():
        layer = locality.layers_for(audience).get(level.layer or '')
        if layer is None or layer.id not in releases:
            continue
        statement = sql.SQL(BOXES).format(
            code=sql.Identifier(layer.register_.key if layer.register_ else layer.identifier),
            name=sql.Identifier((layer.publish.search or [layer.identifier])[0]),
            rows=source(layer, locality, audience),
        )
        with db.cursor() as cursor:
            cursor.execute(statement)
            for code, name, *box in cursor:
                yield UnitPlace(level.title, code, name or code, (box[0], box[1], box[2], box[3]))


def _box(locality: Locality, units: list[UnitPlace]) -> Box:
    """The box around all units, or the locality's extent where there are none."""
    if units:
        west, south, east, north = zip(*(unit.box for unit in units), strict=True)
        return min(west), min(south), max(east), max(north)
    move = transformer(proj_string(WGS84), proj_string(locality.srid))
    box = move.transform_bounds(*locality.place.extent_wgs84, densify_pts=21)
    return box[0], box[1], box[2], box[3]
