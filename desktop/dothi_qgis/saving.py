"""All edits of a layer that are not saved yet, saved as one release with a message, or none of them."""

import json
import re
from collections.abc import Mapping, Sequence
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

# Of what a fault of the service speaks: `/changed/0/properties/code`.
POINTER = re.compile(r'/(added|changed|deleted)/(\d+)(?:/properties/(\w+))?')
CRS84 = 'http://www.opengis.net/def/crs/OGC/1.3/CRS84'


def save_together(connection: ServiceConnection, layer: QgsVectorLayer, message: str) -> int | None:
    """The number of the release, or None where the edits wait for review; raises ServiceError, and keeps the edits.

    Features with which something is wrong are selected then. Otherwise the layer shows what the service has, and can
    be edited on.
    """
    collection = collection_of(connection, layer)
    key = read_json(connection, f'/collections/{collection}/schema').get('x-dothi-key', [])
    if not key:
        raise ServiceError(
            say('Lớp này không có mã khóa: lưu bằng Save Layer Edits.', 'The layer has no key: use Save Layer Edits.')
        )
    numbers = edited_numbers(layer)
    _must_have_own_keys(layer, numbers, key)
    headers = {'Content-Crs': f'<{crs_uri(layer.crs())}>'}
    document = {'message': message, **edits_of(layer, key, numbers)}
    try:
        answer = post_json(connection, f'/collections/{collection}/edits', document, headers)
    except ServiceError as error:
        raise _pointed_out(layer, numbers, key, error) from None
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


def edited_numbers(layer: QgsVectorLayer) -> dict[str, list[int]]:
    """The numbers that QGIS has for features added, changed and deleted; one that was changed first is but deleted."""
    buffer = layer.editBuffer()
    deleted = [*buffer.deletedFeatureIds()]
    changed = {*buffer.changedAttributeValues(), *buffer.changedGeometries()}
    return {'added': [*buffer.addedFeatures()], 'changed': sorted(changed - {*deleted}), 'deleted': deleted}


def edits_of(layer: QgsVectorLayer, key: Sequence[str], numbers: Mapping[str, Sequence[int]]) -> dict[str, Any]:
    """What the edit buffer of the layer holds, as the service takes it; features are named by their keys."""
    buffer = layer.editBuffer()
    added, values, shapes = buffer.addedFeatures(), buffer.changedAttributeValues(), buffer.changedGeometries()
    return {
        'added': [_new_feature(layer, added[number]) for number in numbers['added']],
        'changed': [
            {'key': _stored_key(layer, number, key), **_changes(layer, values.get(number, {}), shapes.get(number))}
            for number in numbers['changed']
        ],
        'deleted': [{'key': _stored_key(layer, number, key)} for number in numbers['deleted']],
    }


def _must_have_own_keys(layer: QgsVectorLayer, numbers: Mapping[str, Sequence[int]], key: Sequence[str]) -> None:
    """Raises ServiceError where new features have the key of another edited one, as after a split; selects them."""
    other_keys = {_key_words(layer, number, key) for number in numbers['changed']}
    twins: dict[int, str] = {}
    for number in numbers['added']:
        words = _key_words(layer, number, key)
        if words in other_keys:
            twins[number] = words
        other_keys.add(words)
    if not twins:
        return
    layer.selectByIds([*twins])
    codes = ', '.join(dict.fromkeys(twins.values()))
    raise ServiceError(say(
        f'{len(twins)} đối tượng mới có mã của đối tượng khác ({codes}), như sau khi tách. '
        'Ghi mã riêng cho những đối tượng đang được chọn, rồi lưu lại.',
        f'{len(twins)} new features have the key of another one ({codes}), as after a split. '
        'Give those that are selected keys of their own, and save again.',
    ))  # fmt: skip


def _pointed_out(
    layer: QgsVectorLayer, numbers: Mapping[str, Sequence[int]], key: Sequence[str], error: ServiceError
) -> ServiceError:
    """The error with features by their keys and columns by their titles; the features are selected."""
    faulty = [numbers[kind][int(place)] for kind, place, _ in POINTER.findall(str(error))]
    if faulty:
        layer.selectByIds(faulty)

    def words(found: re.Match[str]) -> str:
        kind, place, column = found.groups()
        name = _key_words(layer, numbers[kind][int(place)], key) or say('đối tượng', 'feature')
        return f'{name}, {layer.attributeDisplayName(layer.fields().indexOf(column))}' if column else name

    return type(error)(POINTER.sub(words, str(error)))


def _key_words(layer: QgsVectorLayer, number: int, key: Sequence[str]) -> str:
    """The key of a feature as it was typed; '' without one."""
    feature = layer.getFeature(number)
    # one that is deleted is no more in the layer
    values = [plain_value(feature[name]) for name in key] if feature.isValid() else []
    return ' '.join(str(value) for value in values if value is not None)


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
