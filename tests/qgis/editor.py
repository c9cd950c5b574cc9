"""What a GIS officer does in QGIS on an editing day, as JSON. Runs under the system's Python.

Other people work meanwhile: where this prints `pause NAME`, it goes on when a line comes in.
"""

import json
import sys
from typing import Any

from qgis.core import (
    QgsApplication,
    QgsAuthMethodConfig,
    QgsFeature,
    QgsGeometry,
    QgsPointXY,
    QgsVectorLayer,
)

E0, N0 = 570_000.0, 2_240_000.0


def oapif(url: str, collection: str, srid: int = 9209) -> QgsVectorLayer:
    """The layer that *Add OGC API - Features layer* would add."""
    layer = QgsVectorLayer(f"srsname='EPSG:{srid}' typename='{collection}' url='{url}'", collection, 'OAPIF')
    if not layer.isValid():
        sys.exit(f'{collection}: {layer.error().message()}')
    return layer


def pause(name: str) -> None:
    print(f'pause {name}', flush=True)  # noqa: T201
    sys.stdin.readline()


def commit(layer: QgsVectorLayer) -> dict[str, Any]:
    """What QGIS says of saving, and how often the layer's features are there afterwards."""
    saved = layer.commitChanges()
    if not saved:
        layer.rollBack()
    return {'saved': saved, 'said': layer.commitErrors()}


def with_code(layer: QgsVectorLayer, code: str) -> QgsFeature:
    # an iterator that ends before its download can crash QGIS 3.40
    [feature] = [feature for feature in layer.getFeatures() if feature['code'] == code]
    return feature


def school(layer: QgsVectorLayer, code: str, x: float, y: float, **values: Any) -> QgsFeature:
    feature = QgsFeature(layer.fields())
    for name, value in {'code': code, 'name': 'Trường mới', 'level': 'primary', **values}.items():
        feature[name] = value
    feature.setGeometry(QgsGeometry.fromPointXY(QgsPointXY(x, y)))
    return feature


def session(url: str, codes: list[str]) -> dict[str, Any]:
    """Adds a school, moves one, changes another's attributes and deletes a third, saved together."""
    moved, changed, deleted = codes
    layer = oapif(url, 'schools')
    found = {'able': layer.dataProvider().capabilitiesString(), 'before': layer.featureCount()}
    layer.startEditing()
    layer.addFeature(school(layer, 'QGIS-1', E0 + 123.456789, N0 + 98.7654321, places=321))
    layer.changeGeometry(with_code(layer, moved).id(), QgsGeometry.fromPointXY(QgsPointXY(E0 + 0.125, N0 + 0.375)))
    feature = with_code(layer, changed)
    layer.changeAttributeValue(feature.id(), layer.fields().indexOf('places'), 77)
    layer.changeAttributeValue(feature.id(), layer.fields().indexOf('name'), 'Trường Đổi <Mới> & "Cũ"')
    layer.deleteFeature(with_code(layer, deleted).id())
    return {**found, **commit(layer), 'after': layer.featureCount(), 'codes': [f['code'] for f in layer.getFeatures()]}


def stale(url: str, code: str) -> dict[str, Any]:
    """Opens a school, and saves another number of places after somebody else has done the same."""
    layer = oapif(url, 'schools')
    feature = with_code(layer, code)
    layer.startEditing()
    pause('stale')
    layer.changeAttributeValue(feature.id(), layer.fields().indexOf('places'), 222)
    return commit(layer)


def by_header(url: str, key: str) -> dict[str, Any]:
    """Adds a school with the token in an authentication configuration of QGIS, and not in the address."""
    header = QgsAuthMethodConfig()
    header.setName('editing')
    header.setMethod('APIHeader')
    header.setConfigMap({'Authorization': f'Bearer {key}'})
    keeper = QgsApplication.authManager()
    keeper.setMasterPassword('of this profile', True)
    keeper.storeAuthenticationConfig(header)
    layer = oapif(f"{url}' authcfg='{header.id()}", 'schools')
    layer.startEditing()
    layer.addFeature(school(layer, 'QGIS-4', E0 + 5, N0 + 5))
    return commit(layer)


def refused(url: str) -> dict[str, Any]:
    """Adds a school outside of the province."""
    layer = oapif(url, 'schools')
    layer.startEditing()
    layer.addFeature(school(layer, 'QGIS-2', 0, 0))
    return commit(layer)


def saved_again(url: str) -> dict[str, Any]:
    """Adds two schools of which one lies outside of the province, puts that right, and saves again."""
    layer = oapif(url, 'schools')
    layer.startEditing()
    layer.addFeature(school(layer, 'QGIS-5', E0 + 7, N0 + 7))
    outside = school(layer, 'QGIS-6', 0, 0)
    layer.addFeature(outside)
    first = layer.commitChanges()
    (number,) = [feature.id() for feature in layer.getFeatures() if feature['code'] == 'QGIS-6']
    layer.changeGeometry(number, QgsGeometry.fromPointXY(QgsPointXY(E0 + 8, N0 + 8)))
    return {'first': first, **commit(layer)}


def with_a_plus(url: str) -> list[str]:
    """Adds a school with a plus in its name, and filters by that."""
    layer = oapif(url, 'schools')
    layer.startEditing()
    layer.addFeature(school(layer, 'QGIS-7', E0 + 9, N0 + 9, name='Cơ sở A+B'))
    assert layer.commitChanges(), layer.commitErrors()
    assert layer.setSubsetString("name = 'Cơ sở A+B'")
    return [feature['code'] for feature in layer.getFeatures()]


def polygons(url: str) -> dict[str, Any]:
    """Draws a building in another system than the layer is kept in."""
    layer = oapif(url, 'buildings', 3405)
    feature = QgsFeature(layer.fields())
    for name, value in {'code': 'QGIS-3', 'use': 'public', 'floors': 2, 'population': 0}.items():
        feature[name] = value
    ring = '621685 2259497, 621695 2259497, 621695 2259507, 621685 2259497'
    feature.setGeometry(QgsGeometry.fromWkt(f'POLYGON(({ring}))'))
    layer.startEditing()
    layer.addFeature(feature)
    return commit(layer)


def paged(url: str) -> dict[str, int]:
    """How many buildings QGIS says that there are, and how many come when it reads them all."""
    layer = oapif(url, 'buildings')
    codes = [feature['code'] for feature in layer.getFeatures()]
    return {'count': layer.featureCount(), 'read': len(codes), 'different': len(set(codes))}


def main(url: str, key: str, codes: list[str]) -> None:
    keyed = f'{url}?key={key}'
    without_key = oapif(url, 'schools')
    result = {
        'reader': without_key.dataProvider().capabilitiesString(),
        'paged': paged(keyed),
        'session': session(keyed, codes[:3]),
        'stale': stale(keyed, codes[3]),
        'refused': refused(keyed),
        'by_header': by_header(url, key),
        'polygons': polygons(keyed),
        'saved_again': saved_again(keyed),
        'with_a_plus': with_a_plus(keyed),
    }
    print(json.dumps(result), flush=True)  # noqa: T201


if __name__ == '__main__':
    application = QgsApplication([], False)
    application.initQgis()
    main(sys.argv[1], sys.argv[2], sys.argv[3].split(','))
    application.exitQgis()
