"""GetCapabilities of WMTS: OGC 07-057r7, 7.1."""

from typing import Any

from dothi.api.http.service import service
from dothi.api.http.snapshot import Snapshot
from dothi.api.ows.about import DEGREE_DIGITS, about_group, about_leaf, about_service, round_box
from dothi.api.ows.address import rest_url, service_url, url_query
from dothi.api.ows.contents import Contents, Group, Leaf
from dothi.api.ows.dimension import CURRENT, TimeDimension, time_dimensions
from dothi.api.ows.legends import styles_with_legends
from dothi.api.ows.matrix_sets import WELL_KNOWN, tile_range
from dothi.api.ows.parameters import INFO_ENDINGS, TILE_ENDINGS
from dothi.api.ows.systems import crs_urn
from dothi.api.ows.templates import render_xml
from dothi.api.tiles.matrices import MatrixSet, matrix_sets

PLACE = '{TileMatrixSet}/{TileMatrix}/{TileRow}/{TileCol}'


def wmts_capabilities(db: Snapshot, offered: Contents) -> bytes:
    """The capabilities document of WMTS 1.0.0."""
    times = time_dimensions(db, offered.whole.leaves)
    sets = list(matrix_sets(service().locality).values())
    members = about_service('WMTS') | {
        'url': service_url(),
        'rest': rest_url(),
        'query': url_query(),
        'tile_formats': list(TILE_ENDINGS),
        'info_formats': list(INFO_ENDINGS),
    }
    layers = [
        _layer_element(db, offered_layer, times.get(offered_layer.name), sets)
        for offered_layer in offered.by_name.values()
    ]
    return render_xml('wmts_1_0_0.xml', about=members, layers=layers, sets=sets, urn=crs_urn, well_known=WELL_KNOWN)


def _layer_element(
    db: Snapshot, target: Leaf | Group, time: TimeDimension | None, sets: list[MatrixSet]
) -> dict[str, Any]:
    description = about_leaf(target) if isinstance(target, Leaf) else about_group(target)
    return description | {
        'degrees': round_box(target.extent, DEGREE_DIGITS),
        'styles': styles_with_legends(db, target),
        'time': time,
        'links': _matrix_set_links(target, sets),
        'resources': _resource_urls(target, '{TIME}' if time else CURRENT),
    }


def _matrix_set_links(target: Leaf | Group, sets: list[MatrixSet]) -> list[dict[str, Any]]:
    """The sets in which the layer has tiles, each with the limits of all its matrices, from the first one on."""
    links = []
    for matrix_set in sets:
        ranges = [(matrix.name, tile_range(target, matrix_set, matrix)) for matrix in matrix_set.matrices]
        if all(tiles for _, tiles in ranges):
            links.append({'name': matrix_set.name, 'limits': ranges})
    return links


def _resource_urls(target: Leaf | Group, time: str) -> list[dict[str, str]]:
    """The URL templates of the tiles and of GetFeatureInfo."""
    base = f'{rest_url()}/{target.name}/{{Style}}/{time}/{PLACE}'
    tiles = [
        {'format': media_type, 'type': 'tile', 'template': f'{base}.{ending}'}
        for media_type, ending in TILE_ENDINGS.items()
    ]
    infos = [
        {'format': media_type, 'type': 'FeatureInfo', 'template': f'{base}/{{J}}/{{I}}.{ending}{url_query()}'}
        for media_type, ending in INFO_ENDINGS.items()
    ]
    return tiles + (infos if target.queryable else [])
