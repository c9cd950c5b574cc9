"""GetCapabilities of WMTS: OGC 07-057r7, 7.1."""

from typing import Any

from dothi.api.http.service import service
from dothi.api.http.snapshot import Snapshot
from dothi.api.ows.about import DEGREE_DIGITS, about_group, about_leaf, about_service, round_box
from dothi.api.ows.address import rest_url, service_url, url_query
from dothi.api.ows.contents import Contents, Group, Leaf
from dothi.api.ows.dimension import CURRENT, TimeDimension, time_dimensions
from dothi.api.ows.legends import styles_with_legends
from dothi.api.ows.matrix_sets import WELL_KNOWN
from dothi.api.ows.parameters import INFO_ENDINGS, TILE_ENDINGS
from dothi.api.ows.systems import Box, crs_urn
from dothi.api.ows.templates import render_xml
from dothi.api.tiles.matrices import Matrix, MatrixSet, matrix_sets
from dothi.core.crs import WGS84
from dothi.core.grid import moved_bounds

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
        'links': [_matrix_set_link(target, matrix_set) for matrix_set in sets],
        'resources': _resource_urls(target, '{TIME}' if time else CURRENT),
    }


def _matrix_set_link(target: Leaf | Group, matrix_set: MatrixSet) -> dict[str, Any]:
    box = moved_bounds(target.extent, WGS84, matrix_set.srid)
    limits = [(matrix, reach_of(target, matrix, box)) for matrix in matrix_set.matrices]
    return {
        'name': matrix_set.name,
        # the standard's schema takes no 0, which the few tiles of the whole world have: their levels are left out
        'limits': [{'matrix': matrix.name, 'reach': reach} for matrix, reach in limits if reach and min(reach) > 0],
    }


def reach_of(target: Leaf | Group, matrix: Matrix, box: Box) -> tuple[int, int, int, int] | None:
    """First and last column and row of the tiles on which anything is; None where nothing is drawn at that scale."""
    least, greatest = target.scales
    # a hair: the scales of the sets are those at which zooms begin and end
    if (least and matrix.denominator < least * 0.999) or (greatest and matrix.denominator > greatest * 1.001):
        return None
    return matrix.reach(box)


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
