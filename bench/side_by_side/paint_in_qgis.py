"""Paints layers as QGIS does, from wherever it can add them; the order is JSON on standard input. System's Python."""

import json
import sys
from typing import Any

from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsDataSourceUri,
    QgsExpressionContext,
    QgsExpressionContextUtils,
    QgsMapLayer,
    QgsMapRendererSequentialJob,
    QgsMapSettings,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
    QgsVectorLayer,
    QgsVectorTileLayer,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor, QFontDatabase


def postgis_layer(order: dict[str, Any]) -> QgsVectorLayer:
    """Rows of the database in the style of a QML file."""
    source = QgsDataSourceUri()
    source.setConnection(*order['connection'])
    source.setDataSource('', order['rows'], 'geom_wgs84', '', 'id')
    source.setSrid('4326')
    source.setWkbType(QgsWkbTypes.parseType(order['geometry']))
    source.setUseEstimatedMetadata(True)
    layer = QgsVectorLayer(source.uri(False), order['id'], 'postgres')
    message, is_loaded = layer.loadNamedStyle(order['style'])
    if not is_loaded:
        sys.exit(f'{order["style"]}: {message}')
    return layer


def picture_layer(order: dict[str, Any]) -> QgsRasterLayer:
    """Pictures by WMS or WMTS."""
    return QgsRasterLayer(order['address'], order['id'], 'wms')


def tile_layer(order: dict[str, Any]) -> QgsVectorTileLayer:
    """Vector tiles in the style that their address names."""
    layer = QgsVectorTileLayer(order['address'], order['id'])
    layer.loadDefaultStyle()
    return layer


def project_layer(order: dict[str, Any]) -> QgsMapLayer:
    """A layer of the platform's project."""
    project = QgsProject.instance()
    if project.fileName() != order['project'] and not project.read(order['project']):
        sys.exit(f'{order["project"]}: {project.error()}')
    return project.mapLayer(order['id'])


LAYERS = {'postgis': postgis_layer, 'picture': picture_layer, 'tiles': tile_layer, 'project': project_layer}


def valid_layer(order: dict[str, Any]) -> QgsMapLayer:
    """The layer; the program ends where QGIS cannot open it."""
    layer = LAYERS[order['kind']](order)
    if layer is None or not layer.isValid():
        sys.exit(f'{order["id"]}: {layer.error().message() if layer else "not in the project"}')
    return layer


def map_settings(order: dict[str, Any], layers: list[QgsMapLayer]) -> QgsMapSettings:
    """layers: the lowest first."""
    settings = QgsMapSettings()
    settings.setLayers(list(reversed(layers)))
    settings.setDestinationCrs(QgsCoordinateReferenceSystem('EPSG:3857'))
    settings.setTransformContext(QgsProject.instance().transformContext())
    settings.setExtent(QgsRectangle(*order['box']))
    settings.setOutputSize(QSize(*order['size']))
    settings.setOutputDpi(96)
    settings.setBackgroundColor(QColor(order['background']))
    # sizes by scale ask for the scale of the map, as a canvas tells it
    context = QgsExpressionContext()
    context.appendScope(QgsExpressionContextUtils.mapSettingsScope(settings))
    settings.setExpressionContext(context)
    return settings


def main(order: dict[str, Any]) -> None:
    for file in order['fonts']:
        QFontDatabase.addApplicationFont(file)
    layers = [valid_layer(described) for described in order['layers']]
    for layer in layers:
        if isinstance(layer, QgsVectorLayer):
            layer.setLabelsEnabled(layer.labelsEnabled() and order['labels'])
    job = QgsMapRendererSequentialJob(map_settings(order, layers))
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
