"""Opens a layer in QGIS, moves points and writes numbers, as somebody at the desk would.

Arguments: the GeoPackage, its layer, and by row (column `hang`) a longitude and latitude or a number for `noi_so`, as
JSON. Prints how many features were changed.
"""

import json
import sys

from qgis.core import QgsApplication, QgsGeometry, QgsPointXY, QgsVectorLayer

app = QgsApplication([], False)
app.initQgis()
layer = QgsVectorLayer(f'{sys.argv[1]}|layername={sys.argv[2]}', 'waiting', 'ogr')
assert layer.isValid(), layer.error().message()
changes = {int(row): place for row, place in json.loads(sys.argv[3]).items()}
layer.startEditing()
changed = [feature for feature in layer.getFeatures() if feature['hang'] in changes]
for feature in changed:
    place = changes[feature['hang']]
    if isinstance(place, int):
        layer.changeAttributeValue(feature.id(), layer.fields().indexOf('noi_so'), place)
    else:
        layer.changeGeometry(feature.id(), QgsGeometry.fromPointXY(QgsPointXY(*place)))
assert layer.commitChanges(), layer.commitErrors()
print(len(changed))  # noqa: T201
