"""Draws layers in QGIS with given styles and tells what QGIS made of them. Runs under the Python that has QGIS.

Reads a list of pieces of work as JSON from standard input, and writes a list of answers.
"""

import json
import sys
from typing import Any

from qgis.core import (
    QgsApplication,
    QgsExpression,
    QgsExpressionContext,
    QgsExpressionContextUtils,
    QgsMapLayer,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsMapToPixel,
    QgsPointXY,
    QgsRasterLayer,
    QgsRectangle,
    QgsRuleBasedLabeling,
    QgsRuleBasedRenderer,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor, QImage

# A piece of work, as it is read.
type Work = dict[str, Any]
type Rule = QgsRuleBasedRenderer.Rule | QgsRuleBasedLabeling.Rule

application = QgsApplication([], False)
application.initQgis()
said: list[str] = []
application.messageLog().messageReceived.connect(lambda message, tag, level: said.append(f'{tag}: {message}'))


def colours(image: QImage, transform: QgsMapToPixel, points: list[tuple[float, float]]) -> list[str]:
    """The colours at points of the map, as #rrggbb."""
    pixels = [transform.transform(QgsPointXY(x, y)) for x, y in points]
    return [image.pixelColor(round(at.x() - 0.5), round(at.y() - 0.5)).name() for at in pixels]


def drawn(layer: QgsMapLayer, work: Work) -> dict[str, Any]:
    """A map of the layer alone, at 96 pixels to the inch."""
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setDestinationCrs(layer.crs())
    settings.setExtent(QgsRectangle(*work['box']))
    settings.setOutputSize(QSize(*work['size']))
    settings.setOutputDpi(96)
    settings.setBackgroundColor(QColor('white'))
    context = QgsExpressionContext(QgsExpressionContextUtils.globalProjectLayerScopes(layer))
    context.appendScope(QgsExpressionContextUtils.mapSettingsScope(settings))
    settings.setExpressionContext(context)
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    job.renderedImage().save(work['picture'])
    found = colours(job.renderedImage(), settings.mapToPixel(), work['points'])
    return {'scale': settings.scale(), 'colours': found, 'errors': [error.message for error in job.errors()]}


def told(rule: Rule) -> dict[str, Any]:
    """A rule with those below it."""
    return {'label': rule.label(), 'filter': rule.filterExpression(), 'rules': [told(one) for one in rule.children()]}


def below(rule: Rule) -> list[Rule]:
    """A rule and all below it."""
    return [rule] + [one for child in rule.children() for one in below(child)]


def expressions(layer: QgsVectorLayer) -> list[str]:
    """All expressions of a style: of filters and of what differs by scale."""
    drawing = below(layer.renderer().rootRule()) if isinstance(layer.renderer(), QgsRuleBasedRenderer) else []
    rules = drawing + (below(layer.labeling().rootRule()) if layer.labeling() else [])
    filters = [rule.filterExpression() for rule in rules]
    symbols = [rule.symbol() for rule in drawing if rule.symbol()]
    properties = [one.dataDefinedProperties() for symbol in symbols for one in symbol.symbolLayers()]
    found = [each.property(key).expressionString() for each in properties for key in each.propertyKeys()]
    return [text for text in filters + found if text and text != 'ELSE']


def raster_answer(work: Work) -> dict[str, Any]:
    """What came of a raster, a text file of cells."""
    layer = QgsRasterLayer(work['file'], 'layer')
    message, well = layer.loadNamedStyle(work['style'])
    told = {'well': layer.isValid() and well, 'message': message, 'renderer': layer.renderer().type()}
    return {**told, 'expressions': [], **drawn(layer, work), 'said': list(said)}


def answer(work: Work) -> dict[str, Any]:
    said.clear()
    if work['file'].endswith('.asc'):
        return raster_answer(work)
    layer = QgsVectorLayer(work['file'], 'layer', work.get('provider', 'ogr'))
    load = layer.loadSldStyle if work['style'].endswith('.sld') else layer.loadNamedStyle
    message, well = load(work['style'])
    renderer, labels = layer.renderer(), layer.labeling()
    ruled = renderer.type() == 'RuleRenderer'
    return {
        'well': layer.isValid() and well,
        'message': message,
        'renderer': renderer.type(),
        'rules': told(renderer.rootRule())['rules'] if ruled else [],
        'labels': labels.type() if labels else None,
        'aliases': {field.name(): field.alias() for field in layer.fields() if field.alias()},
        'expressions': expressions(layer) if work['style'].endswith('.qml') else [],
        **(drawn(layer, work) if 'box' in work else {}),
        'said': list(said),
    }


def with_wrong_expressions(told: dict[str, Any]) -> dict[str, Any]:
    told['wrong'] = [text for text in told['expressions'] if QgsExpression(text).hasParserError()]
    return told


sys.stdout.write(json.dumps([with_wrong_expressions(answer(work)) for work in json.load(sys.stdin)]))
sys.stdout.flush()
application.exitQgis()
