"""`/styles/default`: one MapLibre style of all collections, written from `locality/styles/<id>.yml`.

The format of those files is explained at the top of `locality/styles/districts.yml`.
"""

import json
import logging
from typing import Any

from flask import Blueprint, Response

from dothi.api import parameters
from dothi.api.address import root_url
from dothi.api.caching import hash_of, not_modified
from dothi.api.items.features import name_column
from dothi.api.items.query import COMMON
from dothi.api.language import language, say, wanted_format
from dothi.api.legend import entries
from dothi.api.service import service
from dothi.api.snapshot import snapshot
from dothi.api.style_file import ByZoom, Part, Style, Value, style_of
from dothi.api.tiles.descriptions import tile_address
from dothi.core.catalog import Release
from dothi.core.errors import DothiError
from dothi.core.layer import Layer

STYLES = Blueprint('styles', __name__)
LOG = logging.getLogger('dothi.api')
LABEL_FONT = 'Be Vietnam Pro Medium'
BACKGROUND = '#dfe8eb'
# In tiles, what stands for several features says how many they are.
MERGED = ['has', 'count']


@STYLES.route('/styles/default')
def default_style() -> Response:
    """The style; its metadata say what the layers are, for the legend and for what a click shows."""
    parameters.refuse_unknown(COMMON)
    wanted_format(('json',))
    with snapshot() as db:
        releases = db.releases()
    drawn = _drawn(releases)
    tag = hash_of(f'{service().fingerprint} {sorted((r.layer_id, r.number) for r in releases.values())}')
    tag = f'{tag}-{hash_of(repr(drawn) + root_url())}-{language()}'
    if not_modified(tag):
        response = Response(status=304)
    else:
        response = Response(
            json.dumps(style_document(drawn, releases), ensure_ascii=False), mimetype='application/json'
        )
    response.set_etag(tag, weak=True)
    response.headers['Cache-Control'] = 'no-cache'
    response.vary.add('Accept-Language')
    return response


def style_document(drawn: list[tuple[Layer, Style]], releases: dict[str, Release]) -> dict[str, Any]:
    """The MapLibre style of these layers; labels come last, above everything."""
    locality = service().locality
    place, themes = locality.place, locality.theme_titles(layer.theme for layer, _ in drawn)
    shapes = [part for layer, style in drawn for part in _parts(layer, style, labels=False)]
    labels = [part for layer, style in drawn for part in _parts(layer, style, labels=True)]
    return {
        'version': 8,
        'name': say(place.title),
        'center': list(place.centre_wgs84),
        'zoom': place.zoom,
        'metadata': {
            'dothi:title': place.title.model_dump(),
            'dothi:attribution': place.attribution.model_dump(),
            'dothi:demo': any(releases[layer.id].demo for layer, _ in drawn),
            'dothi:layers': [_about(layer, releases[layer.id]) for layer, _ in drawn],
            'dothi:themes': [{'id': theme, 'title': title.model_dump()} for theme, title in themes.items()],
            'dothi:legend': [_legend(layer, style) for layer, style in drawn],
            'dothi:view': _view(releases),
        },
        'sources': {layer.id: _source(layer, releases[layer.id]) for layer, _ in drawn},
        'layers': [
            {'id': 'background', 'type': 'background', 'paint': {'background-color': BACKGROUND}},
            *shapes,
            *labels,
        ],
    }


def _drawn(releases: dict[str, Release]) -> list[tuple[Layer, Style]]:
    """The released layers with their styles, lowest first; one whose style file is broken is left out."""
    found = []
    for layer in service().layers.values():
        if layer.id in releases:
            try:
                found.append((layer, style_of(layer, service().locality.path)))
            except DothiError as error:
                LOG.error('style of %s: %s', layer.id, error)
    return sorted(found, key=lambda pair: (pair[1].draw_order, pair[0].id))


def _source(layer: Layer, release: Release) -> dict[str, Any]:
    least, most = layer.publish.tiles.zooms
    source: dict[str, Any] = {'type': 'vector', 'tiles': [tile_address(layer.id)], 'minzoom': least, 'maxzoom': most}
    return source | ({'bounds': release.extent_wgs84} if release.extent_wgs84 else {})


def _parts(layer: Layer, style: Style, *, labels: bool) -> list[dict[str, Any]]:
    """The parts that show only what the audience may see."""
    visible = layer.columns_for(service().audience)
    return [
        _layer(layer, style, part, number)
        for number, part in enumerate(style.layers)
        if (part.kind == 'label') is labels and part.columns <= visible.keys()
    ]


def _layer(layer: Layer, style: Style, part: Part, number: int) -> dict[str, Any]:
    kind = {'label': 'symbol'}.get(part.kind, part.kind)
    from_points = part.kind == 'label' and layer.geometry.endswith('Polygon')
    made: dict[str, Any] = {
        'id': f'{layer.id}-{number}',
        'type': kind,
        'source': layer.id,
        'source-layer': f'{layer.id}_label' if from_points else layer.id,
        'layout': {'visibility': 'visible' if style.visible else 'none', **_layout(part)},
        'paint': PAINT[part.kind](part),
    }
    if part.zooms:
        made |= {'minzoom': part.zooms[0], 'maxzoom': part.zooms[1]}
    conditions = [_equals(name, value) for name, value in part.where.items()]
    if part.merged is not None:
        conditions.append(MERGED if part.merged else ['!', MERGED])
    if conditions:
        made['filter'] = ['all', *conditions]
    return made


def _equals(column: str, value: Value) -> list[Any]:
    return ['==', ['get', column], value]


def _layout(part: Part) -> dict[str, Any]:
    if part.kind == 'line':
        return {'line-cap': 'butt' if part.dash else 'round', 'line-join': 'round'}
    if part.kind == 'label':
        return {
            'text-field': ['get', part.text],
            'text-font': [LABEL_FONT],
            'text-size': _by_zoom(part.size if part.size is not None else 12.0),
            'text-max-width': 7,
        }
    return {}


def _fill(part: Part) -> dict[str, Any]:
    return {'fill-color': _color(part)} | ({'fill-outline-color': part.outline} if part.outline else {})


def _line(part: Part) -> dict[str, Any]:
    width = {'line-color': _color(part), 'line-width': _by_zoom(part.width if part.width is not None else 1.0)}
    return width | ({'line-dasharray': part.dash} if part.dash else {})


def _circle(part: Part) -> dict[str, Any]:
    paint = {'circle-color': _color(part), 'circle-radius': _by_zoom(part.radius if part.radius is not None else 4.0)}
    if part.outline:
        width = _by_zoom(part.width if part.width is not None else 1.0)
        paint |= {'circle-stroke-color': part.outline, 'circle-stroke-width': width}
    return paint


def _label(part: Part) -> dict[str, Any]:
    halo = {'text-halo-color': part.halo, 'text-halo-width': 1.4} if part.halo else {}
    return {'text-color': part.color} | halo


PAINT = {'fill': _fill, 'line': _line, 'circle': _circle, 'label': _label}


def _color(part: Part) -> Any:
    if part.by is None:
        return part.color
    # to-string: in a tile a whole number may come as an integer or as a double
    pairs = [text for value, color in part.by.values.items() for text in (_as_text(value), color)]
    return ['match', ['to-string', ['get', part.by.column]], *pairs, part.color]


def _as_text(value: Value) -> str:
    """As MapLibre writes a value."""
    return json.dumps(value) if isinstance(value, bool) else f'{value:g}' if isinstance(value, float) else str(value)


def _by_zoom(value: ByZoom) -> Any:
    if not isinstance(value, dict):
        return value
    return ['interpolate', ['linear'], ['zoom'], *(number for stop in sorted(value.items()) for number in stop)]


def _about(layer: Layer, release: Release) -> dict[str, Any]:
    visible = layer.columns_for(service().audience)
    columns = {
        name: {
            'title': column.title.model_dump(),
            'unit': column.unit,
            'domain': {value: title.model_dump() for value, title in column.domain.items()} if column.domain else None,
        }
        for name, column in visible.items()
    }
    return {
        'id': layer.id,
        'title': layer.title.model_dump(),
        'theme': layer.theme,
        'name_column': name_column(layer, visible),
        'demo': release.demo,
        'release': release.number,
        'columns': columns,
    }


def _legend(layer: Layer, style: Style) -> dict[str, Any]:
    visible = layer.columns_for(service().audience)
    parts = [part for part in style.layers if part.columns <= visible.keys()]
    return {'layer': layer.id, 'title': layer.title.model_dump(), 'entries': entries(layer, parts)}


def _view(releases: dict[str, Release]) -> dict[str, Any]:
    """Where the map opens: on the extent of the data, else on the locality."""
    place = service().locality.place
    boxes = [box for release in releases.values() if (box := release.extent_wgs84)]
    bounds = list(place.extent_wgs84)
    if boxes:
        wests, souths, easts, norths = zip(*boxes, strict=True)
        bounds = [min(wests), min(souths), max(easts), max(norths)]
    return {'center': list(place.centre_wgs84), 'zoom': place.zoom, 'bounds': bounds}
