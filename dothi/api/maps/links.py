"""The links to maps and their tilesets that collections, styles and the landing page have."""

from typing import Any

from dothi.api.http.documents import OGC, link
from dothi.api.http.language import HTML, JSON
from dothi.core.text import Text

PNG = 'image/png'
MAP = Text(vi='Bản đồ, ảnh PNG', en='Map as a picture')
PAGE = Text(vi='Bản đồ, trang HTML', en='Map on a page')
IN_DEGREES = Text(vi='Bản đồ theo kinh độ, vĩ độ (CRS84), ảnh PNG', en='Map in longitude and latitude (CRS84)')
TILES = Text(vi='Ô ảnh bản đồ', en='Map tiles as images')
# Relations as the register of OGC has them, which clients know, and as the text of OGC 20-058 writes them.
RELATIONS = (OGC, OGC.replace('http:', 'https:'))


def map_links(base: str) -> list[dict[str, Any]]:
    """The links to the map and the map tilesets of what `base` (below /api) is: a collection, a style, '' for all."""
    return [
        *(link(f'{relation}/map', PNG, MAP, f'{base}/map') for relation in RELATIONS),
        # GDAL 3.10 takes the last of a type, and every map for one in degrees, which `crs` it never names
        *([link(f'{OGC}/map', PNG, IN_DEGREES, f'{base}/map?crs=%5BOGC:CRS84%5D')] if _is_in_storage_crs(base) else []),
        link(f'{OGC}/map', HTML, PAGE, f'{base}/map?f=html'),
        *(link(f'{relation}/tilesets-map', JSON, TILES, f'{base}/map/tiles?f=json') for relation in RELATIONS),
        # OGC's Tiles suite reads every list of tilesets that the landing page links as JSON
        *([link(f'{OGC}/tilesets-map', HTML, TILES, f'{base}/map/tiles?f=html')] if base else []),
    ]


def _is_in_storage_crs(base: str) -> bool:
    """Whether a map below `base` is drawn in the system of a collection's storage where the request names none."""
    return base.startswith('/collections/')
