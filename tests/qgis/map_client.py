"""Adds our maps to QGIS as WMS and as WMTS, draws and asks them, and prints what came of it. System's Python."""

import json
import sys
from collections import Counter
from typing import Any
from urllib.parse import quote

from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsMapRendererSequentialJob,
    QgsMapSettings,
    QgsPointXY,
    QgsRaster,
    QgsRasterLayer,
    QgsRectangle,
)
from qgis.PyQt.QtCore import QSize

SIDE = 256


def layer(source: str) -> QgsRasterLayer:
    """The layer that *Add WMS/WMTS layer* would add."""
    made = QgsRasterLayer(source, 'map', 'wms')
    if not made.isValid():
        sys.exit(f'{source}: {made.error().message()}')
    return made


def drawn(shown: QgsRasterLayer, box: QgsRectangle) -> dict[str, int]:
    """How many pixels have each of the most frequent colours."""
    settings = QgsMapSettings()
    settings.setLayers([shown])
    settings.setDestinationCrs(QgsCoordinateReferenceSystem('EPSG:3857'))
    settings.setExtent(box)
    settings.setOutputSize(QSize(SIDE, SIDE))
    job = QgsMapRendererSequentialJob(settings)
    job.start()
    job.waitForFinished()
    if job.errors():
        sys.exit('; '.join(error.message for error in job.errors()))
    picture = job.renderedImage()
    found = Counter(picture.pixelColor(x, y).name() for x in range(0, SIDE, 2) for y in range(0, SIDE, 2))
    return dict(found.most_common(5))


def identified(shown: QgsRasterLayer, place: QgsPointXY, box: QgsRectangle) -> dict[str, str]:
    """What a click on the place says, in each way that QGIS offers for the layer."""
    provider, answers = shown.dataProvider(), {}
    ways = {'text': QgsRaster.IdentifyFormatText, 'html': QgsRaster.IdentifyFormatHtml}
    for name, way in ways.items():
        result = provider.identify(place, way, box, SIDE, SIDE)
        answers[name] = ' '.join(map(str, result.results().values())) if result.isValid() else result.error().message()
    features = provider.identify(place, QgsRaster.IdentifyFormatFeature, box, SIDE, SIDE)
    answers['features'] = [
        dict(zip(one.fields().names(), map(str, one.attributes()), strict=True))
        for stores in features.results().values()
        for store in stores
        for one in store.features()
    ]
    return answers


def main(asked: dict[str, Any]) -> None:
    ows = asked['ows']
    both = f'crs=EPSG:3857&format=image/png&layers={asked["layer"]}&'
    wms = layer(f'{both}styles=&url={quote(ows, safe=":/")}')
    capabilities = quote(f'{ows}?SERVICE=WMTS&REQUEST=GetCapabilities', safe=':/')
    wmts = layer(f'{both}styles=default&tileMatrixSet=WebMercatorQuad&url={capabilities}')
    box, place = QgsRectangle(*asked['box']), QgsPointXY(*asked['place'])
    result = {
        'wms': drawn(wms, box),
        'wmts': drawn(wmts, box),
        'identified': identified(wms, place, box),
        'identified in tiles': identified(wmts, place, box),
    }
    json.dump(result, sys.stdout)


if __name__ == '__main__':
    application = QgsApplication([], False)
    application.initQgis()
    main(json.loads(sys.argv[1]))
    sys.stdout.flush()
    application.exitQgis()
