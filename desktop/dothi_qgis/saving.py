"""All edits of a layer that are not saved yet, saved as one release with a message, or none of them."""

import json
from collections.abc import Sequence
from typing import Any

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsDataSourceUri,
    QgsFeature,
    QgsFeatureRequest,
    QgsGeometry,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QDate, QDateTime, Qt, QVariant

from dothi_qgis.connection import ServiceConnection
from dothi_qgis.service import ServiceError, post_json, read_json
from dothi_qgis.words import say

CRS84 = 'http://www.opengis.net/def/crs/OGC/1.3/CRS84'


def save_together(connection: ServiceConnection, layer: QgsVectorLayer, message: str) -> int | None:
    """The number of the release, or None where the edits wait for review; raises ServiceError, and keeps the edits.

    Afterwards the layer shows what the service has, and can be edited on.
    """
    collection = collection_of(connection, layer)
    key = read_json(connection, f'/collections/{collection}/schema').get('x-dothi-key', [])
    if not key:
        raise ServiceError(
            say('Lớp này không có mã khóa: lưu bằng Save Layer Edits.', 'The layer has no key: use Save Layer Edits.')
        )
    edits = edits_of(layer, key)
    headers = {'Content-Crs': f'<{crs_uri(layer.crs())}>'}
    answer = post_json(connection, f'/collections/{collection}/edits', {'message': message, **edits}, headers)
    layer.rollBack()
    layer.dataProvider().reloadData()
    layer.triggerRepaint()
    layer.startEditing()
    release = answer['release']
    return None if release is None else int(release)


def collection_of(connection: ServiceConnection, layer: QgsVectorLayer) -> str:
    """The collection that the layer shows; raises ServiceError where it is of another service, or is not edited."""
    source = QgsDataSourceUri(layer.source())
    if layer.providerType() != 'OAPIF' or source.param('url') != connection.api_url:
        raise ServiceError(say('Lớp này không thuộc dịch vụ.', 'The layer does not come from the service.'))
    if not layer.isEditable() or not layer.isModified():
        raise ServiceError(say('Lớp chưa có sửa đổi nào.', 'The layer has no edits.'))
    return source.param('typename')


def edits_of(layer: QgsVectorLayer, key: Sequence[str]) -> dict[str, Any]:
    """What the edit buffer of the layer holds, as the service takes it; features are named by their keys."""
    buffer = layer.editBuffer()
    values, shapes = buffer.changedAttributeValues(), buffer.changedGeometries()
    return {
        'added': [_new_feature(layer, feature) for feature in buffer.addedFeatures().values()],
        'changed': [
            {'key': _stored_key(layer, number, key), **_changes(layer, values.get(number, {}), shapes.get(number))}
            for number in sorted({*values, *shapes})
        ],
        'deleted': [{'key': _stored_key(layer, number, key)} for number in buffer.deletedFeatureIds()],
    }


def crs_uri(crs: QgsCoordinateReferenceSystem) -> str:
    """The system by its URI; degrees are sent as longitude and latitude."""
    authority, _, code = crs.authid().partition(':')
    return CRS84 if crs.isGeographic() else f'http://www.opengis.net/def/crs/{authority}/0/{code}'


def _new_feature(layer: QgsVectorLayer, feature: QgsFeature) -> dict[str, Any]:
    names = layer.fields().names()
    properties = {name: plain_value(feature[name]) for name in names}
    return {'type': 'Feature', 'geometry': _geometry(layer, feature.geometry()), 'properties': properties}


def _changes(layer: QgsVectorLayer, values: dict[int, Any], shape: QgsGeometry | None) -> dict[str, Any]:
    names = layer.fields().names()
    changes: dict[str, Any] = {'properties': {names[at]: plain_value(value) for at, value in values.items()}}
    return changes if shape is None else changes | {'geometry': _geometry(layer, shape)}


def _stored_key(layer: QgsVectorLayer, number: int, key: Sequence[str]) -> dict[str, Any]:
    """The key of a feature as the service has it, whatever was typed since."""
    # read to its end: QGIS 3.40 can crash where an iterator ends before its download
    [stored] = layer.dataProvider().getFeatures(QgsFeatureRequest(number))
    return {name: plain_value(stored[name]) for name in key}


def _geometry(layer: QgsVectorLayer, shape: QgsGeometry) -> dict[str, Any] | None:
    """As GeoJSON, in the order of axes of the layer's system."""
    if shape.isNull():
        return None
    sent = QgsGeometry(shape)
    if layer.crs().hasAxisInverted() and not layer.crs().isGeographic():
        sent.get().swapXy()
    return dict(json.loads(sent.asJson(17)))


def plain_value(value: Any) -> Any:
    """A value as JSON has it."""
    if value is None or (isinstance(value, QVariant) and value.isNull()):
        return None
    if isinstance(value, QDateTime):
        return value.toUTC().toString(Qt.ISODate)
    return value.toString(Qt.ISODate) if isinstance(value, QDate) else value
