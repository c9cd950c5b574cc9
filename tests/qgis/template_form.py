"""Opens a template in QGIS, says what its form is, and adds a feature as somebody would who fills it in.

Arguments: the GeoPackage, and the attributes and place of the feature as JSON. Writes JSON: of each field the title,
the widget and what it must hold; and whether the feature was taken.
"""

import json
import sys
from typing import Any

from qgis.core import (
    QgsApplication,
    QgsFeature,
    QgsFieldConstraints,
    QgsGeometry,
    QgsPointXY,
    QgsVectorLayer,
    QgsVectorLayerUtils,
)

CONSTRAINTS = {
    'not_null': QgsFieldConstraints.ConstraintNotNull,
    'unique': QgsFieldConstraints.ConstraintUnique,
    'expression': QgsFieldConstraints.ConstraintExpression,
}


def field_form(layer: QgsVectorLayer, index: int) -> dict[str, Any]:
    field, setup = layer.fields().at(index), layer.editorWidgetSetup(index)
    kept = layer.fieldConstraints(index)
    return {
        'title': layer.attributeAlias(index),
        'widget': setup.type(),
        'values': [entry for values in setup.config().get('map', []) for entry in values.items()],
        'must': sorted(name for name, flag in CONSTRAINTS.items() if kept & flag),
        'name': field.name(),
    }


def add(layer: QgsVectorLayer, wanted: dict[str, Any]) -> tuple[list[str], bool]:
    feature = QgsFeature(layer.fields())
    for name, value in wanted['attributes'].items():
        feature[name] = value
    feature.setGeometry(QgsGeometry.fromPointXY(QgsPointXY(*wanted['place'])))
    broken = [
        name
        for name in wanted['attributes']
        if not QgsVectorLayerUtils.validateAttribute(layer, feature, layer.fields().indexOf(name))[0]
    ]
    layer.startEditing()
    return broken, bool(not broken and layer.addFeature(feature) and layer.commitChanges())


app = QgsApplication([], False)
app.initQgis()
layer = QgsVectorLayer(sys.argv[1], 'template', 'ogr')
assert layer.isValid(), layer.error().message()
fields = {form['name']: form for form in (field_form(layer, i) for i in range(layer.fields().count()))}
broken, taken = add(layer, json.loads(sys.argv[2]))
print(json.dumps({'fields': fields, 'broken': broken, 'taken': taken}))  # noqa: T201
