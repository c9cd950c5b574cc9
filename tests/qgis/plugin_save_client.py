"""Edits a layer in QGIS and saves all of it by the plugin, as JSON. Runs under the Python that has QGIS.

Finds the plugin by PYTHONPATH. Argument: the service's address. Reads a key from standard input.
"""

import json
import sys
from typing import Any

from dothi_qgis.catalogue import offered_layers, styled_layer
from dothi_qgis.connection import current_connection, keep_connection
from dothi_qgis.saving import save_together
from dothi_qgis.service import ServiceError
from qgis.core import QgsApplication, QgsFeature, QgsGeometry, QgsPointXY, QgsVectorLayer

E0, N0 = 570_000.0, 2_240_000.0
application = QgsApplication([], True)
application.initQgis()
application.authManager().setMasterPassword('of this profile', True)


def school(layer: QgsVectorLayer, code: str, x: float, **values: Any) -> QgsFeature:
    feature = QgsFeature(layer.fields())
    for name, value in {'code': code, 'name': 'Trường mới', 'level': 'primary', **values}.items():
        feature[name] = value
    feature.setGeometry(QgsGeometry.fromPointXY(QgsPointXY(E0 + x, N0)))
    return feature


def edit(layer: QgsVectorLayer) -> list[str]:
    """Sets 61 values, moves a school, adds two and deletes one that has the value; the codes, this one's last."""
    # the others that are edited on this day are the first ones
    features = [one for one in layer.getFeatures() if one['code'][0].isdigit()]
    features.sort(key=lambda one: one['code'], reverse=True)
    layer.startEditing()
    for feature in [*features[:60], features[61]]:
        layer.changeAttributeValue(feature.id(), layer.fields().indexOf('places'), 77)
    layer.changeGeometry(features[60].id(), QgsGeometry.fromPointXY(QgsPointXY(E0 + 0.125, N0 + 0.375)))
    layer.addFeatures([school(layer, 'TOGETHER-1', 1, places=5), school(layer, 'TOGETHER-2', 2)])
    layer.deleteFeature(features[61].id())
    return [feature['code'] for feature in features[:62]]


def copied(layer: QgsVectorLayer) -> str:
    """What is said of a new feature with the key of one that is changed, as a split makes it."""
    whole = next(feature for feature in layer.getFeatures() if feature['code'] == 'TOGETHER-1')
    layer.changeAttributeValue(whole.id(), layer.fields().indexOf('places'), 6)
    layer.addFeature(school(layer, 'TOGETHER-1', 5))
    try:
        save_together(current_connection(), layer, '')
    except ServiceError as error:
        return str(error)
    return ''


def refused(layer: QgsVectorLayer) -> str:
    """What is said of edits of which one lies outside of the province; they stay in the layer."""
    layer.addFeatures([school(layer, 'TOGETHER-3', 3), school(layer, 'TOGETHER-4', -600_000)])
    try:
        save_together(current_connection(), layer, '')
    except ServiceError as error:
        return str(error)
    return ''


connection = keep_connection(sys.argv[1], sys.stdin.readline().strip())
(offered,) = [one for one in offered_layers(connection) if one.id == 'schools']
layer = styled_layer(connection, offered)
codes = edit(layer)
release = save_together(connection, layer, 'Điều tra tháng 5')
answer = {
    'codes': codes,
    'release': release,
    'shown': sorted(feature['code'] for feature in layer.getFeatures() if feature['code'].startswith('TOGETHER')),
    'modified': layer.isModified(),
    'refused': refused(layer),
    'kept': len(layer.editBuffer().addedFeatures()),
    'selected': [feature['code'] for feature in layer.selectedFeatures()],
}
layer.rollBack()
layer.startEditing()
answer |= {'copied': copied(layer), 'copies': [number < 0 for number in layer.selectedFeatureIds()]}
sys.stdout.write(json.dumps(answer))
sys.stdout.flush()
layer.rollBack()
# before QGIS ends: a layer that outlives it ends in a fault
del layer
application.exitQgis()
