"""`/styles/default`: one MapLibre style of all collections, written from `locality/styles/<id>.yml`.

`docs/how-to/style-a-layer.md` explains how those files are written.
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
from dothi.api.service import service
from dothi.api.snapshot import Snapshot, snapshot
from dothi.api.tiles.descriptions import tile_address
from dothi.core.catalog import Release
from dothi.core.errors import DothiError
from dothi.core.layer import Layer
from dothi.core.style.breaks import class_breaks
from dothi.core.style.drawing import Drawing, drawing_of
from dothi.core.style.legend import legend_of
from dothi.core.style.maplibre import layers_of
from dothi.core.style.style_file import DEFAULT, styles_of

STYLES = Blueprint('styles', __name__)
LOG = logging.getLogger('dothi.api')
BACKGROUND = '#dfe8eb'


@STYLES.route('/styles/default')
def default_style() -> Response:
    """The style; its metadata say what the layers are, for the legend and for what a click shows."""
    parameters.refuse_unknown(COMMON)
    wanted_format(('json',))
    with snapshot() as db:
        releases = db.releases()
        drawn = _drawn(db, releases)
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


def style_document(drawn: list[Drawing], releases: dict[str, Release]) -> dict[str, Any]:
    """The MapLibre style of these layers; labels come last, above everything."""
    locality = service().locality
    place, themes = locality.place, locality.theme_titles(one.layer.theme for one in drawn)
    shapes = [part for one in drawn for part in layers_of(one, one.layer.id, labels=False)]
    labels = [part for one in drawn for part in layers_of(one, one.layer.id, labels=True)]
    return {
        'version': 8,
        'name': say(place.title),
        'center': list(place.centre_wgs84),
        'zoom': place.zoom,
        'metadata': {
            'dothi:title': place.title.model_dump(),
            'dothi:attribution': place.attribution.model_dump(),
            'dothi:demo': any(releases[one.layer.id].demo for one in drawn),
            'dothi:layers': [_about(one.layer, releases[one.layer.id]) for one in drawn],
            'dothi:themes': [{'id': theme, 'title': title.model_dump()} for theme, title in themes.items()],
            'dothi:legend': [_legend(one) for one in drawn],
            'dothi:view': _view(releases),
        },
        'sources': {one.layer.id: _source(one.layer, releases[one.layer.id]) for one in drawn},
        'layers': [
            {'id': 'background', 'type': 'background', 'paint': {'background-color': BACKGROUND}},
            *shapes,
            *labels,
        ],
    }


def _drawn(db: Snapshot, releases: dict[str, Release]) -> list[Drawing]:
    """The released layers in their styles, lowest first; one whose style file is broken is left out."""
    found = []
    for layer in service().layers.values():
        if layer.id in releases:
            try:
                found.append(_drawing(db, layer))
            except DothiError as error:
                LOG.error('style of %s: %s', layer.id, error)
    return sorted(found, key=lambda one: (one.draw_order, one.layer.id))


def _drawing(db: Snapshot, layer: Layer) -> Drawing:
    locality, audience = service().locality, service().audience
    breaks = class_breaks(db.db, layer, locality, audience)
    return drawing_of(layer, styles_of(layer, locality.path), DEFAULT, audience, breaks)


def _source(layer: Layer, release: Release) -> dict[str, Any]:
    least, most = layer.publish.tiles.zooms
    source: dict[str, Any] = {'type': 'vector', 'tiles': [tile_address(layer.id)], 'minzoom': least, 'maxzoom': most}
    return source | ({'bounds': release.extent_wgs84} if release.extent_wgs84 else {})


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


def _legend(drawing: Drawing) -> dict[str, Any]:
    entries = [entry.document for entry in legend_of(drawing)]
    return {'layer': drawing.layer.id, 'title': drawing.layer.title.model_dump(), 'entries': entries}


def _view(releases: dict[str, Release]) -> dict[str, Any]:
    """Where the map opens: on the extent of the data, else on the locality."""
    place = service().locality.place
    boxes = [box for release in releases.values() if (box := release.extent_wgs84)]
    bounds = list(place.extent_wgs84)
    if boxes:
        wests, souths, easts, norths = zip(*boxes, strict=True)
        bounds = [min(wests), min(souths), max(easts), max(norths)]
    return {'center': list(place.centre_wgs84), 'zoom': place.zoom, 'bounds': bounds}
