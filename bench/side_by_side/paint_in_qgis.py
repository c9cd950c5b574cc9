"""Paints layers of PostGIS in the styles of QML files, as asked for in JSON on standard input. System's Python."""

import json
import sys
from typing import Any

from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsDataSourceUri,
    QgsExpressionContext,
    QgsExpressionContextUtils,
    QgsMapRendererSequentialJob,
    QgsMapSettings,
    QgsRectangle,
    QgsVectorLayer,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor


def vector_layer(order: Any, connection: list[str]) -> QgsVectorLayer:
    source = QgsDataSourceUri()
    source.setConnection(*connection)
    source.setDataSource('', order['rows'], 'geom_wgs84', '', 'id')
    source.setSrid('4326')
    source.setWkbType(QgsWkbTypes.parseType(order['geometry']))
    source.setUseEstimatedMetadata(True)
    layer = QgsVectorLayer(source.uri(False), order['id'], 'postgres')
    if not layer.isValid():
        sys.exit(f'{order["id"]}: {layer.error().message()} {layer.dataProvider().error().message()}')
    message, is_loaded = layer.loadNamedStyle(order['style'])
    if not is_loaded:
        sys.exit(f'{order["style"]}: {message}')
    return layer


def main(order: Any) -> None:
    layers = [vector_layer(described, order['connection']) for described in order['layers']]
    for layer in layers:
        layer.setLabelsEnabled(layer.labelsEnabled() and order['labels'])
    settings = QgsMapSettings()
    settings.setLayers(list(reversed(layers)))
    settings.setDestinationCrs(QgsCoordinateReferenceSystem('EPSG:3857'))
    settings.setExtent(QgsRectangle(*order['box']))
    settings.setOutputSize(QSize(*order['size']))
    settings.setOutputDpi(96)
    settings.setBackgroundColor(QColor(order['background']))
    # sizes by scale ask for the scale of the map, as a canvas tells it
    context = QgsExpressionContext()
    context.appendScope(QgsExpressionContextUtils.mapSettingsScope(settings))
    settings.setExpressionContext(context)
    job = QgsMapRendererSequentialJob(settings)
    job.start()
    job.waitForFinished()
    if job.errors():
        sys.exit('; '.join(f'{error.layerID}: {error.message}' for error in job.errors()))
    job.renderedImage().save(order['file'])


if __name__ == '__main__':
    application = QgsApplication([], False)
    application.initQgis()
    main(json.load(sys.stdin))
    sys.stdout.flush()
    application.exitQgis()
