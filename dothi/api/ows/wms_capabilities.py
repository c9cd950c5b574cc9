"""GetCapabilities of WMS: OGC 06-042, 7.2 and annex E; OGC 01-068r3, 7.1 and annex A."""

import math
from typing import Any

from dothi.api.http.language import say
from dothi.api.http.service import service
from dothi.api.http.snapshot import Snapshot
from dothi.api.ows.about import DEGREE_DIGITS, METRE_DIGITS, about_group, about_leaf, about_service, round_box
from dothi.api.ows.address import service_url
from dothi.api.ows.contents import Contents, Group, Leaf
from dothi.api.ows.dimension import TimeDimension, time_dimensions
from dothi.api.ows.info_documents import INFO_FORMATS
from dothi.api.ows.legends import styles_with_legends
from dothi.api.ows.parameters import LEGEND_FORMATS, MAP_FORMATS
from dothi.api.ows.systems import System, systems
from dothi.api.ows.templates import render_xml
from dothi.cartography.style.zoom import PIXEL_M
from dothi.core.crs import WGS84, units_per_metre
from dothi.core.grid import moved_bounds
from dothi.core.text import Text

MEDIA_TYPES = {'1.3.0': 'text/xml', '1.1.1': 'application/vnd.ogc.wms_xml'}
WHOLE = Text(vi='{}: mọi lớp', en='{}: all layers')
TEMPLATES = {'1.3.0': 'wms_1_3_0.xml', '1.1.1': 'wms_1_1_1.xml'}


def wms_capabilities(db: Snapshot, offered: Contents, version: str) -> bytes:
    """The capabilities document of a WMS version."""
    times = time_dimensions(db, offered.whole.leaves)
    limits, crs_list = service().maps, systems(service().locality, version)
    themes = [
        _folder_element(
            _group_element(db, theme, crs_list),
            [_leaf_element(db, leaf, times.get(leaf.name), crs_list) for leaf in theme.leaves],
        )
        for theme in offered.themes
    ]
    # the layers below inherit the systems
    root = _folder_element(_group_element(db, offered.whole, crs_list), themes) | {'systems': list(crs_list)}
    members = about_service('WMS') | {
        'url': service_url(),
        'map_formats': list(MAP_FORMATS),
        'info_formats': list(INFO_FORMATS),
        'legend_formats': list(LEGEND_FORMATS),
        'most_layers': limits.map_max_layers,
        'longest_px': math.isqrt(limits.map_max_pixels),
    }
    return render_xml(TEMPLATES[version], about=members, root=root)


def _folder_element(group: dict[str, Any], layers: list[dict[str, Any]]) -> dict[str, Any]:
    """A layer that cannot be drawn: the group as the first below it, then `layers`.

    Below a layer that has styles none may have styles of the same names (OGC 06-042, 7.2.4.6.5).
    """
    whole = group | {'title': say(WHOLE).format(group['title'])}
    folder = {'name': '', 'abstract': '', 'keywords': [], 'metadata': [], 'queryable': 0, 'styles': []}
    return group | folder | {'layers': [whole, *layers]}


def _group_element(db: Snapshot, group: Group, systems_by_name: dict[str, System]) -> dict[str, Any]:
    return (
        about_group(group)
        | _bounding_boxes(group, systems_by_name)
        | {'styles': styles_with_legends(db, group), 'layers': []}
    )


def _leaf_element(
    db: Snapshot, leaf: Leaf, time: TimeDimension | None, systems_by_name: dict[str, System]
) -> dict[str, Any]:
    placed = _bounding_boxes(leaf, systems_by_name) | {
        'scales': leaf.scales,
        'hint': _scale_hint(*leaf.scales),
        'time': time,
    }
    return about_leaf(leaf) | placed | {'styles': styles_with_legends(db, leaf), 'layers': []}


def _bounding_boxes(target: Leaf | Group, systems_by_name: dict[str, System]) -> dict[str, Any]:
    """The bounding boxes in degrees and in each system, in the axis order of that system."""
    boxes = [(name, system.turned(_rounded_box(system, target))) for name, system in systems_by_name.items()]
    degrees = round_box(target.extent, DEGREE_DIGITS)
    return {'degrees': degrees, 'boxes': boxes, 'systems': [], 'time': None, 'scales': (None, None), 'hint': None}


def _rounded_box(system: System, target: Leaf | Group) -> tuple[float, float, float, float]:
    digits = DEGREE_DIGITS if units_per_metre(system.srid) < 1e-3 else METRE_DIGITS
    return round_box(moved_bounds(target.extent, WGS84, system.srid), digits)


def _scale_hint(least: float | None, greatest: float | None) -> tuple[float, float] | None:
    """Diagonal of a pixel on the ground in metres, 7.1.4.5.16 of OGC 01-068r3; 0 and much where there is no end."""
    if least is None and greatest is None:
        return None
    diagonal = PIXEL_M * math.sqrt(2)
    return round((least or 0) * diagonal, 4), round((greatest or 1e9) * diagonal, 4)
