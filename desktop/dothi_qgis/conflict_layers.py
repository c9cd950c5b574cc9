"""The versions of a feature in conflict as layers, each in its colour."""

import json
from collections.abc import Mapping
from typing import Any

from qgis.core import (
    QgsFillSymbol,
    QgsJsonUtils,
    QgsLineSymbol,
    QgsMarkerSymbol,
    QgsProject,
    QgsSingleSymbolRenderer,
    QgsSymbol,
    QgsVectorLayer,
    QgsWkbTypes,
)

from dothi_qgis.conflicts import VERSIONS, version_title
from dothi_qgis.words import say

# Told apart also by people who see few colours (Okabe and Ito, 2008).
COLORS = {'base': '#666666', 'edit': '#0072b2', 'delivery': '#d55e00'}


def version_layers(conflict: Mapping[str, Any]) -> dict[str, QgsVectorLayer]:
    """By version its layer; one that has no geometry, or was deleted, has none."""
    shapes = {version: conflict['shapes'][version] for version in VERSIONS}
    return {version: _layer(conflict, version, shape) for version, shape in shapes.items() if shape is not None}


def add_versions(conflict: Mapping[str, Any]) -> list[QgsVectorLayer]:
    """The layers in a group of their own on top of the project."""
    title = say(f'Mâu thuẫn {conflict["id"]}', f'Conflict {conflict["id"]}') + f': {conflict["layer_title"]}'
    group = QgsProject.instance().layerTreeRoot().insertGroup(0, title)
    layers = list(version_layers(conflict).values())
    for layer in layers:
        QgsProject.instance().addMapLayer(layer, False)
        group.addLayer(layer)
    return layers


def _layer(conflict: Mapping[str, Any], version: str, shape: Mapping[str, Any]) -> QgsVectorLayer:
    feature = {'type': 'Feature', 'geometry': shape, 'properties': conflict[version] or {}}
    text = json.dumps({'type': 'FeatureCollection', 'features': [feature]})
    fields = QgsJsonUtils.stringToFields(text)
    layer = QgsVectorLayer(f'{shape["type"]}?crs=EPSG:4326', version_title(version), 'memory')
    layer.dataProvider().addAttributes(fields)
    layer.updateFields()
    layer.dataProvider().addFeatures(QgsJsonUtils.stringToFeatureList(text, fields))
    layer.updateExtents()
    layer.setRenderer(QgsSingleSymbolRenderer(_symbol(layer, COLORS[version])))
    return layer


def _symbol(layer: QgsVectorLayer, color: str) -> QgsSymbol:
    kind = layer.geometryType()
    if kind == QgsWkbTypes.PointGeometry:
        return QgsMarkerSymbol.createSimple({'color': color, 'size': '4', 'outline_color': 'white'})
    if kind == QgsWkbTypes.LineGeometry:
        return QgsLineSymbol.createSimple({'color': color, 'width': '0.9'})
    return QgsFillSymbol.createSimple({'color': f'{color}40', 'outline_color': color, 'outline_width': '0.7'})
