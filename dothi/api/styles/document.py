"""A style as a MapLibre document, with what a web map says of it in its metadata."""

from typing import Any
from urllib.parse import urlencode

from dothi.api.http.address import api_url
from dothi.api.http.language import say
from dothi.api.http.parameters import Parameter
from dothi.api.http.parsers import parse_names
from dothi.api.http.service import service
from dothi.api.http.versioned import with_version
from dothi.api.items.features import name_column
from dothi.api.styles.offered import Styled, layer_styles, map_styles, paper_of
from dothi.api.styles.version import style_version, version_in
from dothi.api.tiles.descriptions import tile_address
from dothi.cartography.style.drawing import Drawing
from dothi.cartography.style.legend import legend_of
from dothi.cartography.style.maplibre import layers_of
from dothi.cartography.style.markers import path_of
from dothi.cartography.style.sprite import icons_of
from dothi.cartography.style.style_file import DEFAULT
from dothi.core.basemaps import TILE_PX, Basemap, XyzBasemap
from dothi.core.catalog import Release
from dothi.core.layer import Layer
from dothi.core.text import Text

BACKGROUND = '#dfe8eb'
# Of a style of the whole map: layers in other styles, as `styles=roads:surface,schools:places`.
CHOSEN = Parameter(
    'styles',
    parse_names,
    {'type': 'string'},
    Text(
        vi='Lớp nào vẽ theo kiểu khác, như roads:surface, cách nhau bằng dấu phẩy; với kiểu của cả bản đồ.',
        en='Layers to be drawn in other styles, such as roads:surface, separated by commas; of a style of the whole '
        'map.',
    ),
)


def style_document(styled: Styled) -> dict[str, Any]:
    """The MapLibre style: shapes, above them names, above these the signs that names keep clear of.

    A layer's own style has no background: it lies on others.
    Its metadata say what the layers are, for the legend and for what a click shows.
    """
    place, drawings = service().locality.place, styled.drawings
    return {
        'version': 8,
        'name': say(place.title) if styled.id == DEFAULT and not styled.layer else say(styled.title),
        'center': list(place.centre_wgs84),
        'zoom': place.zoom,
        'metadata': _style_metadata(styled),
        **_sprite_member(styled),
        'sources': {
            drawing.layer.id: _tile_source(styled, (drawing.layer,), styled.releases[drawing.layer.id].extent_wgs84)
            for drawing in drawings
        },
        'layers': [*([] if styled.layer else [_background_layer(drawings)]), *layers_of(drawings)],
    }


def _sprite_member(styled: Styled) -> dict[str, str]:
    """Where the signs of the style are; MapLibre puts the ending before the query."""
    if not icons_of(styled.drawings):
        return {}
    query = f'?{urlencode({CHOSEN.name: CHOSEN.text})}' if CHOSEN.text else ''
    return {'sprite': with_version(f'{api_url()}{styled.path}/sprite{query}', style_version(styled))}


def legend_document(styled: Styled) -> list[dict[str, Any]]:
    """The legend of each layer, lowest first."""
    return [
        {
            'layer': drawing.layer.id,
            'title': drawing.layer.title.model_dump(),
            'style': drawing.id,
            'entries': [entry.document for entry in legend_of(drawing)],
        }
        for drawing in styled.drawings
    ]


def marker_paths(styled: Styled) -> dict[str, str]:
    """The signs that the style draws: their paths, in a box of 24 by 24, filled by the even-odd rule."""
    names = {
        rendering_pass.part.marker
        for drawing in styled.drawings
        for rendering_pass in drawing.passes
        if rendering_pass.kind == 'marker'
    }
    return {name: path_of(name) for name in sorted(names)}


def _style_metadata(styled: Styled) -> dict[str, Any]:
    locality, drawings, releases = service().locality, styled.drawings, styled.releases
    themes = locality.theme_titles(drawing.layer.theme for drawing in drawings)
    return {
        'dothi:title': locality.place.title.model_dump(),
        'dothi:attribution': locality.place.attribution.model_dump(),
        'dothi:day': _day_shown(styled),
        'dothi:demo': any(releases[drawing.layer.id].demo for drawing in drawings),
        'dothi:style': styled.id,
        'dothi:styles': _style_choices({name: title.model_dump() for name, title in map_styles().items()}),
        'dothi:layers': [_layer_metadata(drawing, releases[drawing.layer.id]) for drawing in drawings],
        'dothi:themes': [{'id': theme, 'title': title.model_dump()} for theme, title in themes.items()],
        'dothi:legend': legend_document(styled),
        'dothi:markers': marker_paths(styled),
        'dothi:paper': paper_of(styled.id),
        'dothi:view': _initial_view(releases),
        'dothi:basemaps': [_basemap_member(basemap) for basemap in locality.place.basemaps],
        'dothi:together': _source_together(styled),
        'dothi:lasting': _lasting_addresses(styled),
    }


def _day_shown(styled: Styled) -> str | None:
    """The day whose units the map shows; None where it has no layer with a period of validity."""
    shows = any(drawing.layer.publish.shows_reference_date for drawing in styled.drawings)
    return service().locality.place.reference_date.isoformat() if shows else None


def _basemap_member(basemap: Basemap) -> dict[str, Any]:
    """A map of others that may lie below, as a source of MapLibre."""
    least, most = basemap.zooms
    source = {'type': 'raster', 'tiles': [basemap.template], 'tileSize': TILE_PX, 'minzoom': least, 'maxzoom': most}
    return {
        'id': basemap.id,
        'title': basemap.title.model_dump(),
        'attribution': basemap.attribution.model_dump(),
        'source': source | ({'scheme': 'tms'} if isinstance(basemap, XyzBasemap) and basemap.tms else {}),
    }


def _lasting_addresses(styled: Styled) -> dict[str, str]:
    """Where this very style and its legend are; on the public service with their version."""
    chosen = {CHOSEN.name: CHOSEN.text} if CHOSEN.text else {}
    own, version = f'{api_url()}{styled.path}', style_version(styled)
    return {
        'style': with_version(f'{own}?{urlencode({"f": "maplibre", **chosen})}', version),
        'legend': with_version(f'{own}/legend?{urlencode({"f": "png", **chosen})}', version),
    }


def _style_choices(titles: dict[str, dict[str, str]]) -> list[dict[str, Any]]:
    return [{'id': name, 'title': title} for name, title in titles.items()]


def _background_layer(drawings: tuple[Drawing, ...]) -> dict[str, Any]:
    """What lies below all: the background of the lowest layer that has one."""
    colour = next((drawing.background.css for drawing in drawings if drawing.background), BACKGROUND)
    return {'id': 'background', 'type': 'background', 'paint': {'background-color': colour}}


def _tile_source(styled: Styled, layers: tuple[Layer, ...], bounds: list[float] | None) -> dict[str, Any]:
    """A source with the tiles of one layer, or of several together."""
    zooms = [layer.publish.tiles.zooms for layer in layers]
    address = tile_address(layers, [version_in(styled, layer.id) for layer in layers])
    source: dict[str, Any] = {
        'type': 'vector',
        'tiles': [address],
        'minzoom': min(least for least, _ in zooms),
        'maxzoom': max(most for _, most in zooms),
    }
    return source | ({'bounds': bounds} if bounds else {})


def _source_together(styled: Styled) -> dict[str, Any] | None:
    """The layers that the map shows when it opens in one source, for clients that would rather ask for three tiles than
    for thirty; None for fewer than two. Only those whose tiles end at the same zoom: beyond it the last ones stay.
    """
    visible_layers = [drawing.layer for drawing in styled.drawings if drawing.visible]
    last = max((layer.publish.tiles.zooms[1] for layer in visible_layers), default=0)
    layers = tuple(layer for layer in visible_layers if layer.publish.tiles.zooms[1] == last)
    if len(layers) < 2:
        return None
    bounds = _initial_view(styled.releases)['bounds']
    return {'layers': [layer.id for layer in layers], 'source': _tile_source(styled, layers, bounds)}


def _layer_metadata(drawing: Drawing, release: Release) -> dict[str, Any]:
    layer = drawing.layer
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
        'style': drawing.id,
        'styles': _style_choices({name: title.model_dump() for name, title in layer_styles(layer).items()}),
    }


def _initial_view(releases: dict[str, Release]) -> dict[str, Any]:
    """Where the map opens: on the extent of the data, else on the locality."""
    place = service().locality.place
    boxes = [box for release in releases.values() if (box := release.extent_wgs84)]
    bounds = list(place.extent_wgs84)
    if boxes:
        wests, souths, easts, norths = zip(*boxes, strict=True)
        bounds = [min(wests), min(souths), max(easts), max(norths)]
    return {'center': list(place.centre_wgs84), 'zoom': place.zoom, 'bounds': bounds}
