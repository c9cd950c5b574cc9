"""The bookmarks of a project: every administrative unit, by level."""

from xml.etree.ElementTree import Element, SubElement

from dothi.cartography.qgis_project.contents import ProjectContents
from dothi.cartography.qgis_project.elements import add_crs, polygon_text


def bookmarks(contents: ProjectContents) -> Element:
    """A bookmark for each unit, in a group for each level; units of one name are told apart by their codes."""
    made = Element('Bookmarks')
    for unit in contents.units:
        attributes = {
            'id': f'dothi_{unit.code}',
            'name': f'{unit.name} ({unit.code})',
            'group': _capitalised(unit.level.pick(contents.lang)),
            'rotation': '0',
            'extent': polygon_text(unit.box),
        }
        add_crs(SubElement(made, 'Bookmark', attributes), contents.locality.srid)
    return made


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]
