"""Small parts of which the XML of a project is made."""

import uuid
from xml.etree.ElementTree import Element, SubElement

from dothi.cartography.qgis_project.contents import Box


def text_element(parent: Element, tag: str, text: str) -> Element:
    """A new element with nothing but a text."""
    made = SubElement(parent, tag)
    made.text = text
    return made


def crs_element(parent: Element, tag: str, srid: int) -> Element:
    """A new element that says a coordinate system, which QGIS looks up by its number."""
    made = SubElement(parent, tag)
    add_crs(made, srid)
    return made


def box_element(parent: Element, tag: str, box: Box) -> Element:
    """A new element with the sides of a box."""
    names = ('xmin', 'ymin', 'xmax', 'ymax')
    return SubElement(parent, tag, {name: f'{side:.12g}' for name, side in zip(names, box, strict=True)})


def polygon_text(box: Box) -> str:
    """A box as WKT."""
    west, south, east, north = box
    corners = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    return f'Polygon (({", ".join(f"{x:.12g} {y:.12g}" for x, y in corners)}))'


def lasting_uuid(*names: str) -> str:
    """An id that stays as it is, so that two versions of a project can be compared."""
    return f'{{{uuid.uuid5(uuid.NAMESPACE_OID, "/".join(names))}}}'


def add_crs(parent: Element, srid: int) -> None:
    """Says the coordinate system of an element, which QGIS looks up by its number."""
    system = SubElement(parent, 'spatialrefsys', {'nativeFormat': 'Wkt'})
    # QGIS looks at the name only where there is an id of its own catalogue too, which differs by version
    text_element(system, 'srsid', '1')
    text_element(system, 'authid', f'EPSG:{srid}')
