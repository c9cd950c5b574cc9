"""The labels of a QML: how QGIS writes the names of features."""

from xml.etree.ElementTree import Element, SubElement

from dothi.cartography.fonts import FACE_STYLES, FAMILY
from dothi.cartography.style.colour import parse_colour
from dothi.cartography.style.drawing import Pass
from dothi.cartography.style.qgis_expressions import POINTS_PER_PX
from dothi.cartography.style.qml_symbols import data_defined, fixed, rgba, varying
from dothi.cartography.style.sizes import GAP_PX, HALO_PX, REPEATED_PX, size_of, times
from dothi.cartography.style.style_file import Part
from dothi.cartography.style.zoom import ByZoom

# What a machine has, with all Vietnamese letters, where Be Vietnam Pro is missing.
FONTS = ('DejaVu Sans', 'Segoe UI', 'Arial')
# About seven times the height of the letters.
WRAPPED_AT = 14
# QgsPalLayerSettings.placement
CURVED, HORIZONTAL, AROUND_SIGN = '3', '4', '6'
# Qgis.LabelPredefinedPointPosition, the best place first; measured from the edge of the sign (Qgis.LabelOffsetType)
PLACES = 'B,T,R,L,BR,TR,BL,TL'
FROM_SIGN = '1'
# QGIS measures to the line that letters stand on; marks hang below it.
BELOW_LINE_PX = 2.0
# QGIS strokes the outline of letters, half of it inside of them.
HALO_WIDTH_PX = 2 * HALO_PX
# on the line, in the direction in which it is read
ON_LINE = '9'


def settings(draw_pass: Pass, geometry: str, latitude: float) -> Element:
    """How a pass of labels is written on features of a geometry."""
    made = Element('settings', {'calloutType': 'simple'})
    made.append(_text_style(draw_pass))
    wrapped = {
        'autoWrapLength': '0' if _along_line(draw_pass.part, geometry) else str(WRAPPED_AT),
        'multilineAlign': '1',
    }
    SubElement(made, 'text-format', wrapped)
    SubElement(made, 'placement', _placement(draw_pass.part, geometry))
    SubElement(made, 'rendering', {'drawLabels': '1', 'obstacle': '0', 'scaleVisibility': '0', 'mergeLines': '1'})
    properties = font_properties(bold=draw_pass.part.bold) | varying(_sizes(draw_pass.part), latitude)
    made.append(data_defined('dd_properties', properties))
    return made


def font_properties(*, bold: bool) -> dict[str, str]:
    """Be Vietnam Pro, as properties by expressions: where QGIS has no such family it keeps that of the text.

    A family that the text itself names QGIS fetches from the internet, and warns of it on a network without.
    """
    return {'Family': f"'{FAMILY}'", 'FontStyle': f"'{FACE_STYLES['heading' if bold else 'text']}'"}


def obstacles() -> Element:
    """Signs without names, which names keep clear of."""
    made = Element('settings', {'calloutType': 'simple'})
    SubElement(made, 'text-style', {'fieldName': "''", 'isExpression': '1'})
    rendering = {'drawLabels': '0', 'obstacle': '1', 'obstacleFactor': '2', 'scaleVisibility': '0'}
    SubElement(made, 'rendering', rendering)
    return made


def _text_style(draw_pass: Pass) -> Element:
    part = draw_pass.part
    made = Element(
        'text-style',
        {
            'fieldName': part.text or '',
            'isExpression': '0',
            'fontFamily': FONTS[0],
            'fontSize': fixed(size_of(part)),
            'fontSizeUnit': 'Point',
            # left out it is 0, the thinnest face that the machine has
            'fontWeight': '75' if part.bold else '50',
            'textColor': rgba(draw_pass.rules[0].colour),
            'textOpacity': '1',
            'fontLetterSpacing': fixed(times(size_of(part), part.spacing)),
        },
    )
    families = SubElement(made, 'families')
    for name in FONTS[1:]:
        SubElement(families, 'family', {'name': name})
    if part.halo:
        buffer = {'bufferDraw': '1', 'bufferSize': f'{HALO_WIDTH_PX * POINTS_PER_PX:g}', 'bufferSizeUnits': 'Point'}
        halo = parse_colour(part.halo)
        SubElement(made, 'text-buffer', buffer | {'bufferColor': rgba(halo), 'bufferOpacity': f'{halo.alpha:g}'})
    return made


def _sizes(part: Part) -> dict[str, ByZoom]:
    """The sizes that may differ by zoom, by the property of QGIS."""
    spacing = {'FontLetterSpacing': times(size_of(part), part.spacing)} if part.spacing else {}
    return {'Size': size_of(part)} | spacing


def _placement(part: Part, geometry: str) -> dict[str, str]:
    # QGIS's priorities go from 0 to 10, those of styles to 100
    priority = {'priority': str(min(max(round(part.priority / 10), 0), 10))}
    if _along_line(part, geometry):
        return {'placement': CURVED, 'placementFlags': ON_LINE, 'repeatDistance': f'{REPEATED_PX * POINTS_PER_PX:g}',
                'repeatDistanceUnits': 'Point', **priority}  # fmt: skip
    if 'LineString' in geometry:
        return {'placement': HORIZONTAL, **priority}
    if 'Point' in geometry:
        gap = {'dist': f'{(GAP_PX + BELOW_LINE_PX) * POINTS_PER_PX:g}', 'distUnits': 'Point', 'offsetType': FROM_SIGN}
        return {'placement': AROUND_SIGN, 'predefinedPositionOrder': PLACES, **gap, **priority}
    # a name of those that come first may lie on a sign, but not on another name, where neither could be read
    second_best = {'allowDegraded': '1'} if part.bold else {}
    return {'placement': HORIZONTAL, 'centroidWhole': '1', **second_best, **priority}


def _along_line(part: Part, geometry: str) -> bool:
    return part.along == 'line' and 'Point' not in geometry
