"""Print layouts of a project: a sheet of each size with the centre's frame, as `print-map` has it."""

import math
from typing import get_args
from xml.etree.ElementTree import Element, SubElement

from dothi.cartography.paper import Orientation, Paper, Rectangle, Sheet, sheet_of
from dothi.cartography.qgis_project import layout_items as items
from dothi.cartography.qgis_project.contents import Box, ProjectContents
from dothi.cartography.qgis_project.layout_items import Item, Letters
from dothi.cartography.style.qml_symbols import rgba
from dothi.core.text import DEMO, Text

ORIENTATIONS: dict[Orientation, Text] = {
    'landscape': Text(vi='ngang', en='landscape'),
    'portrait': Text(vi='dọc', en='portrait'),
}
LEGEND = Text(vi='Chú giải', en='Legend')
FOOT = Text(
    vi="{attribution}. Hệ tọa độ EPSG:{srid}, lưới tính bằng mét. In ngày [% format_date(now(), 'dd/MM/yyyy') %]",
    en="{attribution}. Coordinate system EPSG:{srid}, grid in metres. Printed [% format_date(now(), 'yyyy-MM-dd') %]",
)
SCALE = Text(
    vi="Tỷ lệ 1:[% format_number(map_get(item_variables('{map}'), 'map_scale'), 0, 'vi') %]",
    en="Scale 1:[% format_number(map_get(item_variables('{map}'), 'map_scale'), 0, 'en') %]",
)
# The heights of letters and places, in millimetres of A4; a larger sheet is read from farther away.
TITLE_MM, CENTRE_MM, TEXT_MM, FOOT_MM, SCALE_MM = 5.2, 2.3, 2.4, 2.0, 3.2
INK, GREY, WHITE, RED = '27,31,36,255', '87,96,106,255', '255,255,255,255', '179,38,30,255'
DPI = '300'
MM_PER_M = 1_000
ROUND = (1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 6, 7.5, 8, 10)


def layouts(contents: ProjectContents) -> Element:
    """A layout for each size of paper, on its side and upright."""
    made = Element('Layouts')
    for paper in get_args(Paper):
        for orientation in ORIENTATIONS:
            made.append(_layout(contents, sheet_of(paper, orientation)))
    return made


def layout_name(sheet: Sheet, contents: ProjectContents) -> str:
    """What the list of layouts calls a sheet: `A3 ngang`."""
    return f'{sheet.paper} {ORIENTATIONS[sheet.orientation].pick(contents.lang)}'


def _layout(contents: ProjectContents, sheet: Sheet) -> Element:
    name = layout_name(sheet, contents)
    made = Element('Layout', {'name': name, 'units': 'mm', 'printResolution': DPI, 'worldFileMap': ''})
    whole = Rectangle(0, 0, sheet.width_mm, sheet.height_mm)
    page = Item(sheet, 'page', items.PAGE, whole)
    SubElement(made, 'PageCollection').append(items.element(page, background='true'))
    made.extend(_items(contents, sheet))
    return made


def _items(contents: ProjectContents, sheet: Sheet) -> list[Element]:
    """The items of a sheet, lowest first."""
    lang, frame = contents.lang, Item(sheet, 'map', items.MAP, sheet.frame)
    foot = FOOT.pick(lang).format(
        attribution=contents.locality.place.attribution.pick(lang), srid=contents.locality.srid
    )
    made = [
        items.map_element(frame, box_to_scale(contents.box, sheet.frame), rgba(contents.background)),
        items.border(Item(sheet, 'border', items.SHAPE, sheet.border)),
        items.label(_head(sheet, 'centre', 0.6, 4), _centre(contents), Letters(CENTRE_MM, GREY)),
        items.label(_head(sheet, 'title', 4.6, 8.6), contents.title, Letters(TITLE_MM, INK, bold=True)),
        items.label(_foot(sheet), foot, Letters(FOOT_MM, GREY)),
        items.arrow(_beside(sheet, 'arrow', 0, 0, 10, 14), frame, 'N' if lang == 'en' else 'B'),
        items.label(_beside(sheet, 'scale', 12, 0, 48, 5), _scale(frame, lang), Letters(SCALE_MM, INK, bold=True)),
        items.scale_bar(_beside(sheet, 'bar', 12, 5, 48, 10), frame, Letters(FOOT_MM, INK)),
        items.legend(_legend_place(sheet), frame, LEGEND.pick(lang), Letters(TEXT_MM, INK)),
    ]
    if contents.has_demo:
        mark = Letters(2.8, WHITE, bold=True)
        made.append(items.label(_demo_place(sheet), DEMO.pick(lang), mark, background=RED))
    for height, item in enumerate(made, 1):
        item.set('zValue', str(height))
    return made


def _centre(contents: ProjectContents) -> str:
    return contents.locality.place.attribution.pick(contents.lang)


def _scale(frame: Item, lang: str) -> str:
    return SCALE.pick(lang).replace('{map}', frame.item_id)


def _head(sheet: Sheet, name: str, top_mm: float, height_mm: float) -> Item:
    """A line above the map, the mark of demonstration data left free at its right."""
    border, factor = sheet.border, sheet.factor
    left, top = border.left + 3 * factor, border.top + top_mm * factor
    width = border.width - 60 * factor
    return Item(sheet, name, items.LABEL, Rectangle(left, top, width, height_mm * factor))


def _demo_place(sheet: Sheet) -> Item:
    border, factor = sheet.border, sheet.factor
    place = Rectangle(border.right - 51 * factor, border.top + 4 * factor, 48 * factor, 6 * factor)
    return Item(sheet, 'demo', items.LABEL, place)


def _foot(sheet: Sheet) -> Item:
    border, factor = sheet.border, sheet.factor
    place = Rectangle(border.left + 3 * factor, border.bottom - 4.6 * factor, border.width - 6 * factor, 4.4 * factor)
    return Item(sheet, 'foot', items.LABEL, place)


def _beside(sheet: Sheet, name: str, left_mm: float, top_mm: float, width_mm: float, height_mm: float) -> Item:
    """A place among the explanations, in millimetres of A4 from their corner."""
    place, factor = sheet.explanations, sheet.factor
    rectangle = Rectangle(
        place.left + left_mm * factor, place.top + top_mm * factor, width_mm * factor, height_mm * factor
    )
    kinds = {'arrow': items.PICTURE, 'scale': items.LABEL, 'bar': items.SCALE_BAR}
    return Item(sheet, name, kinds[name], rectangle)


def _legend_place(sheet: Sheet) -> Item:
    """Below the scale beside a map, and at its right below one."""
    place, factor = sheet.explanations, sheet.factor
    down, right = (17 * factor, 0.0) if sheet.orientation == 'landscape' else (0.0, 64 * factor)
    rectangle = Rectangle(place.left + right, place.top + down, place.width - right, place.height - down)
    return Item(sheet, 'legend', items.LEGEND, rectangle)


def box_to_scale(box: Box, frame: Rectangle) -> Box:
    """What the frame shows around the middle of the box at the largest round scale at which all of the box fits."""
    west, south, east, north = box
    denominator = _round_up(max((east - west) / frame.width, (north - south) / frame.height) * MM_PER_M)
    half_width, half_height = (side * denominator / MM_PER_M / 2 for side in (frame.width, frame.height))
    x, y = (west + east) / 2, (south + north) / 2
    return x - half_width, y - half_height, x + half_width, y + half_height


def _round_up(denominator: float) -> float:
    """The next denominator that a cartographer would take."""
    power: float = 10 ** math.floor(math.log10(denominator))
    return next(share * power for share in ROUND if share * power >= denominator)
