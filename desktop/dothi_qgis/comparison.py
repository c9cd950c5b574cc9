"""Two states of a layer held against each other: what was added, changed and removed, feature by feature."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from qgis.core import (
    QgsCategorizedSymbolRenderer,
    QgsEditorWidgetSetup,
    QgsFeature,
    QgsField,
    QgsFields,
    QgsGeometry,
    QgsRendererCategory,
    QgsSymbol,
    QgsVectorLayer,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QVariant
from qgis.PyQt.QtGui import QColor

from dothi_qgis.connection import ServiceConnection
from dothi_qgis.past import PastState, past_layer
from dothi_qgis.saving import plain_value
from dothi_qgis.service import read_json
from dothi_qgis.words import say

Change = Literal['added', 'changed', 'removed']
# Told apart also by people who see few colours (Okabe and Ito, 2008).
COLORS: Mapping[Change, str] = {'added': '#009e73', 'changed': '#e69f00', 'removed': '#cc3311'}
CHANGE, DETAIL, ID = 'change', 'change_detail', 'id'
DETAIL_WIDTH = 320
VALIDITY = ('primary-interval-start', 'primary-interval-end')


@dataclass(frozen=True)
class ComparedColumns:
    """Columns of a layer by what they are for. key: that tell which feature is which. titles: of those compared.

    words: by column with codes, what each code means.
    """

    key: Sequence[str]
    titles: Mapping[str, str]
    words: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class FeatureChange:
    """A feature that differs. feature: as it is, or as it was where it is gone. detail: what changed, in words."""

    change: Change
    feature: QgsFeature
    detail: str


def change_title(change: Change) -> str:
    """What a kind of change is called."""
    return {
        'added': say('Thêm mới', 'Added'),
        'changed': say('Thay đổi', 'Changed'),
        'removed': say('Bỏ đi', 'Removed'),
    }[change]


def read_columns(connection: ServiceConnection, collection_id: str) -> ComparedColumns:
    """The columns of a layer; of one with validity, versions of one unit are the same feature. Raises ServiceError."""
    schema = read_json(connection, f'/collections/{collection_id}/schema')
    days = {name for name, each in schema['properties'].items() if each.get('x-ogc-role') in VALIDITY}
    key = [name for name in schema.get('x-dothi-key', []) if name not in days] if days else [ID]
    compared = {
        name: each
        for name, each in schema['properties'].items()
        if name not in {ID, *days} and not each.get('format', '').startswith('geometry')
    }
    titles = {name: each.get('title', name) for name, each in compared.items()}
    words = {name: {code['const']: code['title'] for code in each.get('oneOf', [])} for name, each in compared.items()}
    return ComparedColumns(key or [ID], titles, {name: codes for name, codes in words.items() if codes})


def compare_states(before: PastState, after: PastState, columns: ComparedColumns) -> QgsVectorLayer:
    """A layer of what differs, in a colour for each kind of change; raises ServiceError."""
    old, new = past_layer(before), past_layer(after)
    changes = list_changes([*old.getFeatures()], [*new.getFeatures()], columns)
    title = f'{before.offered.title}: {before.moment.words} → {after.moment.words}'
    return _changes_layer(title, new, changes, columns)


def list_changes(old: Sequence[QgsFeature], new: Sequence[QgsFeature], columns: ComparedColumns) -> list[FeatureChange]:
    """What differs, in the order of kinds: added, changed, removed."""
    old_by_key, new_by_key = ({_key(each, columns): each for each in features} for features in (old, new))
    added = [FeatureChange('added', each, '') for key, each in new_by_key.items() if key not in old_by_key]
    removed = [FeatureChange('removed', each, '') for key, each in old_by_key.items() if key not in new_by_key]
    both = ((old_by_key[key], each) for key, each in new_by_key.items() if key in old_by_key)
    details = ((now, describe_change(was, now, columns)) for was, now in both)
    return [*added, *(FeatureChange('changed', now, detail) for now, detail in details if detail), *removed]


def describe_change(was: QgsFeature, now: QgsFeature, columns: ComparedColumns) -> str:
    """`Tên: A → B; hình học`; empty where nothing differs."""
    values = [
        f'{title}: {_words(was[name], columns.words.get(name))} → {_words(now[name], columns.words.get(name))}'
        for name, title in columns.titles.items()
        if was.fieldNameIndex(name) >= 0 and plain_value(was[name]) != plain_value(now[name])
    ]
    return '; '.join(
        values if is_same_shape(was.geometry(), now.geometry()) else [*values, say('hình học', 'geometry')]
    )


def is_same_shape(was: QgsGeometry, now: QgsGeometry) -> bool:
    """Whether two geometries are equal vertex by vertex, wherever the border of an area begins."""
    if was.asWkb() == now.asWkb():
        return True
    if was.isNull() or now.isNull() or was.type() != QgsWkbTypes.PolygonGeometry:
        return False
    shapes = QgsGeometry(was), QgsGeometry(now)
    for shape in shapes:
        shape.normalize()
    return bool(shapes[0].asWkb() == shapes[1].asWkb())


def count_changes(layer: QgsVectorLayer) -> dict[Change, int]:
    """How many features there are of each kind."""
    kinds = [feature[CHANGE] for feature in layer.getFeatures()]
    return {change: kinds.count(change) for change in COLORS}


def _key(feature: QgsFeature, columns: ComparedColumns) -> tuple[Any, ...]:
    return tuple(plain_value(feature[name]) for name in columns.key)


def _words(value: Any, codes: Mapping[str, str] | None) -> str:
    plain = plain_value(value)
    return '–' if plain is None else str((codes or {}).get(plain, plain))


def _changes_layer(
    title: str, like: QgsVectorLayer, changes: Sequence[FeatureChange], columns: ComparedColumns
) -> QgsVectorLayer:
    geometry = QgsWkbTypes.displayString(like.wkbType())
    layer = QgsVectorLayer(geometry, title, 'memory')
    layer.setCrs(like.crs())
    fields = QgsFields()
    for field in (QgsField(CHANGE, QVariant.String), QgsField(DETAIL, QVariant.String), *_own_fields(like)):
        fields.append(field)
    layer.dataProvider().addAttributes(fields)
    layer.updateFields()
    layer.dataProvider().addFeatures([_row(change, layer.fields()) for change in changes])
    layer.updateExtents()
    _dress(layer, columns)
    return layer


def _own_fields(layer: QgsVectorLayer) -> list[QgsField]:
    """The fields of the layer, without what only its own file checks."""
    return [QgsField(field.name(), field.type(), field.typeName()) for field in layer.fields()]


def _row(change: FeatureChange, fields: QgsFields) -> QgsFeature:
    row = QgsFeature(fields)
    row.setGeometry(change.feature.geometry())
    row[CHANGE], row[DETAIL] = change.change, change.detail
    for name in change.feature.fields().names():
        row[name] = change.feature[name]
    return row


def _dress(layer: QgsVectorLayer, columns: ComparedColumns) -> None:
    """Colours by kind of change, titles of the columns, and what changed as the tip of the map."""
    categories = [QgsRendererCategory(change, _symbol(layer, change), change_title(change)) for change in COLORS]
    layer.setRenderer(QgsCategorizedSymbolRenderer(CHANGE, categories))
    titles = {CHANGE: say('Loại thay đổi', 'Change'), DETAIL: say('Thay đổi gì', 'What changed'), **columns.titles}
    for name, title in titles.items():
        layer.setFieldAlias(layer.fields().indexOf(name), title)
    for name, words in {CHANGE: {change: change_title(change) for change in COLORS}, **columns.words}.items():
        choices = {'map': [{title: code} for code, title in words.items()]}
        layer.setEditorWidgetSetup(layer.fields().indexOf(name), QgsEditorWidgetSetup('ValueMap', choices))
    _widen(layer, DETAIL)
    layer.setDisplayExpression(f'"{CHANGE}" || \' \' || "{DETAIL}"')
    layer.setMapTipTemplate(f'[% "{DETAIL}" %]')


def _widen(layer: QgsVectorLayer, name: str) -> None:
    """Gives a column of the attribute table the room for sentences."""
    config = layer.attributeTableConfig()
    config.update(layer.fields())
    config.setColumnWidth(layer.fields().indexOf(name), DETAIL_WIDTH)
    layer.setAttributeTableConfig(config)


def _symbol(layer: QgsVectorLayer, change: Change) -> QgsSymbol:
    symbol = QgsSymbol.defaultSymbol(layer.geometryType())
    symbol.setColor(QColor(COLORS[change]))
    if layer.geometryType() == QgsWkbTypes.PointGeometry:
        symbol.setSize(3.2)
    if layer.geometryType() == QgsWkbTypes.LineGeometry:
        symbol.setWidth(0.8)
    if layer.geometryType() == QgsWkbTypes.PolygonGeometry:
        symbol.setOpacity(0.6)
    return symbol
