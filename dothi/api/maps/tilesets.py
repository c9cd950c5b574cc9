"""How tilesets of map images are described: OGC 20-057 and 17-083r4, and TileJSON 3.0."""

from dataclasses import dataclass
from typing import Any

from dothi.api.address import api_url
from dothi.api.coverages.systems import System
from dothi.api.documents import OGC, link, own_links
from dothi.api.language import JSON, say
from dothi.api.maps.formats import MEDIA_TYPES, TILES
from dothi.api.maps.subject import Subject
from dothi.api.served_crs import CRS84, ServedCrs
from dothi.api.service import service
from dothi.api.tiles.descriptions import CRS, REGISTER, limits_of
from dothi.api.tiles.descriptions import TITLES as OF_TILES
from dothi.api.tiles.place import GRIDS, WEB_MERCATOR_QUAD, Box, Grid, Limits, Place, limits
from dothi.core.mapping.view import View
from dothi.core.text import Text

SIDE_PX = 256
# Of WebMercatorQuad: 0.15 m a pixel at the equator, finer than what is drawn was measured.
LAST_ZOOM = 20
TITLES = {
    'tile': Text(vi='Ô ảnh bản đồ', en='Map tiles'),
    'fine': Text(vi='Ô ảnh 512 điểm cho màn hình mịn', en='Tiles of 512 pixels for fine screens'),
    'xyz': Text(vi='Ô ảnh, thứ tự x rồi y', en='Map tiles, x before y'),
}


@dataclass(frozen=True)
class MapTileset:
    """Tiles of a map in one tile matrix set. path: below /api."""

    subject: Subject
    grid: Grid

    @property
    def path(self) -> str:
        return f'{self.subject.path}/map/tiles/{self.grid.name}'

    @property
    def zooms(self) -> range:
        return range(LAST_ZOOM - self.grid.zoom_shift + 1)

    @property
    def system(self) -> System:
        """Of its tiles; the standard's register has both with x first."""
        return System(ServedCrs(CRS[self.grid.name], self.grid.srid, yx=False), native=False)

    def view(self, place: Place) -> View:
        """What a tile shows."""
        return View(self.grid.srid, place.box, SIDE_PX, SIDE_PX)

    def limits(self, z: int) -> Limits:
        """In which columns and rows there are tiles."""
        return limits(self.grid, z, self.extent)

    @property
    def extent(self) -> Box:
        return self.subject.extent

    def template(self, z: str = '{z}', y: str = '{y}', x: str = '{x}', form: str = 'png') -> str:
        """The address of the tiles, with names in place of zoom, row and column."""
        return f'{api_url()}{self.path}/{z}/{y}/{x}?f={form}{_selection(self.subject)}'

    def xyz(self, end: str = '.png') -> str:
        """The same in the order and with the ending that most clients know, for WebMercatorQuad."""
        selected = _selection(self.subject).replace('&', '?')
        return f'{api_url()}{self.subject.path}/map/xyz/{{z}}/{{x}}/{{y}}{end}{selected}'


def tilesets_of(subject: Subject) -> list[MapTileset]:
    """One per tile matrix set."""
    return [MapTileset(subject, grid) for grid in GRIDS.values()]


def listing(subject: Subject) -> dict[str, Any]:
    """The list of tilesets."""
    return {'links': own_links(f'{subject.path}/map/tiles'), 'tilesets': [entry(one) for one in tilesets_of(subject)]}


def entry(of: MapTileset) -> dict[str, Any]:
    """What a list of tilesets says of one."""
    return {
        'title': f'{say(of.subject.title)} ({of.grid.name})',
        'dataType': 'map',
        'crs': CRS[of.grid.name],
        'tileMatrixSetURI': f'{REGISTER}/{of.grid.name}',
        'links': [
            link('self', JSON, of.subject.title, f'{of.path}?f=json{_selection(of.subject)}'),
            link(f'{OGC}/tiling-scheme', JSON, OF_TILES['scheme'], f'/TileMatrixSets/{of.grid.name}?f=json'),
        ],
    }


def metadata(of: MapTileset) -> dict[str, Any]:
    """Tileset metadata of OGC 17-083r4."""
    west, south, east, north = of.extent
    about = entry(of)
    tiles = [link('item', MEDIA_TYPES[form], TITLES['tile'], _standard(of, form), templated=True) for form in TILES]
    links = [
        *about['links'],
        *tiles,
        link('describedby', JSON, 'TileJSON', f'{of.path}/metadata?f=tilejson{_selection(of.subject)}'),
        link(f'{OGC}/map', MEDIA_TYPES['png'], of.subject.title, f'{of.subject.path}/map'),
    ]
    if of.grid is WEB_MERCATOR_QUAD:
        for end, title in (('.png', TITLES['xyz']), ('@2x.png', TITLES['fine'])):
            links.append(link('alternate', MEDIA_TYPES['png'], title, of.xyz(end), templated=True))
    return {
        **about,
        'title': say(of.subject.title),
        'description': say(of.subject.description),
        'attribution': say(service().locality.place.attribution),
        'mediaTypes': [MEDIA_TYPES[form] for form in TILES],
        'boundingBox': {'lowerLeft': [west, south], 'upperRight': [east, north], 'crs': CRS84},
        'tileMatrixSetLimits': [limits_of(of.limits(z)) for z in of.zooms],
        'layers': [
            {'id': one.id, 'title': say(one.title), 'description': say(one.description), 'dataType': 'map'}
            for one in of.subject.things
        ],
        **_release(of.subject),
        'links': links,
    }


def tilejson(of: MapTileset) -> dict[str, Any]:
    """TileJSON 3.0; clients that know its `tileSize` take tiles of 256 pixels."""
    return {
        'tilejson': '3.0.0',
        'name': say(of.subject.title),
        'description': say(of.subject.description),
        'attribution': say(service().locality.place.attribution),
        'scheme': 'xyz',
        'tiles': [of.template()],
        'tileSize': SIDE_PX,
        'minzoom': of.zooms[0],
        'maxzoom': of.zooms[-1],
        'bounds': list(of.extent),
        **_release(of.subject),
    }


def _standard(of: MapTileset, form: str) -> str:
    return of.template('{tileMatrix}', '{tileRow}', '{tileCol}', form)


def _release(subject: Subject) -> dict[str, Any]:
    return {
        'dothi:release': max(subject.releases[one.id].number for one in subject.things),
        'dothi:demo': subject.demo,
    }


def _selection(subject: Subject) -> str:
    return f'&collections={subject.selected}' if subject.selected else ''
