"""Opens layers in QGIS and changes a value there and back, so that QGIS writes them. Arguments: GeoPackages.

Prints the number of features of each.
"""

import sys

from qgis.core import QgsApplication, QgsVectorLayer

app = QgsApplication([], False)
app.initQgis()
for file in sys.argv[1:]:
    layer = QgsVectorLayer(file, 'template', 'ogr')
    assert layer.isValid(), layer.error().message()
    for feature in layer.getFeatures():
        layer.startEditing()
        layer.changeGeometry(feature.id(), feature.geometry())
        for index in range(1, layer.fields().count()):
            layer.changeAttributeValue(feature.id(), index, feature[index])
        break
    assert layer.commitChanges(), layer.commitErrors()
    print(layer.featureCount())  # noqa: T201
