"""Does in QGIS what a GIS officer would, and prints what came of it as JSON. Runs under the system's Python."""

import json
import sys

from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsFeatureRequest,
    QgsProject,
    QgsRectangle,
    QgsVectorLayer,
    QgsVectorTileLayer,
)


def oapif(url: str, collection: str, srid: int | None = None, subset: str = '') -> QgsVectorLayer:
    """The layer that *Add OGC API - Features layer* would add."""
    crs = f"srsname='EPSG:{srid}' " if srid else ''
    layer = QgsVectorLayer(f"{crs}typename='{collection}' url='{url}'", collection, 'OAPIF')
    if not layer.isValid():
        sys.exit(f'{collection}: {layer.error().message()}')
    if subset and not layer.setSubsetString(subset):
        sys.exit(f'{collection}: the filter {subset} was not taken')
    return layer


def names(layer: QgsVectorLayer, request: QgsFeatureRequest | None = None) -> list[str]:
    return sorted(feature['code'] for feature in layer.getFeatures(request or QgsFeatureRequest()))


def coordinates(layer: QgsVectorLayer) -> dict[str, list[float]]:
    """Code to x and y of point features."""
    points = ((feature['code'], feature.geometry().asPoint()) for feature in layer.getFeatures())
    return {code: [point.x(), point.y()] for code, point in points}


def main(url: str) -> None:
    stored = oapif(url, 'health_facilities', 9209)
    QgsProject.instance().addMapLayer(stored)
    districts = oapif(url, 'districts')
    filtered = oapif(url, 'health_facilities', subset="kind = 'hospital'")
    buildings = oapif(url, 'buildings')
    first = next(districts.getFeatures())
    box = first.geometry().boundingBox()
    in_box = QgsFeatureRequest().setFilterRect(QgsRectangle(box))
    tiles = QgsVectorTileLayer(
        f'type=xyz&url={url}/collections/buildings/tiles/WebMercatorQuad/{{z}}/{{y}}/{{x}}?f=mvt&zmin=6&zmax=16',
        'tiles',
    )
    result = {
        'districts': sorted(feature['name'] for feature in districts.getFeatures()),
        'district_crs': districts.crs().authid(),
        'stored_crs': stored.crs().authid(),
        'stored': coordinates(stored),
        'types': {field.name(): field.typeName() for field in stored.fields()},
        'hospitals': names(filtered),
        'hospitals_count': filtered.featureCount(),
        'in_box': names(oapif(url, 'communes'), in_box),
        'buildings': sum(1 for _ in buildings.getFeatures()),
        'tiles_valid': tiles.isValid(),
        'project_crs_known': QgsCoordinateReferenceSystem('EPSG:9209').isValid(),
    }
    json.dump(result, sys.stdout)


if __name__ == '__main__':
    application = QgsApplication([], False)
    application.initQgis()
    main(sys.argv[1])
    sys.stdout.flush()
    application.exitQgis()
