"""QGIS adds every layer of schema share as staff do, and tells what came. Runs under the Python that has QGIS.

Reads host, port, database and the users with their passwords as JSON from standard input.
"""

import json
import sys
from typing import Any

from qgis.core import (
    QgsAbstractDatabaseProviderConnection,
    QgsApplication,
    QgsDataSourceUri,
    QgsProviderRegistry,
    QgsVectorDataProvider,
    QgsVectorLayer,
    QgsWkbTypes,
)

application = QgsApplication([], False)
application.initQgis()
said: list[str] = []
application.messageLog().messageReceived.connect(lambda message, tag, level: said.append(f'{tag}: {message}'))

EDITS = (
    QgsVectorDataProvider.Capability.AddFeatures
    | QgsVectorDataProvider.Capability.DeleteFeatures
    | QgsVectorDataProvider.Capability.ChangeAttributeValues
    | QgsVectorDataProvider.Capability.ChangeGeometries
)


def told(table: QgsAbstractDatabaseProviderConnection.TableProperty, uri: QgsDataSourceUri) -> dict[str, Any]:
    """A layer as the browser adds it, which takes the first column that may be a key of a view."""
    keys = table.primaryKeyColumns()
    uri.setDataSource('share', table.tableName(), table.geometryColumn(), '', keys[0])
    layer = QgsVectorLayer(uri.uri(False), table.tableName(), 'postgres')
    return {
        'valid': layer.isValid(),
        'keys': keys,
        'comment': table.comment(),
        'type': QgsWkbTypes.displayString(layer.wkbType()),
        'crs': layer.crs().authid(),
        'renderer': layer.renderer().type() if layer.renderer() else None,
        'columns': {field.name(): field.alias() or field.comment() for field in layer.fields()},
        'widgets': {field.name(): layer.editorWidgetSetup(at).type() for at, field in enumerate(layer.fields())},
        'features': layer.featureCount(),
        'editable': bool(layer.dataProvider().capabilities() & EDITS),
        'styles': layer.listStylesInDatabase()[2][: layer.listStylesInDatabase()[0]],
    }


def seen_by(user: str, password: str) -> dict[str, Any]:
    """All layers that the browser lists for a user."""
    uri = QgsDataSourceUri()
    uri.setConnection(place['host'], place['port'], place['database'], user, password)
    connection = QgsProviderRegistry.instance().providerMetadata('postgres').createConnection(uri.uri(False), {})
    return {table.tableName(): told(table, uri) for table in connection.tables('share') if table.geometryColumn()}


place = json.load(sys.stdin)
seen = {user: seen_by(user, password) for user, password in place['users'].items()}
sys.stdout.write(json.dumps({'seen': seen, 'said': said}))
sys.stdout.flush()
application.exitQgis()
