"""Does in QGIS what a GIS officer would, and prints what came of it as JSON. Runs under the system's Python."""

import json
import sys

from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsFeatureRequest,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsProject,
    QgsRectangle,
    QgsVectorLayer,
    QgsVectorTileBasicRenderer,
    QgsVectorTileLayer,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor


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


def drawn(tiles: QgsVectorTileLayer, box: QgsRectangle) -> int:
    """How many pixels of a map of `box` in Web Mercator the tiles paint."""
    styles = QgsVectorTileBasicRenderer.simpleStyleWithRandomColors()
    renderer = QgsVectorTileBasicRenderer()
    renderer.setStyles(styles)
    tiles.setRenderer(renderer)
    settings = QgsMapSettings()
    settings.setLayers([tiles])
    settings.setDestinationCrs(QgsCoordinateReferenceSystem('EPSG:3857'))
    settings.setOutputSize(QSize(256, 256))
    settings.setExtent(box)
    settings.setBackgroundColor(QColor('white'))
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    image, white = job.renderedImage(), QColor('white')
    return sum(image.pixelColor(x, y) != white for x in range(256) for y in range(256))


def csv(url: str) -> dict[str, list[str]]:
    """Columns and codes of a result as CSV, opened as *Add Delimited Text* or *Add Vector Layer* would."""
    layer = QgsVectorLayer(f'CSV:/vsicurl/{url}', 'csv', 'ogr')
    if not layer.isValid():
        sys.exit(f'{url}: {layer.error().message()}')
    return {'columns': [field.name() for field in layer.fields()], 'codes': names(layer)}


def main(url: str) -> None:
    stored = oapif(url, 'health_facilities', 9209)
    QgsProject.instance().addMapLayer(stored)
    districts = oapif(url, 'districts')
    filtered = oapif(url, 'health_facilities', subset="kind = 'hospital'")
    buildings = oapif(url, 'buildings')
    near = "intersects_bbox($geometry, geom_from_wkt('LINESTRING(560000 2240000, 580000 2260000)'))"
    cut_out = oapif(url, 'health_facilities', subset=near)
    # an iterator that ends before its download can crash QGIS 3.40
    first, *_ = districts.getFeatures()
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
        'stored_count': stored.featureCount(),
        'cut_out': names(cut_out),
        'tiles_drawn': drawn(tiles, QgsRectangle(11_810_000, 2_295_000, 11_830_000, 2_315_000)),
        'nothing_drawn': drawn(tiles, QgsRectangle(0, 0, 20_000, 20_000)),
        'csv': csv(f"{url}/collections/health_facilities/items?f=csv&limit=1000&filter=kind%3D'hospital'"),
        'project_crs_known': QgsCoordinateReferenceSystem('EPSG:9209').isValid(),
    }
    json.dump(result, sys.stdout)


if __name__ == '__main__':
    application = QgsApplication([], False)
    application.initQgis()
    main(sys.argv[1])
    sys.stdout.flush()
    application.exitQgis()
