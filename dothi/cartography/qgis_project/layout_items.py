"""The items of a print layout as QGIS writes them: map with grid, labels, legend, scale bar, arrow, frame."""

import base64
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement

from dothi.cartography.paper import Rectangle, Sheet
from dothi.cartography.qgis_project.contents import Box
from dothi.cartography.qgis_project.elements import box_element, lasting_uuid
from dothi.cartography.style.qml_labels import FONTS, font_properties
from dothi.cartography.style.qml_symbols import data_defined, options

# QgsLayoutItemRegistry.ItemType
PAGE, MAP, PICTURE, LABEL, LEGEND, SHAPE, SCALE_BAR = 65638, 65639, 65640, 65641, 65642, 65643, 65646
POINTS_PER_MM = 72 / 25.4
# QgsLayoutItemMapGrid: lines as near as the page wants, numbers outside of the frame, those at the sides upright.
FITTING_THE_PAGE, OUTSIDE, UPWARDS = '3', '1', '1'
MIDDLE, RECTANGLE = '128', '1'
ARROW = """<svg xmlns="http://www.w3.org/2000/svg" width="300" height="420" viewBox="-5 0 10 14">
<text y="3" font-family="Be Vietnam Pro,DejaVu Sans" font-size="3" font-weight="bold" text-anchor="middle">{letter}
</text>
<path d="M0 3.8L2.6 14 0 12Z" fill="#1b1f24"/>
<path d="M0 3.8L-2.6 14 0 12Z" fill="#fff" stroke="#1b1f24" stroke-width="0.2"/></svg>"""


@dataclass(frozen=True)
class Item:
    """Where an item lies, and which kind it is."""

    sheet: Sheet
    name: str
    kind: int
    place: Rectangle

    @property
    def uuid(self) -> str:
        return lasting_uuid('layout', self.sheet.paper, self.sheet.orientation, self.name)

    @property
    def item_id(self) -> str:
        """The name by which expressions and people find it."""
        return self.name


@dataclass(frozen=True)
class Letters:
    """How something is written. height_mm: on A4."""

    height_mm: float
    colour: str
    bold: bool = False


def element(item: Item, *, frame: str = 'false', background: str = 'false', **more: str) -> Element:
    """An item with its place."""
    position = f'{item.place.left:.3f},{item.place.top:.3f},mm'
    attributes = {
        'type': str(item.kind),
        'id': item.item_id,
        'uuid': item.uuid,
        'templateUuid': item.uuid,
        'position': position,
        'positionOnPage': position,
        'size': f'{item.place.width:.3f},{item.place.height:.3f},mm',
        'referencePoint': '0',
        'frame': frame,
        'background': background,
        'outlineWidthM': f'{0.3 * item.sheet.factor:.2f},mm',
        'visibility': '1',
        'opacity': '1',
    }
    return Element('LayoutItem', attributes | more)


def map_element(item: Item, box: Box, background: str) -> Element:
    """The map on its ground, with the grid of the working system in whole metres."""
    made = element(item, frame='true', background='true', followPreset='false', keepLayerSet='false', mapRotation='0')
    made.append(_background(background))
    box_element(made, 'Extent', box)
    sides = {f'{side}AnnotationPosition': OUTSIDE for side in ('left', 'right', 'top', 'bottom')}
    grid = {
        'name': 'grid',
        'uuid': lasting_uuid(item.uuid, 'grid'),
        'show': '1',
        'unit': FITTING_THE_PAGE,
        'minimumIntervalWidth': f'{30 * item.sheet.factor:.1f}',
        'maximumIntervalWidth': f'{60 * item.sheet.factor:.1f}',
        'gridStyle': '0',
        'gridFrameStyle': '0',
        'showAnnotation': '1',
        'annotationPrecision': '0',
        'frameAnnotationDistance': f'{0.8 * item.sheet.factor:.2f}',
        'leftAnnotationDirection': UPWARDS,
        'rightAnnotationDirection': UPWARDS,
        **sides,
    }
    made_grid = SubElement(made, 'ComposerMapGrid', grid)
    made_grid.append(_grid_line())
    made_grid.append(_text_style(item.sheet, Letters(2.0, '27,31,36,255')))
    return made


def border(item: Item) -> Element:
    """The line around all that is printed."""
    made = element(item, shapeType=RECTANGLE, cornerRadiusMeasure='0,mm')
    values = {
        'style': 'no',
        'outline_color': '27,31,36,255',
        'outline_style': 'solid',
        'outline_width': f'{0.5 * item.sheet.factor:.2f}',
        'outline_width_unit': 'MM',
    }
    made.append(_symbol('fill', 'SimpleFill', values))
    return made


def label(item: Item, text: str, letters: Letters, *, background: str | None = None) -> Element:
    """A line of text; what stands between [% and %] QGIS works out. background: a colour behind it."""
    made = element(
        item,
        labelText=text,
        htmlState='0',
        marginX='0',
        marginY='0',
        halign='4' if background else '1',
        valign=MIDDLE,
        background='true' if background else 'false',
    )
    if background:
        made.append(_background(background))
    made.append(_text_style(item.sheet, letters))
    return made


def _background(colour: str) -> Element:
    names = ('red', 'green', 'blue', 'alpha')
    return Element('BackgroundColor', dict(zip(names, colour.split(','), strict=True)))


def legend(item: Item, frame: Item, title: str, letters: Letters) -> Element:
    """What is drawn in the map, and no more; it follows the layers of the project."""
    factor = item.sheet.factor
    made = element(
        item,
        map_uuid=frame.uuid,
        title=title,
        legendFilterByMap='1',
        resizeToContents='1',
        columnCount='1' if item.sheet.orientation == 'landscape' else '2',
        splitLayer='0',
        symbolWidth=f'{6 * factor:.1f}',
        symbolHeight=f'{3 * factor:.1f}',
        wmsLegendWidth='0',
        wmsLegendHeight='0',
        boxSpace='0',
    )
    styles = SubElement(made, 'styles')
    for name, share, space in (
        ('title', 1.2, 1.5),
        ('group', 1.05, 1.5),
        ('subgroup', 1.0, 1.0),
        ('symbolLabel', 0.9, 0.6),
    ):
        style = SubElement(styles, 'style', {'name': name, 'alignment': '1', 'indent': '0'})
        style.set('marginTop', f'{space * factor:.2f}')
        style.set('marginLeft', f'{1.5 * factor if name == "symbolLabel" else 0:.2f}')
        heading = Letters(letters.height_mm * share, letters.colour, bold=name in ('title', 'group'))
        style.append(_text_style(item.sheet, heading))
    return made


def scale_bar(item: Item, frame: Item, letters: Letters) -> Element:
    """A bar of kilometres that fits its place at every scale."""
    factor = item.sheet.factor
    made = element(
        item,
        mapUuid=frame.uuid,
        style='Single Box',
        unitType='km',
        unitLabel='km',
        numMapUnitsPerScaleBarUnit='1',
        segmentSizeMode='1',
        minBarWidth=f'{25 * factor:.1f}',
        maxBarWidth=f'{40 * factor:.1f}',
        numSegments='4',
        numSegmentsLeft='0',
        height=f'{1.6 * factor:.2f}',
        labelBarSpace=f'{1 * factor:.2f}',
        boxContentSpace='0',
        outlineWidth=f'{0.15 * factor:.2f}',
    )
    made.append(_text_style(item.sheet, letters))
    return made


def arrow(item: Item, frame: Item, letter: str) -> Element:
    """The arrow to the grid's north, with the letter of the language."""
    svg = base64.b64encode(ARROW.format(letter=letter).encode()).decode()
    return element(
        item, file=f'base64:{svg}', mapUuid=frame.uuid, northMode='0', northOffset='0', resizeMode='0', mode='1'
    )


def _text_style(sheet: Sheet, letters: Letters) -> Element:
    made = Element(
        'text-style',
        {
            'fontFamily': FONTS[0],
            'fontSize': f'{letters.height_mm * sheet.factor * POINTS_PER_MM:.2f}',
            'fontSizeUnit': 'Point',
            'fontWeight': '75' if letters.bold else '50',
            'forcedBold': '1' if letters.bold else '0',
            'textColor': letters.colour,
            'textOpacity': '1',
            'multilineHeight': '1.1',
        },
    )
    families = SubElement(made, 'families')
    for name in FONTS:
        SubElement(families, 'family', {'name': name})
    made.append(data_defined('dd_properties', font_properties(bold=letters.bold)))
    return made


def _grid_line() -> Element:
    made = Element('lineStyle')
    values = {'line_color': '31,78,121,190', 'line_width': '0.12', 'line_width_unit': 'MM', 'line_style': 'solid'}
    made.append(_symbol('line', 'SimpleLine', values))
    return made


def _symbol(kind: str, layer_class: str, values: dict[str, str]) -> Element:
    made = Element('symbol', {'type': kind, 'name': '', 'alpha': '1', 'clip_to_extent': '1', 'force_rhr': '0'})
    layer = SubElement(made, 'layer', {'class': layer_class, 'enabled': '1', 'pass': '0', 'locked': '0'})
    layer.append(options(values))
    return made
