"""How tilesets are described: OGC 20-057 and 17-083r4, and TileJSON 3.0."""

from dataclasses import dataclass
from typing import Any, Literal

from flask import current_app

from dothi.api.common.schemas import column_schema
from dothi.api.http.address import api_url
from dothi.api.http.documents import OGC, link, own_links
from dothi.api.http.language import JSON, language, say
from dothi.api.http.service import service
from dothi.api.http.versioned import version_of, with_version
from dothi.api.styles.links import styles_links
from dothi.api.tiles.changes import Version, state_of
from dothi.api.tiles.maker import Sheet, TileMaker
from dothi.api.tiles.place import GRIDS, WEB_MERCATOR_QUAD, Box, Grid, Limits
from dothi.api.tiles.tileset import Tileset, fields, inner_layers
from dothi.core.layer import Layer
from dothi.core.text import Text

MVT = 'application/vnd.mapbox-vector-tile'
CRS84 = 'http://www.opengis.net/def/crs/OGC/1.3/CRS84'
CRS = {'WebMercatorQuad': 'http://www.opengis.net/def/crs/EPSG/0/3857', 'WorldCRS84Quad': CRS84}
REGISTER = 'http://www.opengis.net/def/tilematrixset/OGC/1.0'
DIMENSIONS = {'Point': 0, 'LineString': 1, 'Polygon': 2}
TITLES = {
    'tile': Text(vi='Ô vectơ (MVT)', en='Vector tiles (MVT)'),
    'xyz': Text(vi='Ô vectơ, thứ tự x rồi y', en='Vector tiles, x before y'),
    'scheme': Text(vi='Định nghĩa bộ ô', en='Definition of the tile matrix set'),
}


def tile_address(layers: tuple[Layer, ...], versions: list[Version]) -> str:
    """The address of the tiles of one layer or of several together, with {z}, {y} and {x} to be filled in.

    versions: the current release of each.
    """
    below = f'/collections/{layers[0].id}' if len(layers) == 1 else ''
    selection = f'&collections={",".join(layer.id for layer in layers)}' if len(layers) > 1 else ''
    address = f'{api_url()}{below}/tiles/{WEB_MERCATOR_QUAD.name}/{{z}}/{{y}}/{{x}}?f=mvt{selection}'
    return with_version(address, tiles_version(layers, versions))


def tiles_version(layers: tuple[Layer, ...], versions: list[Version]) -> str:
    """The version of all tiles of `layers` together, of which each has the release in `versions`."""
    return version_of(tile_maker_of_app().fingerprint(Sheet(layers)), state_of(versions))


def tileset_version(tileset: Tileset) -> str:
    """The version of all tiles of a tileset."""
    return tiles_version(tileset.layers, [tileset.now[layer.id].version for layer in tileset.layers])


def tile_maker_of_app() -> TileMaker:
    """The tile maker of the service that the current request is for."""
    if 'dothi.tiles' not in current_app.extensions:
        current_app.extensions['dothi.tiles'] = TileMaker(service().audience, service().locality)
    tile_maker: TileMaker = current_app.extensions['dothi.tiles']
    return tile_maker


def tile_template(tileset: Tileset, grid: Grid, z: str = '{z}', y: str = '{y}', x: str = '{x}') -> str:
    """The address of the tiles, with names in place of zoom, row and column."""
    return f'{api_url()}{tileset.path}/tiles/{grid.name}/{z}/{y}/{x}{_selection_query(tileset, "?")}'


def xyz_template(tileset: Tileset) -> str:
    """The same in the order and with the ending that most clients know, for WebMercatorQuad."""
    return f'{api_url()}{tileset.path}/xyz/{{z}}/{{x}}/{{y}}.pbf{_selection_query(tileset, "?")}'


@dataclass(frozen=True)
class MatrixSetEntry:
    """What a list of tilesets says of the tile matrix set of one of them. limits: of each level that has tiles."""

    id: str
    uri: str
    crs_uri: str
    limits: list[dict[str, Any]]


def entry_document(
    title: Text, data_type: str, matrix_set: MatrixSetEntry, own: str, tiles: list[dict[str, Any]]
) -> dict[str, Any]:
    """The entry of a tileset in a list, from which a client reaches tiles without reading the tileset.

    own: the tileset's address below /api. tiles: templated links to tiles.
    """
    return {
        'title': f'{say(title)} ({matrix_set.id})',
        'dataType': data_type,
        'crs': matrix_set.crs_uri,
        'tileMatrixSetId': matrix_set.id,
        'tileMatrixSetURI': matrix_set.uri,
        'tileMatrixSetLimits': matrix_set.limits,
        'links': [
            link('self', JSON, title, own),
            link(f'{OGC}/tiling-scheme', JSON, TITLES['scheme'], f'/TileMatrixSets/{matrix_set.id}?f=json'),
            *tiles,
        ],
    }


def metadata_document(
    entry: dict[str, Any], title: Text, description: Text, extent: Box, **more: Any
) -> dict[str, Any]:
    """Tileset metadata of OGC 17-083r4. entry: that of the list. more: further members."""
    west, south, east, north = extent
    return {
        **entry,
        'title': say(title),
        'description': say(description),
        'attribution': say(service().locality.place.attribution),
        'boundingBox': {'lowerLeft': [west, south], 'upperRight': [east, north], 'crs': CRS84},
        **more,
    }


def tilejson_document(
    title: Text, description: Text, template: str, zooms: range, extent: Box, **more: Any
) -> dict[str, Any]:
    """TileJSON 3.0. template: the address of the tiles. more: further members."""
    return {
        'tilejson': '3.0.0',
        'name': say(title),
        'description': say(description),
        'attribution': say(service().locality.place.attribution),
        'scheme': 'xyz',
        'tiles': [template],
        'minzoom': zooms[0],
        'maxzoom': zooms[-1],
        'bounds': list(extent),
        **more,
    }


def tileset_entry(tileset: Tileset, grid: Grid) -> dict[str, Any]:
    """The entry of a tileset of vector tiles."""
    limits = [limits_of(tileset.limits(grid, z)) for z in tileset.zooms(grid)]
    matrix_set = MatrixSetEntry(grid.name, f'{REGISTER}/{grid.name}', CRS[grid.name], limits)
    own = f'{tileset.path}/tiles/{grid.name}?f=json{_selection_query(tileset)}'
    tiles = tile_template(tileset, grid, '{tileMatrix}', '{tileRow}', '{tileCol}')
    return entry_document(
        tileset.title, 'vector', matrix_set, own, [link('item', MVT, TITLES['tile'], tiles, templated=True)]
    )


def list_tilesets(path: str, tilesets: list[Tileset]) -> dict[str, Any]:
    """The list of tilesets under `<path>/tiles`."""
    return {
        'links': own_links(f'{path}/tiles'),
        'tilesets': [tileset_entry(tileset, grid) for tileset in tilesets for grid in GRIDS.values()],
    }


def tileset_metadata(tileset: Tileset, grid: Grid) -> dict[str, Any]:
    """Tileset metadata of vector tiles."""
    entry, where = tileset_entry(tileset, grid), f'{tileset.path}/tiles/{grid.name}/metadata'
    links = [
        *entry['links'],
        link('describedby', JSON, 'TileJSON', f'{where}?f=tilejson{_selection_query(tileset)}'),
        *_style_links(tileset),
    ]
    if grid is WEB_MERCATOR_QUAD:
        links.append(link('alternate', MVT, TITLES['xyz'], xyz_template(tileset), templated=True))
    layers = [part for layer in tileset.layers for part in _describe_layer(layer, grid)]
    more = {'layers': layers, **_release_members(tileset), 'links': links}
    return metadata_document(entry, tileset.title, tileset.description, tileset.extent, **more)


def tileset_tilejson(tileset: Tileset, grid: Grid) -> dict[str, Any]:
    """The TileJSON 3.0 document of a vector tileset."""
    more = {'vector_layers': [part for layer in tileset.layers for part in vector_layers(layer, grid)]}
    more |= _release_members(tileset)
    template, zooms = with_version(tile_template(tileset, grid), tileset_version(tileset)), tileset.zooms(grid)
    return tilejson_document(tileset.title, tileset.description, template, zooms, tileset.extent, **more)


def vector_layers(layer: Layer, grid: Grid = WEB_MERCATOR_QUAD) -> list[dict[str, Any]]:
    """What TileJSON says of a layer, and of the names of its polygons."""
    columns = fields(layer, service().audience)
    return [
        {'id': name, 'description': say(layer.title), 'minzoom': zooms[0], 'maxzoom': zooms[-1], 'fields': columns}
        for name, zooms in inner_layers(layer, tile_maker_of_app(), grid).items()
    ]


def _describe_layer(layer: Layer, grid: Grid) -> list[dict[str, Any]]:
    lang = language()
    properties = {
        name: column_schema(layer, name, column, lang) for name, column in layer.columns_for(service().audience).items()
    }
    dimension = DIMENSIONS[layer.geometry.removeprefix('Multi')]
    return [
        {
            'id': name,
            'title': say(layer.title),
            'description': say(layer.description),
            'dataType': 'vector',
            'geometryDimension': dimension if name == layer.id else 0,
            'minTileMatrix': str(zooms[0]),
            'maxTileMatrix': str(zooms[-1]),
            'propertiesSchema': {'type': 'object', 'properties': properties},
        }
        for name, zooms in inner_layers(layer, tile_maker_of_app(), grid).items()
    ]


def limits_of(at: Limits) -> dict[str, Any]:
    """The limits of each tile matrix, in the form of tileset metadata."""
    return {
        'tileMatrix': str(at.z), 'minTileRow': at.north, 'maxTileRow': at.south, 'minTileCol': at.west,
        'maxTileCol': at.east,
    }  # fmt: skip


def _release_members(tileset: Tileset) -> dict[str, Any]:
    now = [tileset.now[layer.id] for layer in tileset.layers]
    return {'dothi:release': max(state.version.number for state in now), 'dothi:demo': any(state.demo for state in now)}


def _style_links(tileset: Tileset) -> list[dict[str, Any]]:
    """The links to a layer's own styles, or to those of the whole map for several layers and those of a theme."""
    return styles_links(tileset.path if tileset.path.startswith('/collections/') else '')


def _selection_query(tileset: Tileset, mark: Literal['?', '&'] = '&') -> str:
    return f'{mark}collections={tileset.selected}' if tileset.selected else ''
