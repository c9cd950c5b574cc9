"""Runs QGIS's own zonal statistics on files, and prints them as JSON by code. Runs under the system's Python."""

import json
import sys

sys.path.append('/usr/share/qgis/python/plugins')

from qgis.analysis import QgsNativeAlgorithms
from qgis.core import QgsApplication, QgsProcessingContext, QgsProcessingFeedback, QgsVectorLayer


def main(raster: str, zones: str) -> None:
    algorithms = QgsApplication.processingRegistry()
    algorithms.addProvider(QgsNativeAlgorithms(algorithms))
    algorithm = algorithms.algorithmById('native:zonalstatisticsfb')
    context, feedback = QgsProcessingContext(), QgsProcessingFeedback()
    layer = QgsVectorLayer(zones, 'zones')
    # count, sum, mean, median, stdev, min, max
    asked = {'INPUT': layer, 'INPUT_RASTER': raster, 'RASTER_BAND': 1, 'COLUMN_PREFIX': '', 'OUTPUT': 'memory:'}
    result, done = algorithm.run({**asked, 'STATISTICS': [0, 1, 2, 3, 4, 5, 6]}, context, feedback)
    if not done:
        sys.exit(feedback.textLog())
    names = ('count', 'sum', 'mean', 'median', 'stdev', 'min', 'max')
    found = context.getMapLayer(result['OUTPUT'])
    rows = {row['code']: {name: row[name] for name in names} for row in found.getFeatures()}
    json.dump(rows, sys.stdout, default=lambda _: None)


if __name__ == '__main__':
    application = QgsApplication([], False)
    application.initQgis()
    main(*sys.argv[1:])
    sys.stdout.flush()
    application.exitQgis()
