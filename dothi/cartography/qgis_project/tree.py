"""The tree of layers in a project: a group for each theme, and the basemaps at the bottom."""

from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement

from dothi.cartography.qgis_project.contents import ProjectContents, ProjectLayer
from dothi.cartography.qgis_project.elements import text_element
from dothi.cartography.qgis_project.map_layers import PictureLayer
from dothi.cartography.style.qml_symbols import options
from dothi.core.text import Text

BASEMAPS = Text(vi='Bản đồ nền', en='Basemaps')
# What QGIS has for a legend without any line.
NO_NODES = 'noitems'
CHECKED, UNCHECKED = 'Qt::Checked', 'Qt::Unchecked'


def layer_tree(contents: ProjectContents, pictures: Sequence[PictureLayer]) -> Element:
    """Groups in the order of the web map's legend; what is drawn over what is an order of its own."""
    made = Element('layer-tree-group')
    themes = {layer.layer.theme for layer in contents.layers} | {each.theme for each in pictures if each.theme}
    for theme, title in contents.locality.theme_titles(themes).items():
        group = _group(made, title.pick(contents.lang), is_open=True)
        for layer in contents.layers:
            if layer.layer.theme == theme:
                address = contents.source.address(layer.layer, contents.locality.srid)
                entry = _entry(group, layer.id, layer.title, (contents.source.provider, address), layer.drawing.visible)
                _set_legend(entry, layer)
        _add_pictures(group, [each for each in pictures if each.theme == theme])
    basemaps = [each for each in pictures if each.theme is None]
    if basemaps:
        _add_pictures(_group(made, BASEMAPS.pick(contents.lang), is_open=True), basemaps)
    made.append(_drawing_order(contents, pictures))
    return made


def _group(parent: Element, name: str, *, is_open: bool) -> Element:
    return SubElement(
        parent, 'layer-tree-group', {'name': name, 'checked': CHECKED, 'expanded': '1' if is_open else '0'}
    )


def _entry(group: Element, layer_id: str, name: str, source: tuple[str, str], is_visible: bool) -> Element:
    provider, address = source
    attributes = {'id': layer_id, 'name': name, 'providerKey': provider, 'source': address}
    shown = {'checked': CHECKED if is_visible else UNCHECKED, 'expanded': '0'}
    return SubElement(group, 'layer-tree-layer', attributes | shown)


def _set_legend(entry: Element, layer: ProjectLayer) -> None:
    """Signs without a name of their own are left out; a layer that is called like its only sign has no heading."""
    nodes = layer.legend_nodes
    values = {'legend/node-order': ','.join(str(place) for place, _ in nodes) or NO_NODES}
    if [title for _, title in nodes] == [layer.title]:
        values['legend/title-style'] = 'hidden'
    SubElement(entry, 'customproperties').append(options(values))


def _add_pictures(group: Element, pictures: Sequence[PictureLayer]) -> None:
    for picture in pictures:
        _entry(group, picture.id, picture.title, ('wms', picture.address), is_visible=False)


def _drawing_order(contents: ProjectContents, pictures: Sequence[PictureLayer]) -> Element:
    """Topmost first: the styles know which layer lies on which, and themes do not."""
    made = Element('custom-order', {'enabled': '1'})
    for name in (*(layer.id for layer in contents.layers), *(picture.id for picture in pictures)):
        text_element(made, 'item', name)
    return made
