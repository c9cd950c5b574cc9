"""Finds with QGIS's own tools what stands in a corridor. Runs under the system's Python.

Called with a GeoPackage (layers `lines`, with width_m, and `targets`, with code); prints the codes of the targets that
intersect the buffer of a line, as JSON.
"""

import json
import sys

from qgis.core import QgsApplication, QgsProperty, QgsVectorLayer

# where QGIS keeps its Python plugins, of which processing is one
sys.path.append('/usr/share/qgis/python/plugins')

# Of a quarter circle: a buffer of 7 m is then too narrow by 0.01 mm at most.
SEGMENTS = 400


def main(package: str) -> list[str]:
    import processing
    from processing.core.Processing import Processing

    Processing.initialize()
    lines = QgsVectorLayer(f'{package}|layername=lines', 'lines', 'ogr')
    targets = QgsVectorLayer(f'{package}|layername=targets', 'targets', 'ogr')
    wide = {'DISTANCE': QgsProperty.fromField('width_m'), 'SEGMENTS': SEGMENTS, 'DISSOLVE': False}
    buffers = processing.run('native:buffer', {'INPUT': lines, 'OUTPUT': 'memory:', **wide})['OUTPUT']
    near = {'INPUT': targets, 'PREDICATE': [0], 'INTERSECT': buffers, 'OUTPUT': 'memory:'}
    found = processing.run('native:extractbylocation', near)['OUTPUT']
    return sorted(feature['code'] for feature in found.getFeatures())


if __name__ == '__main__':
    application = QgsApplication([], False)
    application.initQgis()
    sys.stdout.write(json.dumps(main(sys.argv[1])))
    sys.stdout.flush()
    application.exitQgis()
