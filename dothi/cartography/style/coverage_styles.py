"""The drawing of a coverage as QML and SLD: one band in the colours of its ramp."""

from xml.etree.ElementTree import Element, SubElement, tostring

from dothi.cartography.style.qml import DOCTYPE, VERSION
from dothi.cartography.style.sld import SLD, describe, document, written
from dothi.cartography.style.sld_symbols import inside
from dothi.core.coverage import Coverage
from dothi.core.text import Lang, Text

TITLE = Text(vi='Mặc định', en='Default')


def coverage_qml(coverage: Coverage) -> str:
    """The QML of a raster whose bands are the coverage's: `singlebandpseudocolor`, linear between the stops.

    QGIS lays a hillshade over colours only as a layer of its own, so there is none in it.
    """
    made = Element('qgis', {'version': VERSION, 'styleCategories': 'Symbology'})
    pipe = SubElement(made, 'pipe')
    values = [value for value, _ in coverage.publish.ramp]
    ends = {'classificationMin': f'{values[0]:g}', 'classificationMax': f'{values[-1]:g}'}
    kind = {'type': 'singlebandpseudocolor', 'band': str(_band(coverage)), 'opacity': '1', 'alphaBand': '-1'}
    renderer = SubElement(pipe, 'rasterrenderer', kind | ends)
    SubElement(renderer, 'rasterTransparency')
    shader = {'colorRampType': 'INTERPOLATED', 'classificationMode': '1', 'clip': '0'}
    limits = {'minimumValue': ends['classificationMin'], 'maximumValue': ends['classificationMax']}
    ramp = SubElement(SubElement(renderer, 'rastershader'), 'colorrampshader', shader | limits)
    for value, colour in coverage.publish.ramp:
        attributes = {'value': f'{value:g}', 'color': colour, 'alpha': '255', 'label': _label(coverage, value)}
        SubElement(ramp, 'item', attributes)
    SubElement(made, 'blendMode').text = '0'
    return DOCTYPE + tostring(made, encoding='unicode')


def coverage_sld(coverage: Coverage, lang: Lang = 'vi') -> str:
    """The SLD of a coverage: a RasterSymbolizer with its colours, and a relief where its file asks for a hillshade."""
    made = document(coverage.id, coverage.title, lang)
    style = SubElement(made[0], f'{{{SLD}}}UserStyle')
    inside(style, 'Name', 'default')
    describe(style, TITLE, lang)
    SubElement(style, f'{{{SLD}}}IsDefault').text = 'true'
    rule = inside(inside(style, 'CoverageStyle'), 'Rule')
    inside(rule, 'Name', coverage.publish.band)
    describe(rule, coverage.bands[coverage.publish.band].title, lang)
    symbolizer = inside(rule, 'RasterSymbolizer')
    channel = inside(inside(symbolizer, 'ChannelSelection'), 'GrayChannel')
    inside(channel, 'SourceChannelName', str(_band(coverage)))
    _colour_map(symbolizer, coverage)
    if coverage.publish.hillshade:
        relief = inside(symbolizer, 'ShadedRelief')
        inside(relief, 'BrightnessOnly', 'false')
        inside(relief, 'ReliefFactor', f'{coverage.publish.hillshade:g}')
    return written(made)


def _colour_map(symbolizer: Element, coverage: Coverage) -> None:
    """OGC 05-077r4, 11.6.3: linear between the points, and the last word for values that are none."""
    options = {'fallbackValue': '#ffffff', 'mode': 'linear', 'method': 'color'}
    made = inside(inside(symbolizer, 'ColorMap'), 'Interpolate', **options)
    inside(made, 'LookupValue', 'Rasterdata')
    for value, colour in coverage.publish.ramp:
        point = inside(made, 'InterpolationPoint')
        inside(point, 'Data', f'{value:g}')
        inside(point, 'Value', colour)


def _band(coverage: Coverage) -> int:
    """The number of the band, which GeoTIFFs count from 1."""
    return list(coverage.bands).index(coverage.publish.band) + 1


def _label(coverage: Coverage, value: float) -> str:
    unit = coverage.bands[coverage.publish.band].unit
    return f'{value:g} {unit}' if unit else f'{value:g}'
