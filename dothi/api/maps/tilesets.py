"""How tilesets of map images are described: OGC 20-057 and 17-083r4, and TileJSON 3.0."""

from dataclasses import dataclass
from typing import Any

from dothi.api.coverages.systems import System
from dothi.api.http.address import api_url
from dothi.api.http.documents import OGC, link, own_links
from dothi.api.http.language import JSON, say
from dothi.api.http.served_crs import ServedCrs, uri_of
from dothi.api.http.service import service
from dothi.api.http.versioned import version_of, with_version
from dothi.api.maps.blocks import TilePlace, place_in_matrix, place_of_tile
from dothi.api.maps.edition import software_versions
from dothi.api.maps.formats import MEDIA_TYPES, TILES
from dothi.api.maps.subject import Subject
from dothi.api.styles.offered import style_file_times
from dothi.api.tiles.changes import Version
from dothi.api.tiles.descriptions import (
    CRS,
    REGISTER,
    MatrixSetEntry,
    entry_document,
    limits_of,
    metadata_document,
    tilejson_document,
)
from dothi.api.tiles.matrices import SIDE_PX, Matrix, MatrixSet, own_set, view_of
from dothi.api.tiles.matrix_sets import known_grid, own_uri
from dothi.api.tiles.place import GRIDS, WEB_MERCATOR_QUAD, Box, Grid, Limits, limits
from dothi.api.tiles.views import NoSuchTile, place_in
from dothi.cartography.mapping.view import View
from dothi.core.crs import WGS84
from dothi.core.grid import moved_bounds
from dothi.core.text import Text

# Of WebMercatorQuad: 0.15 m a pixel at the equator, finer than what is drawn was measured.
LAST_ZOOM = 20
TITLES = {
    'tile': Text(vi='Ô ảnh bản đồ', en='Map tiles'),
    'fine': Text(vi='Ô ảnh 512 điểm cho màn hình mịn', en='Tiles of 512 pixels for fine screens'),
    'xyz': Text(vi='Ô ảnh, thứ tự x rồi y', en='Map tiles, x before y'),
}


@dataclass(frozen=True)
class MapTileset:
    """Tiles of a map in a tile matrix set that everybody knows. path: below /api."""

    subject: Subject
    grid: Grid

    @property
    def name(self) -> str:
        """Of the tile matrix set."""
        return self.grid.name

    @property
    def uri(self) -> str:
        """Where the register has the tile matrix set."""
        return f'{REGISTER}/{self.name}'

    @property
    def path(self) -> str:
        return _tileset_path(self.subject, self.name)

    @property
    def zooms(self) -> range:
        return range(LAST_ZOOM - self.grid.zoom_shift + 1)

    @property
    def system(self) -> System:
        """Of its tiles; the standard's register has both with x first."""
        return System(ServedCrs(CRS[self.grid.name], self.grid.srid, yx=False), native=False)

    def view(self, matrix: str, row: str, column: str) -> View:
        """What a tile shows; raises NoSuchTile."""
        return View(self.grid.srid, place_in(self, matrix, row, column).box, SIDE_PX, SIDE_PX)

    def place(self, matrix: str, row: str, column: str) -> TilePlace:
        """Where a tile that there is lies."""
        return place_of_tile(place_in(self, matrix, row, column))

    def limits(self, z: int) -> Limits:
        """In which columns and rows there are tiles."""
        return limits(self.grid, z, self.extent)

    @property
    def all_limits(self) -> list[dict[str, Any]]:
        """The same of all levels, as tileset metadata have them."""
        return [limits_of(self.limits(z)) for z in self.zooms]

    @property
    def extent(self) -> Box:
        return self.subject.extent

    def template(self, z: str = '{z}', y: str = '{y}', x: str = '{x}', form: str = 'png') -> str:
        """The address of the tiles, with names in place of zoom, row and column."""
        return _tile_template(self.subject, self.path, (z, y, x), form)

    def xyz(self, end: str = '.png') -> str:
        """The same in the order and with the ending that most clients know, for WebMercatorQuad."""
        selected = _selection_query(self.subject).replace('&', '?')
        return f'{api_url()}{self.subject.path}/map/xyz/{{z}}/{{x}}/{{y}}{end}{selected}'


@dataclass(frozen=True)
class OwnTileset:
    """Tiles of a map at the scales of printed maps, in the locality's own system: the set that WMTS has, too."""

    subject: Subject
    matrices: MatrixSet

    @property
    def name(self) -> str:
        """Of the tile matrix set."""
        return self.matrices.name

    @property
    def uri(self) -> str:
        """Where the tile matrix set is defined."""
        return own_uri(self.matrices)

    @property
    def path(self) -> str:
        return _tileset_path(self.subject, self.name)

    @property
    def system(self) -> System:
        """Of its tiles."""
        return System(
            ServedCrs(uri_of(f'EPSG:{self.matrices.srid}'), self.matrices.srid, self.matrices.yx), native=True
        )

    def view(self, matrix: str, row: str, column: str) -> View:
        """What a tile shows; raises NoSuchTile with the levels, or with where there are tiles."""
        tile_matrix = next((candidate for candidate in self.matrices.matrices if candidate.name == matrix), None)
        if tile_matrix is None:
            names = ', '.join(tile_matrix.name for tile_matrix in self.matrices.matrices)
            raise NoSuchTile(
                vi=f'{self.name} có các mức {names}, không có mức {matrix[:100]}.',
                en=f'{self.name} has the levels {names}, not {matrix[:100]}.',
            )
        reach = self._reach(tile_matrix)
        if not (reach and _is_whole(row) and _is_whole(column)) or not (
            reach[0] <= int(column) <= reach[1] and reach[2] <= int(row) <= reach[3]
        ):
            raise _outside_tileset(matrix, reach)
        return view_of(self.matrices, tile_matrix, int(column), int(row))

    def place(self, matrix: str, row: str, column: str) -> TilePlace:
        """Where a tile that there is lies."""
        tile_matrix = next(candidate for candidate in self.matrices.matrices if candidate.name == matrix)
        return place_in_matrix(tile_matrix, int(column), int(row))

    @property
    def all_limits(self) -> list[dict[str, Any]]:
        """In which columns and rows there are tiles, as tileset metadata have them."""
        limits = [(tile_matrix.name, self._reach(tile_matrix)) for tile_matrix in self.matrices.matrices]
        return [
            {'tileMatrix': name, 'minTileRow': top, 'maxTileRow': bottom, 'minTileCol': first, 'maxTileCol': last}
            for name, reach in limits
            if reach is not None
            for first, last, top, bottom in [reach]
        ]

    def template(self, z: str = '{z}', y: str = '{y}', x: str = '{x}', form: str = 'png') -> str:
        """The address of the tiles, with names in place of level, row and column."""
        return _tile_template(self.subject, self.path, (z, y, x), form)

    def _reach(self, matrix: Matrix) -> tuple[int, int, int, int] | None:
        return matrix.reach(moved_bounds(self.subject.extent, WGS84, self.matrices.srid))


def _tileset_path(subject: Subject, name: str) -> str:
    return f'{subject.path}/map/tiles/{name}'


def _tile_template(subject: Subject, path: str, where: tuple[str, str, str], form: str) -> str:
    return f'{api_url()}{path}/{"/".join(where)}?f={form}{_selection_query(subject)}'


def _is_whole(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 11


def _outside_tileset(matrix: str, reach: tuple[int, int, int, int] | None) -> NoSuchTile:
    if reach is None:
        return NoSuchTile(vi=f'Ở mức {matrix} không có dữ liệu.', en=f'At level {matrix} there are no data.')
    first, last, top, bottom = reach
    return NoSuchTile(
        vi=f'Ở mức {matrix} dữ liệu nằm trong hàng {top}–{bottom}, cột {first}–{last}.',
        en=f'At level {matrix} the data lie in rows {top} to {bottom}, columns {first} to {last}.',
    )


def tilesets_of(subject: Subject) -> list[MapTileset | OwnTileset]:
    """The tilesets of a map, one per tile matrix set."""
    own = own_set(service().locality)
    return [*(MapTileset(subject, grid) for grid in GRIDS.values()), *([OwnTileset(subject, own)] if own else [])]


def tileset_of(subject: Subject, name: str) -> MapTileset | OwnTileset:
    """That of a tile matrix set; raises NoSuchTileMatrixSet with the nearest name."""
    own = own_set(service().locality)
    if own and name == own.name:
        return OwnTileset(subject, own)
    return MapTileset(subject, known_grid(name, *([own.name] if own else [])))


def list_tilesets(subject: Subject) -> dict[str, Any]:
    """The list of tilesets."""
    return {
        'links': own_links(f'{subject.path}/map/tiles'),
        'tilesets': [tileset_entry(tileset) for tileset in tilesets_of(subject)],
    }


def tileset_entry(of: MapTileset | OwnTileset) -> dict[str, Any]:
    """The entry of a tileset in the list of tilesets."""
    matrix_set = MatrixSetEntry(of.name, of.uri, of.system.crs.uri, of.all_limits)
    own = f'{of.path}?f=json{_selection_query(of.subject)}'
    tiles = [
        link('item', MEDIA_TYPES[form], TITLES['tile'], _standard_template(of, form), templated=True) for form in TILES
    ]
    return entry_document(of.subject.title, 'map', matrix_set, own, tiles)


def tileset_metadata(of: MapTileset | OwnTileset) -> dict[str, Any]:
    """Tileset metadata of OGC 17-083r4."""
    entry, subject = tileset_entry(of), of.subject
    links = [*entry['links'], link(f'{OGC}/map', MEDIA_TYPES['png'], subject.title, f'{subject.path}/map')]
    if isinstance(of, MapTileset):
        # it speaks of zooms, in which each level is twice as fine as the one before
        links.append(link('describedby', JSON, 'TileJSON', f'{of.path}/metadata?f=tilejson{_selection_query(subject)}'))
    if of.name == WEB_MERCATOR_QUAD.name and isinstance(of, MapTileset):
        for end, title in (('.png', TITLES['xyz']), ('@2x.png', TITLES['fine'])):
            links.append(link('alternate', MEDIA_TYPES['png'], title, of.xyz(end), templated=True))
    more = {
        'mediaTypes': [MEDIA_TYPES[form] for form in TILES],
        'layers': [
            {'id': source.id, 'title': say(source.title), 'description': say(source.description), 'dataType': 'map'}
            for source in subject.sources
        ],
        **_release_members(subject),
        'links': links,
    }
    return metadata_document(entry, subject.title, subject.description, subject.extent, **more)


def map_version(subject: Subject) -> str:
    """The version of all tiles of a map: changes with the releases that it draws, with styles and software."""
    releases = [subject.releases[source.id] for source in subject.sources]
    labels = [Version(release.number, release.released_at).label for release in releases]
    return version_of(software_versions(), style_file_times(), subject.layers, labels)


def tileset_tilejson(of: MapTileset) -> dict[str, Any]:
    """TileJSON 3.0; clients that know its `tileSize` take tiles of 256 pixels."""
    more = {'tileSize': SIDE_PX, **_release_members(of.subject)}
    template = with_version(of.template(), map_version(of.subject))
    return tilejson_document(of.subject.title, of.subject.description, template, of.zooms, of.extent, **more)


def _standard_template(of: MapTileset | OwnTileset, form: str) -> str:
    return of.template('{tileMatrix}', '{tileRow}', '{tileCol}', form)


def _release_members(subject: Subject) -> dict[str, Any]:
    return {
        'dothi:release': max(subject.releases[source.id].number for source in subject.sources),
        'dothi:demo': subject.demo,
    }


def _selection_query(subject: Subject) -> str:
    return f'&collections={subject.selected}' if subject.selected else ''
