"""Opens a coverage in QGIS by its address, and prints what it found as JSON. Runs under the system's Python."""

import json
import sys

from qgis.core import QgsApplication, QgsPointXY, QgsRasterLayer


def raster(url: str) -> QgsRasterLayer:
    """The layer that *Add Raster Layer* with protocol HTTP(S) would add."""
    layer = QgsRasterLayer(f'/vsicurl/{url}', 'coverage')
    if not layer.isValid():
        sys.exit(f'{url}: {layer.error().message()}')
    return layer


def main(url: str, places: list[list[float]]) -> None:
    ground, people = (
        raster(f'{url}/collections/elevation/coverage'),
        raster(f'{url}/collections/population_grid/coverage'),
    )
    provider = ground.dataProvider()
    values = [provider.sample(QgsPointXY(x, y), 1) for x, y in places]
    result = {
        'crs': ground.crs().authid(),
        'size': [ground.width(), ground.height()],
        'values': [value if ok else None for value, ok in values],
        'band': ground.bandName(1),
        'nodata': provider.sourceNoDataValue(1),
        'people': [people.crs().authid(), people.bandCount(), people.bandName(1)],
    }
    json.dump(result, sys.stdout)


if __name__ == '__main__':
    application = QgsApplication([], False)
    application.initQgis()
    main(sys.argv[1], json.loads(sys.argv[2]))
    sys.stdout.flush()
    application.exitQgis()
