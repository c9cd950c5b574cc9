"""Writes a QGIS project of layers in plain pixels, from JSON on its standard input. Runs under the system's Python."""

import json
import sys
from typing import Any

from qgis.core import (
    Qgis,
    QgsApplication,
    QgsCategorizedSymbolRenderer,
    QgsCoordinateReferenceSystem,
    QgsDataSourceUri,
    QgsFillSymbol,
    QgsLineSymbol,
    QgsMarkerSymbol,
    QgsNullSymbolRenderer,
    QgsPalLayerSettings,
    QgsProject,
    QgsRendererCategory,
    QgsSimpleFillSymbolLayer,
    QgsSimpleLineSymbolLayer,
    QgsSimpleMarkerSymbolLayer,
    QgsSymbol,
    QgsSymbolLayer,
    QgsTextBufferSettings,
    QgsTextFormat,
    QgsVectorLayer,
    QgsVectorLayerSimpleLabeling,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QColor, QFont

PIXELS = Qgis.RenderUnit.Pixels
SYMBOLS = {'Point': QgsMarkerSymbol, 'LineString': QgsLineSymbol, 'Polygon': QgsFillSymbol}
GEOMETRIES = {
    'Point': QgsWkbTypes.Type.Point,
    'LineString': QgsWkbTypes.Type.MultiLineString,
    'Polygon': QgsWkbTypes.Type.MultiPolygon,
}


def main(order: Any) -> None:
    project = QgsProject.instance()
    project.setCrs(QgsCoordinateReferenceSystem('EPSG:3857'))
    project.setBackgroundColor(QColor(order['background']))
    # the metadata of layers are trusted: no query for an extent or a unique key when the project is opened
    project.setTrustLayerMetadata(True)
    group = project.layerTreeRoot().addGroup(order['group'])
    for sheet in reversed(order['sheets']):
        layer = vector_layer(sheet, order['connection'])
        project.addMapLayer(layer, False)
        group.addLayer(layer)
    project.writeEntry('WMSCrsList', '/', ['EPSG:3857'])
    project.writeEntry('WMSImageQuality', '/', 90)
    if not project.write(order['file']):
        sys.exit(project.error())


def vector_layer(sheet: Any, connection: Any) -> QgsVectorLayer:
    source = QgsDataSourceUri()
    source.setConnection(*(connection[name] for name in ('host', 'port', 'database', 'user', 'password')))
    source.setDataSource('', sheet['rows'], 'geom_wgs84', '', 'id')
    source.setSrid('4326')
    source.setWkbType(GEOMETRIES[sheet['geometry']])
    source.setUseEstimatedMetadata(True)
    layer = QgsVectorLayer(source.uri(False), sheet['id'], 'postgres')
    if not layer.isValid():
        sys.exit(f'{sheet["id"]}: {layer.error().message()} {layer.dataProvider().error().message()}')
    layer.setShortName(sheet['id'])
    layer.setRenderer(renderer(sheet))
    if sheet['label']:
        layer.setLabeling(labels(sheet['label']))
        layer.setLabelsEnabled(True)
    return layer


def renderer(sheet: Any) -> Any:
    categories = [
        QgsRendererCategory(look, symbol(sheet['geometry'], strokes), look)
        for look, strokes in sheet['looks'].items()
        if strokes
    ]
    if not categories:
        return QgsNullSymbolRenderer()
    made = QgsCategorizedSymbolRenderer('look', categories)
    # casings of all features before lines of any
    made.setUsingSymbolLevels(sheet['geometry'] == 'LineString')
    return made


def symbol(geometry: str, strokes: list[Any]) -> QgsSymbol:
    made = SYMBOLS[geometry]()
    made.deleteSymbolLayer(0)
    for number, stroke in enumerate(strokes):
        layer = symbol_layer(stroke)
        layer.setRenderingPass(number)
        made.appendSymbolLayer(layer)
    return made


def symbol_layer(stroke: Any) -> QgsSymbolLayer:
    color, outline = QColor(*stroke['colour']), stroke['outline'] and QColor(*stroke['outline'])
    if stroke['kind'] == 'line':
        return line(color, stroke)
    if stroke['kind'] == 'fill':
        made = QgsSimpleFillSymbolLayer(color)
        made.setStrokeStyle(Qt.PenStyle.SolidLine if outline else Qt.PenStyle.NoPen)
    else:
        made = QgsSimpleMarkerSymbolLayer(Qgis.MarkerShape.Circle, stroke['size'])
        made.setSizeUnit(PIXELS)
        made.setColor(color)
        made.setStrokeStyle(Qt.PenStyle.SolidLine if outline else Qt.PenStyle.NoPen)
    if outline:
        made.setStrokeColor(outline)
        made.setStrokeWidth(stroke['width'])
        made.setStrokeWidthUnit(PIXELS)
    return made


def line(color: QColor, stroke: Any) -> QgsSimpleLineSymbolLayer:
    made = QgsSimpleLineSymbolLayer(color, stroke['width'])
    made.setWidthUnit(PIXELS)
    if stroke['dash']:
        made.setUseCustomDashPattern(True)
        made.setCustomDashVector([length * stroke['width'] for length in stroke['dash']])
        made.setCustomDashPatternUnit(PIXELS)
        made.setPenCapStyle(Qt.PenCapStyle.FlatCap)
    else:
        made.setPenCapStyle(Qt.PenCapStyle.RoundCap)
        made.setPenJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return made


def labels(label: Any) -> QgsVectorLayerSimpleLabeling:
    form = QgsTextFormat()
    form.setFont(QFont('DejaVu Sans'))
    form.setSize(label['size'])
    form.setSizeUnit(PIXELS)
    form.setColor(QColor(*label['colour']))
    if label['halo']:
        halo = QgsTextBufferSettings()
        halo.setEnabled(True)
        halo.setSize(1.4)
        halo.setSizeUnit(PIXELS)
        halo.setColor(QColor(*label['halo']))
        form.setBuffer(halo)
    settings = QgsPalLayerSettings()
    settings.fieldName = 'label'
    settings.setFormat(form)
    return QgsVectorLayerSimpleLabeling(settings)


if __name__ == '__main__':
    application = QgsApplication([], False)
    application.initQgis()
    main(json.load(sys.stdin))
    sys.stdout.flush()
    application.exitQgis()
